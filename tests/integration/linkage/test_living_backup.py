"""A unit is saved while its parties write; what was restored goes on to the same matches."""

import random
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.vocabulary.living import Unit, bits, change

from tallystick.cli import main
from tallystick.linkage.adapters import living_files
from tallystick.linkage.domain.living.changes import EncodingChange
from tallystick.linkage.living import epoch_link

BATCHES = 80
BACKUPS = 3
PARTIES = ("north", "south")


@pytest.fixture(autouse=True)
def _small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be rewritten and removed all the time."""
    monkeypatch.setattr(epoch_link, "LOOSE_RECORDS", 20)
    monkeypatch.setattr(epoch_link, "LOOSE_CANDIDATES", 20)
    monkeypatch.setattr(living_files, "SEGMENT_BYTES", 500)


def batches_of(party: str) -> list[list[EncodingChange]]:
    source = random.Random(party)
    return [[_change(party, source, number) for _ in range(5)] for number in range(BATCHES)]


def _change(party: str, source: random.Random, lsn: int) -> EncodingChange:
    encoding = None if source.random() < 0.15 else bits(*source.sample(range(14), 4))
    return change(f"{party} {source.randrange(40)}", encoding, lsn, row=source.randrange(10**6))


def hand_over(directory: Path, party: str, pause_s: float = 0.0) -> None:
    unit = Unit.at(directory)
    for number, records in enumerate(batches_of(party)):
        unit.send(party, f"b{number}", *records)
        time.sleep(pause_s)


def works(directory: Path) -> list[threading.Thread]:
    """Let both parties write and the linker follow, until the last batch is linked."""

    def link() -> None:
        linker = Unit.at(directory).linker()
        while linker.step() or any(writer.is_alive() for writer in writers):
            pass

    writers = [threading.Thread(target=hand_over, args=(directory, party, 0.005)) for party in PARTIES]
    threads = [*writers, threading.Thread(target=link)]
    for thread in threads:
        thread.start()
    return threads


def tally(*words: str | Path) -> None:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def test_a_backup_of_a_busy_unit_is_whole(tmp_path: Path) -> None:
    (tmp_path / "unit").mkdir()
    Unit.at(tmp_path / "unit").founded().complete(generation=0)
    threads = works(tmp_path / "unit")
    for number in range(BACKUPS):
        tally("backup", tmp_path / f"{number}.backup", "--data-dir", tmp_path / "unit")
    assert any(thread.is_alive() for thread in threads), "the backups were made while others wrote"
    for thread in threads:
        thread.join()
    wanted = Unit.at(tmp_path / "unit").matches()
    for number in range(BACKUPS):
        again = tmp_path / f"again {number}"
        tally("restore", tmp_path / f"{number}.backup", "--data-dir", again)
        linker = Unit.at(again).link()
        for party in PARTIES:
            hand_over(again, party)
        Unit.at(again).link(linker)
        assert Unit.at(again).matches() == wanted
