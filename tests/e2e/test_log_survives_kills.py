"""A writer killed again and again loses nothing that it was told is safe.

Seconds: `TALLYSTICK_KILL_SECONDS` (60); the seed of a run is printed, and `TALLYSTICK_KILL_SEED` repeats it.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from tallystick.platform.log import StoreLog
from tallystick.platform.log.tables import partitions
from tallystick.platform.store import Store

SECONDS: Final = float(os.environ.get("TALLYSTICK_KILL_SECONDS", "60"))
SEED: Final = int(os.environ.get("TALLYSTICK_KILL_SEED", str(random.randrange(10**9))))

# Appends numbered records in batches of changing size together with their source offset, tells what is safe, and now
# and then tidies the log under its own feet.
WRITER: Final = """
import random, sys
from tallystick.platform.log import Record, StoreLog
from tallystick.platform.store import Store

store = Store.open(sys.argv[1])
store.upgrade()
log = StoreLog(store)
log.create("people")
chance = random.Random(int(sys.argv[2]))
number = int(log.source_offset("north") or b"0")
while True:
    records = [Record(b"k", b"%d" % value) for value in range(number, number + chance.randrange(1, 60))]
    with store.write() as connection:
        base = log.append("people", records, within=connection)
        number += len(records)
        log.save_source_offset("north", b"%d" % number, within=connection)
    print(base, number, flush=True)
    if chance.random() < 0.02:
        log.tidy()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("database", "seconds"), [("sqlite", SECONDS), ("postgres", SECONDS / 4)])
def test_a_killed_writer_loses_nothing(
    database: str, seconds: float, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(f"{database}_url")
    chance = random.Random(SEED)
    print(f"seed {SEED}")  # noqa: T201 -- pytest shows it when the test fails
    safe, ends = 0, time.monotonic() + seconds
    while not safe or time.monotonic() < ends:
        safe = max(safe, one_life(url, chance.randrange(10**9), chance.uniform(0.0, 0.6), tmp_path / "told"))
        position, end = position_and_end(url)
        assert position == end >= safe
    assert everything(url) == list(range(position_and_end(url)[1]))


def one_life(url: str, seed: int, seconds: float, told: Path) -> int:
    """Run a writer, kill it some time after its first append; return up to where it said that records are safe."""
    with told.open("w") as output:
        writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(seed)], stdout=output)
    while not told.stat().st_size and writer.poll() is None:
        time.sleep(0.005)
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    assert writer.wait() == -signal.SIGKILL
    complete = told.read_text().rpartition("\n")[0].splitlines()
    return int(complete[-1].split()[1]) if complete else 0


def position_and_end(url: str) -> tuple[int, int]:
    """Look at both in one snapshot: a killed writer's last commit may still be on its way."""
    store = Store.open(url)
    with store.read() as connection:
        position = StoreLog(store).source_offset("north", within=connection)
        end = connection.scalar(select(partitions.c.end_offset))
    store.close()
    return int(position or b"0"), end or 0


def everything(url: str) -> list[int]:
    """Read all numbers; each must lie at its own offset."""
    numbers: list[int] = []
    store = Store.open(url)
    while records := StoreLog(store).read("people", len(numbers), limit=10_000):
        assert [record.offset for record in records] == list(range(len(numbers), len(numbers) + len(records)))
        numbers += [int(record.value or b"") for record in records]
    store.close()
    return numbers
