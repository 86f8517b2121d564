"""JSON from outside: whatever is wrong with it is the sender's mistake, and named."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from tallystick.inference.errors import InvalidRequest

__all__ = ["decoded"]

Decoded = TypeVar("Decoded")


def decoded(decode: Callable[[bytes], Decoded], text: bytes, field: str) -> Decoded:
    """Decode `text`, or raise `InvalidRequest` that begins with `field`."""
    try:
        return decode(text)
    except RecursionError as error:
        raise InvalidRequest(f"{field}: JSON is nested too deeply") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{field}: {error}") from error
