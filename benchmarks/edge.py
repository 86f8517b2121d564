"""TLS in front of an HTTP backend, beside nginx: `python benchmarks/edge.py [--seconds S] [--rounds N]`.

Both proxies have one worker, the same ECDSA P-256 certificate and the same pooled backend (another nginx that returns
two bytes), and serve the same client in turn. What counts is the processor time of the proxy's process tree for one
operation: it stays meaningful on a busy machine, where rates do not. Needs nginx (Debian: nginx-light).
"""

import argparse
import json
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tallystick.edge.authority import Authority, ensure_authority

NAME = "bench.test"
REQUEST = f"GET / HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode()
LARGE_REQUEST = f"GET /large HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode()
LARGE = 16 << 20
CLIENTS = 4
IDLE = 500

NGINX = """
daemon off; worker_processes 1; pid {directory}/{role}.pid; error_log {directory}/{role}.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {directory}/{role}-body; proxy_temp_path {directory}/{role}-proxy;
  fastcgi_temp_path {directory}/{role}-f; uwsgi_temp_path {directory}/{role}-u; scgi_temp_path {directory}/{role}-s;
  keepalive_requests 1000000000;
  {servers}
}}
"""
BACKEND = """
  server {{ listen 127.0.0.1:{port}; default_type text/plain;
    location / {{ return 200 "ok"; }}
    location /large {{ alias {directory}/large; }}
  }}
"""
FRONT = """
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off;
    location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https; }}
  }}
"""


@dataclass
class Proxy:
    """A running TLS terminator."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def processor_s(self) -> float:
        """Processor time that the process tree has used, seconds."""
        return sum(_on_processor_ns(pid) for pid in self.tree()) / 1e9

    def memory(self) -> int:
        """Proportional set size of the process tree, bytes."""
        rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.tree())
        return sum(int(text.split("Pss:")[1].split()[0]) << 10 for text in rollups)

    def tree(self) -> list[int]:
        """Process ids of the proxy and its children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]


def main() -> None:
    """Print processor time and memory of each proxy, side by side."""
    arguments = _arguments()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        authority = ensure_authority(directory / "ca", "Bench")
        proxies = [stack.enter_context(start) for start in _proxies(directory, authority, stack)]
        trust = ssl.create_default_context(cafile=str(authority.certificate))
        print(f"{'':34}" + "".join(f"{proxy.name:>22}" for proxy in proxies))
        for title, unit, operation in OPERATIONS:
            rounds: dict[str, list[float]] = {proxy.name: [] for proxy in proxies}
            for _ in range(arguments.rounds):
                for proxy in proxies:
                    rounds[proxy.name].append(_cost_us(proxy, trust, operation, arguments.seconds))
            cells = [f"{min(costs):9.1f} ({median(costs):.1f}){unit:>5}" for costs in rounds.values()]
            print(f"{title:34}" + "".join(f"{cell:>22}" for cell in cells))
        print(f"{'idle connection':34}" + "".join(f"{_idle_kib(proxy, trust):17.1f} KiB " for proxy in proxies))
    print("least of the rounds (median)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each operation")
    return parser.parse_args()


def _proxies(directory: Path, authority: Authority, stack: ExitStack) -> list[AbstractContextManager[Proxy]]:
    nginx = shutil.which("nginx")
    if nginx is None:
        sys.exit("nginx is missing; run: apt-get install --no-install-recommends nginx-light")
    issued = authority.issue([NAME])
    (directory / "large").write_bytes(bytes(LARGE))
    directory.chmod(0o755)
    ports = [_free_port() for _ in range(4)]
    backend, front, http, tcp = ports
    servers = BACKEND.format(port=backend, directory=directory)
    stack.enter_context(_started("backend", backend, _nginx(nginx, directory, "backend", servers)))
    servers = FRONT.format(port=front, backend=backend, certificate=issued.certificate, key=issued.key)
    shared = {"cert": str(issued.certificate), "key": str(issued.key), "host": "127.0.0.1"}

    def edge(port: int, mode: str) -> list[str]:
        file = directory / f"{mode}.json"
        pool = [{"port": backend, "mode": mode}]
        file.write_text(json.dumps({"workers": 1, "frontend": shared | {"port": port}, "backend": pool}))
        return [sys.executable, "-c", "from tallystick.edge.cli import edge; edge()", "serve", "-c", str(file)]

    return [
        _started("nginx http", front, _nginx(nginx, directory, "front", servers)),
        _started("edge http", http, edge(http, "http")),
        _started("edge tcp", tcp, edge(tcp, "tcp")),
    ]


def _nginx(program: str, directory: Path, role: str, servers: str) -> list[str]:
    file = directory / f"{role}.conf"
    file.write_text(NGINX.format(directory=directory, role=role, servers=servers))
    return [program, "-c", str(file), "-e", str(directory / f"{role}.log")]


@contextmanager
def _started(name: str, port: int, command: list[str]) -> Iterator[Proxy]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield Proxy(name, port, process)
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


Operation = Callable[[Proxy, ssl.SSLContext, float], float]


def _cost_us(proxy: Proxy, trust: ssl.SSLContext, operation: Operation, until: float) -> float:
    before = proxy.processor_s()
    with ThreadPoolExecutor(CLIENTS) as clients:
        deadline = time.monotonic() + until
        done = sum(clients.map(lambda _: operation(proxy, trust, deadline), range(CLIENTS)))
    return (proxy.processor_s() - before) * 1e6 / done


def _connect(proxy: Proxy, trust: ssl.SSLContext, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", proxy.port), timeout=30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return trust.wrap_socket(plain, server_hostname=NAME, session=session)


def _answer(stream: ssl.SSLSocket) -> None:
    stream.sendall(REQUEST)
    received = b""
    while not received.endswith(b"ok"):
        received += stream.recv(4096)


def _versioned(trust: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    copy = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    copy.load_verify_locations(cadata=trust.get_ca_certs(binary_form=True)[0])
    copy.minimum_version = copy.maximum_version = version
    return copy


def _full(version: ssl.TLSVersion) -> Operation:
    def operation(proxy: Proxy, trust: ssl.SSLContext, deadline: float) -> float:
        context, done = _versioned(trust, version), 0
        while time.monotonic() < deadline:
            with _connect(proxy, context) as stream:
                _answer(stream)
            done += 1
        return done

    return operation


def _resumed(version: ssl.TLSVersion) -> Operation:
    def operation(proxy: Proxy, trust: ssl.SSLContext, deadline: float) -> float:
        context, done = _versioned(trust, version), 0
        session: ssl.SSLSession | None = None
        while time.monotonic() < deadline:
            with _connect(proxy, context, session) as stream:
                _answer(stream)
                session = stream.session
            done += 1
        return done

    return operation


def _kept(proxy: Proxy, trust: ssl.SSLContext, deadline: float) -> float:
    done = 0
    with _connect(proxy, trust) as stream:
        while time.monotonic() < deadline:
            _answer(stream)
            done += 1
    return done


def _bulk(proxy: Proxy, trust: ssl.SSLContext, deadline: float) -> float:
    received, buffer = 0, bytearray(1 << 18)
    with _connect(proxy, trust) as stream:
        while time.monotonic() < deadline:
            stream.sendall(LARGE_REQUEST)
            wanted = received + LARGE
            while received < wanted:
                received += stream.recv_into(buffer)
    return received / (1 << 20)


OPERATIONS: list[tuple[str, str, Operation]] = [
    ("full handshake, request, TLS 1.2", "us", _full(ssl.TLSVersion.TLSv1_2)),
    ("full handshake, request, TLS 1.3", "us", _full(ssl.TLSVersion.TLSv1_3)),
    ("resumed, request, TLS 1.2", "us", _resumed(ssl.TLSVersion.TLSv1_2)),
    ("resumed, request, TLS 1.3", "us", _resumed(ssl.TLSVersion.TLSv1_3)),
    ("request on a kept connection", "us", _kept),
    ("one MiB of a download", "us", _bulk),
]


def _idle_kib(proxy: Proxy, trust: ssl.SSLContext) -> float:
    before = proxy.memory()
    held = [_connect(proxy, trust) for _ in range(IDLE)]
    time.sleep(0.5)
    grown = proxy.memory() - before
    for stream in held:
        stream.close()
    return grown / IDLE / 1024


def _on_processor_ns(pid: int) -> int:
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))


if __name__ == "__main__":
    main()
