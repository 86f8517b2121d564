from pathlib import Path

import pytest
from tests.vocabulary.living import EPOCH, LINKAGE, Unit, bits, change

from tallystick.linkage.adapters import living_files
from tallystick.linkage.adapters.migrations import FOLDERS
from tallystick.linkage.living import epoch_link


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Unit:
    monkeypatch.setattr(epoch_link, "LOOSE_RECORDS", 4)
    monkeypatch.setattr(epoch_link, "LOOSE_CANDIDATES", 4)
    monkeypatch.setattr(living_files, "SEGMENT_BYTES", 100)
    unit = Unit.at(tmp_path).founded()
    for number in range(12):
        unit.send("north", f"n{number}", change(f"n{number % 3}", bits(number % 3, 9, 10), number))
        unit.send("south", f"s{number}", change(f"s{number % 3}", bits(number % 3, 9, 10 + number % 2), number))
        if number == 1:
            unit.complete()
        unit.link()
    return unit


def files(unit: Unit, tmp_path: Path, pattern: str) -> int:
    return len(list((tmp_path / FOLDERS[0] / LINKAGE / EPOCH).rglob(pattern)))


def test_segments_that_a_snapshot_stands_for_are_gone(unit: Unit, tmp_path: Path) -> None:
    assert files(unit, tmp_path, "north/*.snapshot") == 1
    assert files(unit, tmp_path, "north/*.segment") < 6
    assert files(unit, tmp_path, "*.graph") == 1


def test_a_compacted_linkage_goes_on_as_before(unit: Unit) -> None:
    before = unit.matches()
    linker = unit.link()
    assert unit.matches() == before
    unit.send("north", "last", change("n0", None, 99))
    unit.link(linker)
    assert len(unit.matches()) == len(before) - 1
    assert unit.link().step() is False


def test_a_compacted_batch_is_still_known(unit: Unit) -> None:
    first = unit.send("north", "n0", change("n0", bits(0, 9, 10), 0))
    assert first.sequence == 1
