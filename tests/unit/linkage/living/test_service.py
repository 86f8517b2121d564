"""What a unit's operator may define."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.vocabulary.living import BRANCH, LINKAGE, SCHEMA, Unit, bits, change
from tests.vocabulary.threads import at_once, together

from tallystick.linkage.domain.living.linkages import GreyZone, epoch_id
from tallystick.linkage.living.errors import LinkageExists, TooManyEpochs, UnknownParty, WrongDefinition
from tallystick.linkage.living.service import topic_of
from tallystick.platform.store import Store
from tallystick.platform.store.migrations import upgrade_branch


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


@pytest.mark.parametrize("name", ["North", "../north", "", "no rth", "north\n", "n" * 64])
def test_a_wrong_name_is_refused(unit: Unit, name: str) -> None:
    with pytest.raises(WrongDefinition, match="is no name"):
        unit.service.create("other", parties=("north", name), threshold=0.5)
    with pytest.raises(WrongDefinition, match="is no name"):
        unit.service.add_party(LINKAGE, name)


def test_parties_that_are_added_at_once_get_ordinals_of_their_own(any_store: Store, tmp_path: Path) -> None:
    unit = Unit.at(tmp_path, store=any_store).founded("a", "b")
    together(*(partial(unit.service.add_party, LINKAGE, name) for name in "cdefghcdefgh"))
    known = unit.service.linkage(LINKAGE).parties
    assert [party.ordinal for party in known] == list(range(8))
    assert {party.name for party in known} == set("abcdefgh")


def test_epochs_that_are_declared_at_once_get_ordinals_of_their_own(any_store: Store, tmp_path: Path) -> None:
    unit = Unit.at(tmp_path, store=any_store).founded("a", "b", "c", "d")
    together(*(partial(unit.declare, f"k-{party}", party=party) for party in "abcd"))
    assert [epoch.ordinal for epoch in unit.service.linkage(LINKAGE).epochs] == list(range(5))


def test_a_linkage_that_is_made_twice_at_once_is_made_once(any_store: Store, tmp_path: Path) -> None:
    unit = Unit.at(tmp_path, store=any_store)
    unit.log.create(topic_of(LINKAGE))
    together(*[partial(unit.service.create, LINKAGE, parties=("a", "b"), threshold=0.5)] * 6)
    assert parties(unit) == ["a", "b"]


def test_a_party_builds_a_few_epochs_at_once_and_keeps_nobody_else_from_it(unit: Unit) -> None:
    for number in range(3):
        unit.declare(f"n{number}", party="north")
    with pytest.raises(TooManyEpochs, match="north has declared 4 epochs"):
        unit.declare("n3", party="north")
    unit.declare("n2", party="north")
    fresh = unit.declare("s0", party="south")
    unit.complete("north", "south", epoch=fresh)
    unit.link()
    unit.declare("n3", party="north")


def test_a_stranger_declares_nothing(unit: Unit) -> None:
    with pytest.raises(UnknownParty):
        unit.service.declare(LINKAGE, "east", epoch_id(SCHEMA, "k2"), schema_hash=SCHEMA, key_id="k2", encoding_bytes=8)


def test_equal_ordinals_of_an_older_version_are_told_apart(any_store: Store) -> None:
    with any_store.write() as connection:
        upgrade_branch(connection, BRANCH, "linkage_0002")
        add = "INSERT INTO living_party (linkage, name, ordinal) VALUES (:linkage, :name, :ordinal)"
        for name, ordinal in (("a", 0), ("b", 1), ("c", 2), ("d", 2)):
            connection.execute(text(add), {"linkage": LINKAGE, "name": name, "ordinal": ordinal})
    any_store.upgrade([BRANCH])
    with any_store.read() as connection:
        found = connection.execute(text("SELECT name, ordinal FROM living_party ORDER BY ordinal")).all()
    assert [tuple(row) for row in found] == [("a", 0), ("b", 1), ("c", 2), ("d", 3)]


def test_a_restarted_linker_names_parties_as_the_running_one_did(any_store: Store, tmp_path: Path) -> None:
    unit = Unit.at(tmp_path, store=any_store).founded("a", "b")
    unit.complete("a", "b")
    running = unit.link()
    together(*(partial(unit.service.add_party, LINKAGE, name) for name in "dc"))
    unit.send("c", "1", change("C", bits(1, 2, 3, 4)))
    unit.send("d", "1", change("D", bits(1, 2, 3, 4)))
    unit.link(running)
    standing = unit.matches()
    unit.send("a", "1", change("A", bits(9)))
    unit.link()
    assert unit.matches() == standing
    assert len(standing) == 1
