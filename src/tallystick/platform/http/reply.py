"""What a handler answers when a plain value does not say enough."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Event", "Reply", "events"]


@dataclass(frozen=True)
class Reply:
    """An answer with its status, headers and media type.

    `body` is a value that msgspec encodes as JSON, bytes as they are, text (with a `media_type` of its own), or an
    iterator of bytes, sync or async, which is streamed. A `status` of None means the route's.

    >>> Reply({"ready": False}, status=503).status
    503
    """

    body: object = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    data: object
    name: str | None = None
    id: str | None = None

    def encode(self) -> bytes:
        """Give the event's bytes; text stays text, other data becomes JSON."""
        text = self.data if isinstance(self.data, str) else json.dumps(self.data)
        head = [f"{key}: {value}" for key, value in (("event", self.name), ("id", self.id)) if value is not None]
        return ("\n".join([*head, *(f"data: {line}" for line in text.splitlines() or [""])]) + "\n\n").encode()


def events(source: Iterator[Event | None] | AsyncIterator[Event | None]) -> Reply:
    """Stream server-sent events; None sends a heartbeat, so that a dead peer is noticed."""
    body = _encode_async(source) if isinstance(source, AsyncIterator) else _encode(source)
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return Reply(body, status=200, headers=headers, media_type="text/event-stream")


HEARTBEAT = b": \n\n"


def _encode(source: Iterator[Event | None]) -> Iterator[bytes]:
    for event in source:
        yield HEARTBEAT if event is None else event.encode()


async def _encode_async(source: AsyncIterator[Event | None]) -> AsyncIterator[bytes]:
    async for event in source:
        yield HEARTBEAT if event is None else event.encode()
