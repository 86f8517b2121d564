"""A TCP address before a unix socket, whose answers come in small pieces and no faster than said."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["SlowLink", "slow_link"]


class SlowLink:
    """Carries bytes to and from the socket at `path`; `piece` and `bytes_per_s` bound what comes back."""

    def __init__(self, path: str, *, piece: int = 65536, bytes_per_s: float | None = None) -> None:
        self._path = path
        self._piece = piece
        self.bytes_per_s = bytes_per_s
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections; those that are open end with their peers."""
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._path)
                self.connections += 1
                threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, slowly: bool) -> None:
        with suppress(OSError):
            while some := source.recv(self._piece if slowly else 65536):
                target.sendall(some)
                if slowly:
                    time.sleep(len(some) / self.bytes_per_s if self.bytes_per_s else 0)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def slow_link(path: str, *, piece: int = 65536, bytes_per_s: float | None = None) -> Iterator[SlowLink]:
    """Open a link for the time of the block."""
    link = SlowLink(path, piece=piece, bytes_per_s=bytes_per_s)
    try:
        yield link
    finally:
        link.close()
