"""An HTTP/2 client that says as much as a test needs, frame by frame (RFC 9113)."""

import ssl
import struct
from dataclasses import dataclass

__all__ = ["DATA", "GOAWAY", "Http2"]

DATA, HEADERS, SETTINGS, PING, GOAWAY = 0, 1, 4, 6, 7
ACKNOWLEDGED, END_STREAM, END_HEADERS = 1, 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# Indexed fields of HPACK's static table: `:method: GET`, `:scheme: https` (RFC 7541, appendix A).
GET, HTTPS = 0x82, 0x87


@dataclass
class Http2:
    """One connection; the socket has agreed on h2."""

    stream: ssl.SSLSocket

    def begin(self) -> "Http2":
        """Say the preface."""
        self.stream.sendall(PREFACE)
        self.send(SETTINGS)
        return self

    def send(self, kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> None:
        """Send one frame."""
        self.stream.sendall(len(payload).to_bytes(3, "big") + struct.pack(">BBL", kind, flags, stream) + payload)

    def get(self, stream: int, host: str, path: str) -> None:
        """Ask for a path."""
        literals = b"".join(
            bytes([index, len(value)]) + value.encode() for index, value in ((0x01, host), (0x04, path))
        )
        self.send(HEADERS, END_STREAM | END_HEADERS, stream, bytes([GET, HTTPS]) + literals)

    def ping(self) -> None:
        """Ask for a sign of life."""
        self.send(PING, payload=b"are you?")

    def kinds(self, seconds: float) -> list[int]:
        """Return the kinds of the frames that come within some seconds, the last of them -1 at the connection's end."""
        self.stream.settimeout(seconds)
        received, kinds = b"", []
        try:
            while data := self.stream.recv(65536):
                received += data
                while len(received) >= 9 + (length := int.from_bytes(received[:3], "big")):
                    kinds.append(received[3])
                    received = received[9 + length :]
        except TimeoutError:
            return kinds
        return [*kinds, -1]
