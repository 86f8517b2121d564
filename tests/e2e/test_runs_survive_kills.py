"""`tally linkage serve` is killed again and again while it compares: the run ends with the result of a quiet one."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.vocabulary.batch_linkage import clks

PEOPLE = 4000
THRESHOLD = 0.51  # low, so that a run takes its time
KILLS = 3


class Client:
    """Speaks to a service that comes and goes."""

    def __init__(self) -> None:
        self.address = ""
        self.token = ""

    def ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"Authorization": self.token, "Content-Type": "application/json"}
        connection.request(method, f"/api/v1{path}", json.dumps(body), headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def upload(self) -> tuple[str, str]:
        """Make a project whose parties have uploaded; return its path and its result token."""
        made = self.ask("POST", "/projects", {"schema": {}, "result_type": "similarity_scores"})
        path = f"/projects/{made['project_id']}"
        for seed, self.token in enumerate(made["update_tokens"]):
            assert self.ask("POST", f"{path}/clks", clks(seed, PEOPLE))["message"] == "Updated"
        return path, made["result_token"]

    def wait(self, run: str) -> None:
        """Wait until a run is completed."""
        end = time.monotonic() + 60
        while (status := self.ask("GET", f"{run}/status"))["state"] != "completed":
            assert status["state"] in ("queued", "running"), status
            assert time.monotonic() < end, status
            time.sleep(0.05)


@contextmanager
def serving(folder: Path, client: Client) -> Iterator[subprocess.Popen[str]]:
    """Serve on a free port, until the block ends or kills it."""
    tally = str(Path(sys.executable).with_name("tally"))
    command = [tally, "linkage", "serve", "--listen", "127.0.0.1:0", "--data-dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    client.address = process.stdout.readline().rpartition(" ")[2].strip()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_run_ends_with_the_same_scores_however_often_it_is_killed(tmp_path: Path) -> None:
    seed = int(os.environ.get("TALLYSTICK_SEED", time.time_ns() % 2**32))
    sys.stdout.write(f"TALLYSTICK_SEED={seed}\n")
    source, client = random.Random(seed), Client()
    with serving(tmp_path, client):
        path, client.token = client.upload()
        quiet = path + "/runs/" + client.ask("POST", f"{path}/runs", {"threshold": THRESHOLD})["run_id"]
        client.wait(quiet)
        expected = client.ask("GET", f"{quiet}/result")
        assert len(expected["similarity_scores"]) >= PEOPLE
        killed = path + "/runs/" + client.ask("POST", f"{path}/runs", {"threshold": THRESHOLD})["run_id"]
    for _ in range(KILLS):
        with serving(tmp_path, client) as process:
            time.sleep(source.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
    with serving(tmp_path, client):
        client.wait(killed)
        assert client.ask("GET", f"{killed}/result") == expected
