"""Reading a request's body: bounded, decompressed, with the headers that say how to read it."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from tallystick.inference.errors import InvalidRequest, RequestTooLarge, UnknownCompression

__all__ = ["Body", "Message", "Receive", "Scope", "read_body"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class Body(NamedTuple):
    """A request's body; `json_length` is its `Inference-Header-Content-Length`."""

    content: bytes
    content_type: bytes
    json_length: int | None


async def read_body(scope: Scope, receive: Receive, *, largest: int) -> Body:
    """Read the body; raises `RequestTooLarge` as soon as more than `largest` bytes have come or been decompressed."""
    content_type, encoding, json_length = b"", b"", None
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value.partition(b";")[0].strip().lower()
        elif name == b"inference-header-content-length":
            json_length = _json_length(value)
        elif name == b"content-encoding":
            encoding = value.strip().lower()
    message = await receive()
    content = message.get("body", b"")
    if message.get("more_body"):
        content = await _rest(content, receive, largest)
    if len(content) > largest:
        raise _too_large(largest)
    if encoding not in (b"", b"identity"):
        # However short it is, what comes out may be long.
        content = await asyncio.to_thread(_decompressed, content, encoding, largest)
    return Body(content, content_type, json_length)


async def _rest(first: bytes, receive: Receive, largest: int) -> bytes:
    parts, size = [first], len(first)
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            raise _too_large(largest)
        more = message.get("more_body", False)
    return b"".join(parts)


def _decompressed(content: bytes, encoding: bytes, largest: int) -> bytes:
    if encoding not in (b"gzip", b"deflate"):
        raise UnknownCompression(f"Content-Encoding: {encoding.decode('latin-1')!r:.40}; expected gzip or deflate")
    decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        plain = decompressor.decompress(content, largest + 1)
    except zlib.error as error:
        raise InvalidRequest(f"Content-Encoding: the body is no {encoding.decode()}: {error}") from error
    if len(plain) > largest:
        raise _too_large(largest)
    if not decompressor.eof:
        raise InvalidRequest(f"Content-Encoding: the {encoding.decode()} body ends too early")
    if decompressor.unused_data:
        raise InvalidRequest(f"Content-Encoding: something follows the {encoding.decode()} body")
    return plain


def _json_length(value: bytes) -> int:
    if not value.isdigit() or len(value) > 18:
        raise InvalidRequest(f"Inference-Header-Content-Length: {value[:40]!r} is no number of bytes")
    return int(value)


def _too_large(largest: int) -> RequestTooLarge:
    return RequestTooLarge(f"the body is larger than {largest} bytes")
