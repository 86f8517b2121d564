"""`tally log`, as people and pipes use it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.vocabulary.log import numbered

from tallystick.platform.log import Record, StoreLog
from tallystick.platform.log.cli import log as command
from tallystick.platform.log.json_lines import line
from tallystick.platform.store import Store

AT = 1_760_000_000_000


@pytest.fixture
def people(store: Store) -> StoreLog:
    log = StoreLog(store)
    log.create("people", partitions=2)
    return log


def tally_log(tmp_path: Path, *words: str) -> list[str]:
    result = CliRunner().invoke(command, [*words, "--data-dir", str(tmp_path)])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def refusal(tmp_path: Path, *words: str) -> str:
    result = CliRunner().invoke(command, [*words, "--data-dir", str(tmp_path)])
    assert result.exit_code == 1
    return result.output


def test_lists_topics(people: StoreLog, tmp_path: Path) -> None:
    people.append("people", numbered(3), partition=1)
    assert tally_log(tmp_path, "topics") == ["people\t0\t0\t0", "people\t1\t0\t3"]


def test_prints_records(people: StoreLog, tmp_path: Path) -> None:
    people.append("people", [Record(b'{"id": 1}', b'{"name":\n"Ada"}', (("kind", b"\xff"),), AT)], partition=1)
    (printed,) = tally_log(tmp_path, "cat", "people")
    assert json.loads(printed) == {
        "topic": "people",
        "partition": 1,
        "offset": 0,
        "timestamp": AT,
        "key": {"id": 1},
        "value": {"name": "Ada"},
        "headers": [["kind", {"base64": "/w=="}]],
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (b"", '""'),
        (b"17", '"17"'),
        (b"{broken", '"{broken"'),
        (b"[1.10, 12345678901234567890123]", "[1.10,12345678901234567890123]"),
        ("ä".encode(), '"ä"'),
        (b"\xff\x00", '{"base64":"/wA="}'),
    ],
)
def test_shows_bytes_as_what_they_are(people: StoreLog, value: bytes | None, shown: str) -> None:
    people.append("people", [Record(None, value, timestamp=AT)])
    assert f'"value":{shown},' in line(people.read("people", 0)[0])


def test_begins_where_it_is_told(people: StoreLog, tmp_path: Path) -> None:
    people.append("people", numbered(10))
    assert len(tally_log(tmp_path, "cat", "people", "--from", "4")) == 6
    assert len(tally_log(tmp_path, "cat", "people", "--from=-3", "--partition", "0")) == 3


@pytest.mark.parametrize("start", [2**63, -(2**63) - 1])
def test_refuses_an_offset_that_no_log_has(people: StoreLog, tmp_path: Path, start: int) -> None:
    result = CliRunner().invoke(command, ["cat", "people", f"--from={start}", "--data-dir", str(tmp_path)])
    assert result.exit_code == 2
    assert f"{start} is not in the range" in result.stderr
    assert tally_log(tmp_path, "cat", "people", "--from", str(2**63 - 1)) == []


def test_says_what_does_not_exist(people: StoreLog, tmp_path: Path) -> None:
    assert "no topic places" in refusal(tmp_path, "cat", "places")
    assert "no partition 7" in refusal(tmp_path, "cat", "people", "--partition", "7")
    assert "no store in" in refusal(tmp_path / "elsewhere", "topics")


def test_refuses_a_log_that_is_none(people: StoreLog, tmp_path: Path) -> None:
    assert "not kafka://" in refusal(tmp_path, "topics", "--log", "pulsar://localhost")
    assert "not kafka://" in refusal(tmp_path, "relay")


def test_tidies(people: StoreLog, tmp_path: Path) -> None:
    assert tally_log(tmp_path, "tidy") == []


def test_follows_until_it_is_stopped(people: StoreLog, tmp_path: Path) -> None:
    program = "from tallystick.platform.log.cli import log; log()"
    words = ["cat", "people", "--follow", "--data-dir", str(tmp_path)]
    people.append("people", numbered(1))
    with subprocess.Popen([sys.executable, "-uc", program, *words], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert json.loads(reader.stdout.readline())["value"] == "0"
        people.append("people", numbered(1, 1))
        assert json.loads(reader.stdout.readline())["value"] == "1"
        reader.send_signal(signal.SIGINT)
        assert reader.wait(10) == 0
