"""Several processes append to one partition while another one reads it and a third keeps it small."""

import subprocess
import sys
from typing import Final

import pytest

from tallystick.platform.log import StoredRecord, StoreLog
from tallystick.platform.store import Store

APPENDS: Final = 40
WRITER: Final = f"""
import sys
from tallystick.platform.log import Record, StoreLog
from tallystick.platform.store import Store
log = StoreLog(Store.open(sys.argv[1]))
for number in range({APPENDS}):
    log.append("people", [Record(sys.argv[2].encode(), b"%d.%d" % (number, part)) for part in range(3)])
"""
TIDIER: Final = """
import sys, time
from tallystick.platform.log import StoreLog
from tallystick.platform.store import Store
log = StoreLog(Store.open(sys.argv[1]))
while log.end("people") < int(sys.argv[2]):
    log.tidy()
    time.sleep(0.05)
"""


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_writers_leave_no_gap_and_keep_their_order(database: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{database}_url")
    store = Store.open(url)
    store.upgrade()
    log = StoreLog(store)
    log.create("people")
    total = 3 * 3 * APPENDS
    processes = [started(WRITER, url, name) for name in ("a", "b", "c")] + [started(TIDIER, url, str(total))]
    seen: list[StoredRecord] = []
    while len(seen) < total and not any(process.poll() for process in processes):
        seen += log.read("people", len(seen))
    assert [process.wait(60) for process in processes] == [0] * 4
    assert [record.offset for record in seen] == list(range(total))
    expected = [b"%d.%d" % (number, part) for number in range(APPENDS) for part in range(3)]
    for name in (b"a", b"b", b"c"):
        assert [record.value for record in seen if record.key == name] == expected


def started(program: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, *words])
