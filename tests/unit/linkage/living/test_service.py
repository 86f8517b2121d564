"""What a unit's operator may define."""

from pathlib import Path

import pytest
from tests.vocabulary.living import LINKAGE, Unit
from tests.vocabulary.threads import at_once

from tallystick.linkage.domain.living.linkages import GreyZone
from tallystick.linkage.living.errors import LinkageExists, WrongDefinition
from tallystick.platform.store import Store


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    return Unit.at(tmp_path).founded("north", "south")


def parties(unit: Unit) -> list[str]:
    return [party.name for party in unit.service.linkage(LINKAGE).parties]


def test_those_who_define_and_declare_the_same_at_once_agree(tmp_path: Path, any_store: Store) -> None:
    unit = Unit.at(tmp_path, store=any_store)
    at_once(4, lambda: unit.founded("north", "south"))
    assert parties(unit) == ["north", "south"]
    assert len(unit.service.linkage(LINKAGE).epochs) == 1


def test_a_party_is_added_by_naming_it_last(unit: Unit) -> None:
    unit.founded("north", "south", "east")
    assert parties(unit) == ["north", "south", "east"]


def test_a_definition_without_the_parties_added_since_still_holds(unit: Unit) -> None:
    unit.service.add_party(LINKAGE, "east")
    unit.founded("north", "south")
    assert parties(unit) == ["north", "south", "east"]


@pytest.mark.parametrize(
    ("names", "threshold", "zone"),
    [
        (("south", "north"), 0.5, GreyZone(0, 0)),
        (("north", "east"), 0.5, GreyZone(0, 0)),
        (("north", "south"), 0.6, GreyZone(0, 0)),
        (("north", "south"), 0.5, GreyZone(0.5, 0.6)),
    ],
)
def test_another_definition_is_refused(unit: Unit, names: tuple[str, ...], threshold: float, zone: GreyZone) -> None:
    with pytest.raises(LinkageExists):
        unit.founded(*names, threshold=threshold, zone=zone)


@pytest.mark.parametrize("name", ["North", "../north", "", "no rth", "n" * 64])
def test_a_wrong_name_is_refused(unit: Unit, name: str) -> None:
    with pytest.raises(WrongDefinition, match="is no name"):
        unit.service.create("other", parties=("north", name), threshold=0.5)
    with pytest.raises(WrongDefinition, match="is no name"):
        unit.service.add_party(LINKAGE, name)
