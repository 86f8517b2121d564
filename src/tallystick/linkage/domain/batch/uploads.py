"""The shapes in which a party's encodings arrive, brought to one."""

import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

__all__ = ["Blocks", "Upload", "UploadError", "carries_blocks", "check_records", "is_empty", "is_upload", "read_upload"]

Blocks = list[list[str]]
"""The names of each record's blocks."""


LONGEST_KEY = 40


class UploadError(ValueError):
    """The encodings cannot be used; the text says why."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A column of encodings, end to end, and their blocks where there are any."""

    encodings: bytes
    count: int
    size: int
    blocks: Blocks | None = None


def is_upload(body: object) -> bool:
    """Tell whether a JSON body has one of the shapes; which encodings are good is another question."""
    if not isinstance(body, dict) or sum(name in body for name in ("clks", "clknblocks", "encodings")) != 1:
        return False
    match body:
        case {"clks": clks}:
            return _texts(clks)
        case {"clknblocks": rows}:
            return isinstance(rows, list) and all(isinstance(row, list) and _row(row) for row in rows)
        case {"encodings": encodings, "blocks": blocks}:
            return _texts(encodings) and isinstance(blocks, dict) and all(map(_texts, blocks.values()))
        case {"encodings": encodings}:
            return _texts(encodings)
    return False


def carries_blocks(body: Mapping[str, Any]) -> bool:
    """Tell whether a body of one of the shapes names blocks."""
    return "clknblocks" in body or "blocks" in body


def is_empty(body: Mapping[str, Any]) -> bool:
    """Tell whether a body of one of the shapes has no record."""
    return not (body.get("clks") or body.get("clknblocks") or body.get("encodings"))


def check_records(body: Mapping[str, Any]) -> None:
    """Raise UploadError for records that miss their encoding and blocks that miss their record."""
    for index, row in enumerate(body.get("clknblocks", ())):
        if not row or not isinstance(row[0], str):
            raise UploadError(f"clknblocks[{index}] has no encoding")
    count = len(body.get("encodings", ()))
    for key in body.get("blocks", ()):
        if not _is_index(key, count):
            raise UploadError(f"blocks[{key[:LONGEST_KEY]!r}] is not the index of one of {count} encodings")
    if "blocks" in body and len(body["blocks"]) != count:
        missing = next(index for index in range(count) if str(index) not in body["blocks"])
        raise UploadError(f"blocks has no entry for encoding {missing}")


def read_upload(body: Mapping[str, Any]) -> Upload:
    """Decode the encodings of a body of one of the shapes; raises UploadError."""
    if "clknblocks" in body:
        rows = body["clknblocks"]
        return _upload([row[0] for row in rows], [[str(name) for name in row[1:]] for row in rows])
    encodings = body["clks"] if "clks" in body else body["encodings"]
    named = body.get("blocks")
    return _upload(encodings, None if named is None else [named[str(index)] for index in range(len(encodings))])


def _upload(texts: Sequence[str], blocks: Blocks | None) -> Upload:
    decoded = []
    for index, text in enumerate(texts):
        try:
            decoded.append(binascii.a2b_base64(text, strict_mode=True))
        except (binascii.Error, ValueError) as error:
            raise UploadError(f"encoding {index} is not base64: {error}") from error
    sizes = {len(encoding) for encoding in decoded}
    if len(sizes) > 1:
        raise UploadError("Mismatch in encoding sizes. Stopping")
    return Upload(encodings=b"".join(decoded), count=len(decoded), size=sizes.pop(), blocks=blocks)


def _is_index(key: str, count: int) -> bool:
    """Tell whether a key is a number below `count` as it is written in one way only."""
    digits = key.isascii() and key.isdigit() and len(key) <= len(str(count))
    return digits and str(int(key)) == key and int(key) < count


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _row(row: Sequence[object]) -> bool:
    return all(isinstance(item, str | int) and not isinstance(item, bool) for item in row)
