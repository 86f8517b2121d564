"""No change is lost or repeated, whatever ends a worker."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.vocabulary.capture import Bench, eventually, positions

PERSON = "CREATE TABLE person (id serial PRIMARY KEY, name text)"
TOPIC = "p.public.person"


def test_a_second_worker_goes_on_where_the_first_ended(bench: Bench) -> None:
    bench.execute(f"{PERSON}; INSERT INTO person (name) VALUES ('Ann')")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.wait_for(TOPIC, 1)
    bench.execute("INSERT INTO person (name) VALUES ('Bob')")
    with bench.working():
        bench.wait_for(TOPIC, 2)
        bench.execute("INSERT INTO person (name) VALUES ('Cid')")
        bench.wait_for(TOPIC, 3)
    assert [event["after"]["name"] for event in bench.events(TOPIC)] == ["Ann", "Bob", "Cid"]


def test_a_transaction_may_span_batches(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration(max__batch__size="7"))
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("INSERT INTO person (name) SELECT 'n' || n FROM generate_series(1, 100) n")
        bench.wait_for(TOPIC, 100)
    assert [event["after"]["id"] for event in bench.events(TOPIC)] == list(range(1, 101))


def test_a_killed_worker_loses_and_repeats_nothing(bench: Bench, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration(max__batch__size="50"))
    with bench.working():
        bench.snapshot(TOPIC)
    total = 0
    for _ in range(4):
        worker = _worker(tmp_path / "data")
        deadline = time.monotonic() + chance.uniform(1.5, 3.0)
        while time.monotonic() < deadline:
            total += 40
            bench.execute("INSERT INTO person (name) SELECT 'n' || n FROM generate_series(1, 40) n")
            time.sleep(0.01)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with bench.working():
        records = bench.wait_for(TOPIC, total)
        time.sleep(0.3)
    assert [event["after"]["id"] for event in bench.events(TOPIC)] == list(range(1, total + 1)), seed
    assert positions(records) == sorted(set(positions(records)))


def test_a_killed_snapshot_begins_anew(bench: Bench, tmp_path: Path) -> None:
    bench.execute(f"{PERSON}; INSERT INTO person (name) SELECT 'n' || n FROM generate_series(1, 20000) n")
    bench.capture.service.create("c", bench.configuration(max__batch__size="20"))
    worker = _worker(tmp_path / "data")
    bench.wait_for(TOPIC, 100)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    partly = len(bench.records(TOPIC))
    assert partly < 20_000
    with bench.working():
        found = bench.snapshot(TOPIC, generation=2)
    assert (found.generation, found.first_offset, found.end_offset) == (2, partly, partly + 20_000)


def test_the_server_hears_only_of_what_is_durable(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration())
    confirmed = "SELECT confirmed_flush_lsn - '0/0' FROM pg_replication_slots WHERE slot_name = current_database()"
    with bench.working():
        bench.snapshot(TOPIC)
        bench.execute("CREATE TABLE other (n int); INSERT INTO other SELECT generate_series(1, 1000)")
        written = int(bench.value("SELECT pg_current_wal_lsn() - '0/0'"))
        eventually(lambda: int(bench.value(confirmed)), lambda lsn: lsn >= written)


def test_commit_to_durable_append_takes_milliseconds(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration())
    taken = []
    with bench.working():
        bench.snapshot(TOPIC)
        for number in range(1, 41):
            bench.execute("INSERT INTO person (name) VALUES ('n')")
            committed = time.monotonic()
            while bench.platform.log.end(TOPIC) < number:
                time.sleep(0.001)
            taken.append(time.monotonic() - committed)
    assert sorted(taken)[37] < 1.0, sorted(taken)


def _worker(data_dir: Path) -> subprocess.Popen[bytes]:
    code = "from tallystick.capture.cli import capture; capture()"
    command = [sys.executable, "-c", code, "worker", "--data-dir", str(data_dir)]
    return subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.DEVNULL)
