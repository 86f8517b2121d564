"""Listen on TCP or on a unix socket, and drain when told to stop."""

import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tallystick.platform.http.errors import AddressRefused, AddressTaken
from tallystick.platform.http.wire import Wire

__all__ = ["bind", "serve"]

DRAIN_S = 10
BACKLOG = 1024


def serve(
    app: ASGIApp,
    *,
    listen: str | Path,
    behind_edge: bool = False,
    drain_s: int = DRAIN_S,
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Serve `app` until SIGTERM or SIGINT, then finish what is under way within `drain_s` seconds.

    `listen` is `HOST:PORT` (port 0 takes a free one) or the path of a unix socket, made with mode 0600. Only with
    `behind_edge`, on the socket that the edge alone can open, are the headers believed in which the edge says who the
    client is; everywhere else they are dropped. `ready` is called with the bound address. `stop` ends it from another
    thread, and is set when a signal does. Raises a `ListenError`.
    """
    listener = bind(listen)
    if behind_edge and listener.family is not socket.AF_UNIX:
        listener.close()
        raise AddressRefused(str(listen), "the edge's identities are believed on a unix socket alone")
    draining = threading.Event()
    config = uvicorn.Config(
        _Trust(app, behind_edge, draining),
        loop="uvloop",
        http=Wire,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=drain_s,
    )
    if ready:
        ready(_address(listener))
    try:
        _Server(config, stop, draining).run(sockets=[listener])
    finally:
        listener.close()
        if listener.family is socket.AF_UNIX:
            Path(listen).unlink(missing_ok=True)


def bind(address: str | Path) -> socket.socket:
    """Bind and listen; raise `AddressTaken` or `AddressRefused`, which name the address."""
    text = str(address)
    if "/" in text:
        return _listen_unix(Path(text))
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise AddressRefused(text, "expected HOST:PORT or the path of a unix socket")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host.strip("[]") or None, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(BACKLOG)
    except OSError as error:
        raise _refusal(text, error) from None
    return listener


def _listen_unix(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        _remove_abandoned(path)
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _refusal(str(path), error) from None
    finally:
        os.umask(before)
    return listener


def _remove_abandoned(path: Path) -> None:
    """Remove a socket that a killed process left; one that answers stays."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)


def _refusal(address: str, error: OSError) -> AddressTaken | AddressRefused:
    if error.errno == errno.EADDRINUSE:
        return AddressTaken(address, "another process listens there; stop it or choose another address")
    return AddressRefused(address, error.strerror or str(error))


def _address(listener: socket.socket) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return name
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"{host}:{name[1]}"


class _Server(uvicorn.Server):
    """Returns after draining, where uvicorn would end the process by the signal that came."""

    def __init__(self, config: uvicorn.Config, stop: threading.Event | None, draining: threading.Event) -> None:
        super().__init__(config)
        self._stop = stop
        self._draining = draining

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or (self._stop is not None and self._stop.is_set())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._draining.set()
        if self._stop is not None:
            self._stop.set()
        await super().shutdown(sockets)


class _Trust:
    """Marks requests that came through the edge, and drops what only the edge may say from all others."""

    def __init__(self, app: ASGIApp, behind_edge: bool, draining: threading.Event) -> None:
        self._app = app
        self._behind_edge = behind_edge
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["tallystick.draining"] = self._draining
            if self._behind_edge:
                scope["tallystick.behind_edge"] = True
            else:
                scope["headers"] = [pair for pair in scope["headers"] if not pair[0].startswith(EDGE_PREFIX)]
        await self._app(scope, receive, send)


EDGE_PREFIX = b"x-tallystick-client-"
