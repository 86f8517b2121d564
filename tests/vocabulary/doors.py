"""Doors to knock at, and backends that tell what reached them."""

import contextlib
import json
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
from tests.vocabulary.http2 import Http2

from tallystick.edge.authority import Authority, Credential
from tallystick.edge.domain.snapshot import Backend, Context, Door, Limits, Pool, Snapshot, Timeouts
from tallystick.edge.domain.snapshot import Credential as Pem
from tallystick.edge.service import Edge

__all__ = [
    "Site",
    "Telling",
    "closing_backend",
    "ending_backend",
    "raw_backend",
    "telling_backend",
    "told",
    "unix_backend",
]


@dataclass
class Telling:
    """What a backend saw."""

    address: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    first_lines: list[bytes] = field(default_factory=list)


class _Teller(BaseHTTPRequestHandler):
    """Answers with the request as JSON; some paths do more."""

    protocol_version = "HTTP/1.1"
    telling: Telling

    def do_GET(self) -> None:
        match self.path:
            case "/events":
                self._stream()
            case "/socket":
                self._switch()
            case "/slow":
                time.sleep(0.5)
                self._tell(b"")
            case "/stuck":
                time.sleep(3)
            case _:
                self._tell(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            self._tell(b"".join(iter(self._chunk, b"")))
        else:
            received = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/stuck":
                time.sleep(3)
            self._tell(received)

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(), 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _tell(self, received: bytes) -> None:
        request = {
            "path": self.path,
            "received": len(received),
            "connection": id(self.connection),
            "headers": [list(item) for item in self.headers.items()],
        }
        self.telling.requests.append(request)
        body = json.dumps(request).encode()
        if self.path == "/large":
            body = bytes(8 << 20)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(3):
            self.wfile.write(b"e\r\ndata: event %d\n\r\n" % number)
            self.wfile.flush()
            time.sleep(0.2)
        self.wfile.write(b"0\r\n\r\n")

    def _switch(self) -> None:
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", self.headers["Upgrade"])
        self.end_headers()
        while line := self.rfile.readline():
            self.wfile.write(b"echo " + line)
            self.wfile.flush()
        self.close_connection = True

    def address_string(self) -> str:
        """Name the client; a unix socket has no address."""
        return "client"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Keep the tests' output clean."""


class _UnixServer(ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def telling_backend() -> Iterator[Telling]:
    """Serve HTTP on a port of its own."""
    handler = type("Teller", (_Teller,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.telling = Telling(f"127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    with _served(server):
        yield handler.telling  # type: ignore[attr-defined]


@contextmanager
def unix_backend(path: Path) -> Iterator[Telling]:
    """Serve HTTP on a unix socket."""
    handler = type("Teller", (_Teller,), {})
    server = _UnixServer(str(path), handler)  # type: ignore[arg-type]
    server.daemon_threads = True
    handler.telling = Telling(f"unix:{path}")  # type: ignore[attr-defined]
    with _served(server):
        yield handler.telling  # type: ignore[attr-defined]


@contextmanager
def raw_backend(greeting: bytes = b"") -> Iterator[Telling]:
    """Note each connection's first line, greet, then echo."""

    class Echo(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                telling.first_lines.append(self.rfile.readline())
                self.wfile.write(greeting)
                while data := self.rfile.read1(65536):
                    self.wfile.write(data)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    telling = Telling(f"127.0.0.1:{server.server_address[1]}")
    with _served(server):
        yield telling


@contextmanager
def ending_backend() -> Iterator[Telling]:
    """Say good-bye after a connection's first line, and note that one and the next."""

    class End(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            telling.first_lines.append(self.rfile.readline())
            self.wfile.write(b"bye")
            self.connection.shutdown(socket.SHUT_WR)
            telling.first_lines.append(self.rfile.readline())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), End)
    server.daemon_threads = True
    telling = Telling(f"127.0.0.1:{server.server_address[1]}")
    with _served(server):
        yield telling


@contextmanager
def closing_backend() -> Iterator[Telling]:
    """Answer one request a connection, promise to keep it, and close it."""

    class Close(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"served": true}')

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Close)
    server.daemon_threads = True
    with _served(server):
        yield Telling(f"127.0.0.1:{server.server_address[1]}")


@dataclass
class Site:
    """Contexts by server name in front of backends, and clients that come to them."""

    authority: Authority
    contexts: list[Context] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    limits: Limits = field(default_factory=lambda: Limits(connections=1000))
    timeouts: Timeouts = field(default_factory=Timeouts)
    refuse_unknown_names: bool = False
    listen: str = "127.0.0.1:0"
    workers: int = 2
    backend_connections: int = 1000
    half_open: bool = False

    def serve(self, *names: str, backends: list[str] | str, mode: str = "http", **given: Any) -> "Site":
        """Add a context; the first one is the default."""
        addresses = [backends] if isinstance(backends, str) else backends
        line = given.pop("proxy_line", "none")
        retries = {name: given.pop(name) for name in ("max_retries", "retry_interval_ms") if name in given}
        members = tuple(Backend(address=address, proxy_line=line) for address in addresses)
        self.pools.append(Pool(backends=members, mode=mode, **retries))  # type: ignore[arg-type]
        protocols = given.pop("protocols", ("h2", "http/1.1") if mode == "http" else ())
        pool = len(self.pools) - 1
        self.contexts.append(
            Context(names=names, credentials=(self.pem(*names),), pool=pool, protocols=protocols, **given)
        )
        return self

    def pem(self, *names: str) -> Pem:
        """Issue a certificate for names."""
        issued = self.authority.issue(names)
        return Pem(issued.certificate.read_text(), issued.key.read_text())

    def snapshot(self) -> Snapshot:
        """Give what the data plane serves."""
        return Snapshot(
            workers=self.workers,
            backend_connections=self.backend_connections,
            doors=(Door(listen=self.listen),),
            contexts=tuple(self.contexts),
            pools=tuple(self.pools),
            limits=self.limits,
            timeouts=self.timeouts,
            half_open=self.half_open,
            refuse_unknown_names=self.refuse_unknown_names,
        )

    def bound(self, **limits: Any) -> "Site":
        """Change limits or timeouts."""
        for name, value in limits.items():
            part = "limits" if name in Limits.__struct_fields__ else "timeouts"
            setattr(self, part, msgspec.structs.replace(getattr(self, part), **{name: value}))
        return self

    @contextmanager
    def open(self) -> Iterator[Edge]:
        """Open the door."""
        with Edge(self.snapshot, drain_s=3) as edge:
            self.address = edge.addresses[0]
            yield edge

    def http2(self, name: str) -> Http2:
        """Open an HTTP/2 connection under a server name."""
        trust = self.trust()
        trust.set_alpn_protocols(["h2"])
        return Http2(self.connect(name, context=trust)).begin()

    def trust(self, *, credential: Credential | None = None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """Make a client's TLS context that believes the site's authority."""
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        if credential:
            context.load_cert_chain(credential.certificate, credential.key)
        if version:
            context.maximum_version = version
        return context

    def connect(self, name: str, *, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """Shake hands under a server name."""
        plain = self.plain()
        return (context or self.trust()).wrap_socket(plain, server_hostname=name)

    def plain(self) -> socket.socket:
        """Connect without TLS."""
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=10)

    def http(self, name: str, **given: Any) -> HTTPConnection:
        """Open a keep-alive HTTP/1.1 connection under a server name."""
        connection = HTTPConnection(name, timeout=10)
        connection.sock = self.connect(name, **given)
        return connection

    def ask(self, name: str, path: str = "/", headers: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
        """Make one request and return what the backend saw."""
        connection = self.http(name, **given)
        try:
            return told(connection, path, headers)
        finally:
            connection.close()


def told(connection: HTTPConnection, path: str = "/", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Make a request on an open connection and return what the backend saw."""
    connection.request("GET", path, headers=headers or {})
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    return answer
