"""HTTP/1.1 on a connection."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["Wire"]


class Wire(HttpToolsProtocol):
    """Answers a request that asks to change protocols as if it had not asked, and closes the connection after it.

    No other protocol is spoken here. The parser ends such a message at its head: what follows would be read as the next
    request although it may be this one's body, so nothing that follows is read, and a message with a body is refused.
    """

    _last = False

    def data_received(self, data: bytes) -> None:
        """Read on, unless the last request has come."""
        if not self._last:
            super().data_received(data)

    def on_headers_complete(self) -> None:
        """Begin a request; what is raised here is answered with 400, and the connection closes."""
        if not self.parser.should_upgrade():
            super().on_headers_complete()
            return
        self._last = True
        if any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in self.headers
        ):
            raise ValueError("a request with a body asks to change protocols")
        super().on_headers_complete()
        self.cycle.keep_alive = False
