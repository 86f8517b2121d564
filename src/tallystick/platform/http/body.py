"""A request's body as it arrives."""

from collections.abc import AsyncIterator, Iterator

import anyio
import anyio.from_thread
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from tallystick.platform.http.problem import Origin, Problem

__all__ = ["STALL_S", "BodyStream"]

STALL_S = 30.0
"""How long a client may send nothing of a body that it began."""


class BodyStream:
    """The body's chunks, once: `for` in a plain handler, `async for` in an async one.

    Raises a 413 `Problem` as soon as more than `limit` bytes have come; None means no limit. Raises a 408 `Problem`
    when nothing comes for `stall_s` seconds.
    """

    def __init__(
        self, receive: Receive, limit: int | None, announced: int | None = None, *, stall_s: float = STALL_S
    ) -> None:
        self._receive = receive
        self._limit = limit
        self._announced = announced
        self._stall_s = stall_s
        self._taken = 0
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunk()) is not None:
            if chunk:
                yield chunk

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := anyio.from_thread.run(self._chunk)) is not None:
            if chunk:
                yield chunk

    async def _chunk(self) -> bytes | None:
        if self._ended:
            return None
        self._refuse_beyond(self._announced or 0)
        try:
            with anyio.fail_after(self._stall_s):
                message = await self._receive()
        except TimeoutError:
            detail = f"nothing more of the body came for {self._stall_s:g} s"
            raise Problem(408, detail=detail, headers={"connection": "close"}, origin=Origin.LIMIT) from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._ended = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        self._taken += len(chunk)
        self._refuse_beyond(self._taken)
        return chunk

    def _refuse_beyond(self, size: int) -> None:
        if self._limit is not None and size > self._limit:
            detail = f"the body is larger than {self._limit} bytes"
            raise Problem(413, "Content Too Large", detail, origin=Origin.LIMIT)
