"""Durable appends and tail reads of the log on SQLite: `python benchmarks/log.py [--seconds S] [--batch N]`.

Events are 650-byte Debezium JSON envelopes; every append is on disk (synchronous = FULL) before the next one begins.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tallystick.platform.log import Record, StoreLog
from tallystick.platform.store import Store

NAMES = ("Ada", "Grace", "Edsger", "Barbara", "Donald", "Frances", "Alan", "Radia", "Niklaus", "Hedy")
TOWNS = ("Northport", "Southfield", "Eastbourne", "Westhaven", "Midvale", "Oakton", "Elmsford", "Ashgrove")


def main() -> None:
    """Print append and tail rates, and the bytes on disk of one event."""
    arguments = _arguments()
    batches = [list(islice(_events(seed), arguments.batch)) for seed in range(20)]
    size = sum(len(record.value or b"") for record in batches[0]) / arguments.batch
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        file = Path(directory) / "log.db"
        store = Store.open(f"sqlite:///{file}")
        store.upgrade()
        log = StoreLog(store)
        log.create("people")
        appended, append_s, append_cpu_s = _append(log, batches, arguments.seconds)
        read, read_s, read_cpu_s = _tail(log, arguments.batch)
        store.close()
        stored = sum(path.stat().st_size for path in file.parent.iterdir())
    print(f"events of {size:.0f} bytes in batches of {arguments.batch}")
    print(f"append  {appended / append_s:10,.0f} events/s  {appended / append_cpu_s:10,.0f} events/s of processor time")
    print(f"tail    {read / read_s:10,.0f} events/s  {read / read_cpu_s:10,.0f} events/s of processor time")
    print(f"disk    {stored / appended:10.1f} bytes an event")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to append")
    parser.add_argument("--batch", type=int, default=500, help="events in one append")
    parser.add_argument("--directory", default=None, help="where the log lies while it is measured")
    return parser.parse_args()


def _append(log: StoreLog, batches: list[list[Record]], seconds: float) -> tuple[int, float, float]:
    started, processor, appended = time.perf_counter(), time.process_time(), 0
    for batch in cycle(batches):
        log.append("people", batch)
        appended += len(batch)
        if time.perf_counter() - started >= seconds:
            break
    return appended, time.perf_counter() - started, time.process_time() - processor


def _tail(log: StoreLog, limit: int) -> tuple[int, float, float]:
    started, processor, offset = time.perf_counter(), time.process_time(), 0
    while records := log.read("people", offset, limit=limit):
        offset = records[-1].offset + 1
    return offset, time.perf_counter() - started, time.process_time() - processor


def _events(seed: int) -> Iterator[Record]:
    """Make change events of people as a connector writes them."""
    source = random.Random(seed)
    for number in range(seed * 1_000_000, (seed + 1) * 1_000_000):
        at = 1_760_000_000_000 + number
        person = {
            "id": number,
            "given_name": source.choice(NAMES),
            "surname": source.choice(NAMES).lower() + source.choice(TOWNS).lower(),
            "street_number": source.randrange(1, 400),
            "suburb": source.choice(TOWNS),
            "postcode": f"{source.randrange(10_000):04}",
            "address_2": f"{source.choice(TOWNS)} retirement village".lower(),
            "state": source.choice(("nsw", "vic", "qld", "wa", "sa", "tas")),
            "address_1": f"{source.choice(NAMES)} {source.choice(TOWNS)} crescent".lower(),
            "date_of_birth": 10_000 + source.randrange(20_000),
            "soc_sec_id": source.randrange(10**6, 10**7),
        }
        place = {"version": "3.3.1.Final", "connector": "postgresql", "name": "north", "ts_ms": at, "snapshot": "false"}
        place |= {"db": "registry", "sequence": f'["{number * 96}","{number * 104}"]', "ts_us": at * 1000}
        place |= {"schema": "public", "table": "person", "txId": 700 + number, "lsn": number * 104, "xmin": None}
        envelope = {"before": None, "after": person, "source": place, "op": "c", "ts_ms": at + 3, "transaction": None}
        yield Record(json.dumps({"id": number}).encode(), json.dumps(envelope).encode(), timestamp=at)


if __name__ == "__main__":
    main()
