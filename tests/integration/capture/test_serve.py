"""`tally capture serve` alone: a client of Kafka Connect sets a connector going, SIGTERM ends it cleanly."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
from tests.vocabulary.capture import Bench, eventually

from tallystick.platform.log import StoreLog
from tallystick.platform.store import Store


def test_serve_captures_until_sigterm(bench: Bench, tmp_path: Path) -> None:
    bench.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
    tally = [sys.executable, "-c", "from tallystick.cli import main; main()", "capture", "serve"]
    command = [*tally, "--listen", "127.0.0.1:0", "--data-dir", str(tmp_path / "alone")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        place = re.search(r"127\.0\.0\.1:\d+", process.stdout.readline())
        assert place is not None
        with httpx2.Client(base_url=f"http://{place.group()}", trust_env=False) as client:
            created = client.post("/connectors", json={"name": "c", "config": bench.configuration()})
            assert created.status_code == 201
            store = Store.open(f"sqlite:///{tmp_path / 'alone' / 'tally.db'}")
            log = StoreLog(store)
            eventually(lambda: sum(topic.partitions[0].end for topic in log.topics()), lambda events: events == 2)
            assert client.get("/connectors/c/status").json()["connector"]["state"] == "RUNNING"
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    store.close()
