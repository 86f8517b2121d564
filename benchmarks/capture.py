"""Snapshot and stream of a ten-column table into the log: `python benchmarks/capture.py [--rows N]`.

The database is the embedded PostgreSQL; a row counts once its event is durable.
"""

import argparse
import logging
import resource
import tempfile
import threading
import time
from pathlib import Path

import structlog
from tests.vocabulary.capture import Bench, bench
from tests.vocabulary.postgres import running

from tallystick.capture.wiring import run_worker

TABLE = """
CREATE TABLE person (
  id bigint PRIMARY KEY, age int, name varchar(40), balance numeric(12,2), born timestamp(3), note text,
  score double precision, active boolean, town varchar(40), changed timestamptz
)
"""
ROWS = """
INSERT INTO person SELECT n, n % 90, 'name ' || n, n / 7.0, now(), 'a note of some length about ' || n, n / 3.0,
       n % 2 = 0, 'town ' || n % 100, now()
FROM generate_series({first}, {last}) n
"""
TOPIC = "p.public.person"


def main() -> None:
    """Print rows a second of a snapshot and of a stream, and commits' way to the log."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="tally-bench-") as directory:
        place = Path(directory)
        with running(place / "postgres") as server, bench(server.url(server.database()), place / "data") as made:
            made.execute(TABLE)
            made.execute(ROWS.format(first=1, last=rows))
            made.capture.service.create("c", made.configuration())
            stop = threading.Event()
            worker = threading.Thread(target=run_worker, args=(made.capture, stop))
            worker.start()
            try:
                report("snapshot", made, rows, rows)
                made.execute(ROWS.format(first=rows + 1, last=2 * rows))
                report("stream", made, rows, 2 * rows)
                latency(made, 2 * rows)
            finally:
                stop.set()
                worker.join()


def report(name: str, made: Bench, rows: int, end: int) -> None:
    """Wait for so many rows, and print how fast they came and what they cost."""
    started, processor = time.perf_counter(), time.process_time()
    while made.end(TOPIC) < end:
        time.sleep(0.005)
    wall, cost = time.perf_counter() - started, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:9} {rows / wall:10,.0f} rows/s {rows / cost:10,.0f} rows/s of processor time {peak:6.0f} MB peak")


def latency(made: Bench, end: int) -> None:
    """Print how long single commits take to be durable events."""
    taken = []
    for number in range(1, 201):
        made.execute(ROWS.format(first=end + number, last=end + number))
        committed = time.perf_counter()
        while made.end(TOPIC) < end + number:
            time.sleep(0.0005)
        taken.append((time.perf_counter() - committed) * 1000)
    taken.sort()
    print(f"commit to durable event: median {taken[100]:.1f} ms, p95 {taken[190]:.1f} ms")


if __name__ == "__main__":
    main()
