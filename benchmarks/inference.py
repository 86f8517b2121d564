"""One-row V2 predictions beside KServe's server: `python benchmarks/inference.py [--seconds S]`.

The same logistic regression over iris on every server, one process each, one connection, the servers taking turns.
Processor time is that of the server's processes, user and system, divided by the requests it answered.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import joblib
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from skops import io as skops_io

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, this folder's package is its neighbour

from benchmarks.environment import reference_python

ROUNDS = 2
REFERENCE = "kserve 0.21, scikit-learn"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A running server, the body that it is asked with, and what each round measured."""

    process: subprocess.Popen[bytes]
    address: tuple[str, int]
    datatype: str
    cpu_us: list[float] = field(default_factory=list)
    median_us: list[float] = field(default_factory=list)

    def measure(self, seconds: float) -> None:
        """Ask for `seconds`, one request after the other."""
        with socket.create_connection(self.address) as connection:
            request = _request(self.datatype)
            for _ in range(200):
                _ask(connection, request)
            before, times, end = _cpu_s(self.process.pid), list[float](), time.perf_counter() + seconds
            while (start := time.perf_counter()) < end:
                _ask(connection, request)
                times.append(time.perf_counter() - start)
            self.cpu_us.append((_cpu_s(self.process.pid) - before) / len(times) * 1e6)
            self.median_us.append(statistics.median(times) * 1e6)


def main() -> None:
    """Print a line for each server: processor time a request, median latency, and the ratio to the reference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each server is asked in each round")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers = {name: stack.enter_context(server) for name, server in _servers(Path(folder)).items()}
        for _ in range(ROUNDS):
            for server in servers.values():
                server.measure(seconds)
    base = min(servers[REFERENCE].cpu_us)
    print(f"{'one row, V2 over JSON':32}{'CPU us/request':>16}{'median us':>12}{'CPU ratio':>12}")
    for name, server in servers.items():
        cpu = min(server.cpu_us)
        print(f"{name:32}{cpu:16.0f}{min(server.median_us):12.0f}{base / cpu:11.1f}x")


def _servers(folder: Path) -> Mapping[str, AbstractContextManager[Server]]:
    estimator = _models(folder)
    port = _free_port()
    script = Path(__file__).parent / "references" / "kserve_server.py"
    kserve = [str(reference_python("inference")), str(script), str(estimator), str(port)]
    return {
        REFERENCE: _running(kserve, ("127.0.0.1", port), "FP64"),
        "tallystick, scikit-learn": _tallystick(folder / "skops", folder / "data-skops", "FP64"),
        "tallystick, onnx": _tallystick(folder / "onnx", folder / "data-onnx", "FP32"),
    }


def _models(folder: Path) -> Path:
    """Write one estimator as joblib, skops and ONNX; return the joblib file."""
    flowers = load_iris()
    estimator = LogisticRegression(max_iter=1000).fit(flowers.data, flowers.target)
    joblib.dump(estimator, folder / "iris.joblib")
    for name in ("skops", "onnx"):
        (folder / name).mkdir()
    skops_io.dump(estimator, folder / "skops" / "iris.skops")
    graph = to_onnx(estimator, flowers.data[:1].astype("float32"), options={"zipmap": False})
    (folder / "onnx" / "iris.onnx").write_bytes(graph.SerializeToString())
    return folder / "iris.joblib"


def _tallystick(models: Path, data: Path, datatype: str) -> AbstractContextManager[Server]:
    port = _free_port()
    command = [sys.executable, "-c", "from tallystick.cli import main; main()", "inference", "serve"]
    options = ["--listen", f"127.0.0.1:{port}", "--data-dir", str(data), "--model-dir", str(models)]
    return _running([*command, *options, "--model-name", "iris"], ("127.0.0.1", port), datatype)


@contextmanager
def _running(command: list[str], address: tuple[str, int], datatype: str) -> Iterator[Server]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(process, address)
            yield Server(process, address, datatype)
        finally:
            process.terminate()


def _wait_until_ready(process: subprocess.Popen[bytes], address: tuple[str, int]) -> None:
    request = b"GET /v2/models/iris/ready HTTP/1.1\r\nHost: iris\r\n\r\n"
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"a server ended with {process.returncode}: {process.args!r}")
        try:
            with socket.create_connection(address) as connection:
                _ask(connection, request)
                return
        except (OSError, RuntimeError):
            time.sleep(0.1)
    raise SystemExit(f"a server did not become ready: {process.args!r}")


def _request(datatype: str) -> bytes:
    body = b'{"inputs":[{"name":"X","shape":[1,4],"datatype":"%b","data":[5.1,3.5,1.4,0.2]}]}' % datatype.encode()
    head = "POST /v2/models/iris/infer HTTP/1.1\r\nHost: iris\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _ask(connection: socket.socket, request: bytes) -> None:
    """Send one request and read its answer, which has a Content-Length."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer.decode())
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += _received(connection)


def _received(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise RuntimeError("the server closed the connection")
    return chunk


def _cpu_s(pid: int) -> float:
    """Return the user and system time of a process and of those that it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / TICK + sum(_cpu_s(int(child)) for child in children)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
