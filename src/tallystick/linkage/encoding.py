"""Encode tables of people under a linkage schema."""

import base64
import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TextIO

from tallystick.native import MalformedInput
from tallystick.native.linkage import ClkEncoder

__all__ = ["EncodingError", "encode_csv", "schema_hash", "write_clks"]

ROWS = 10_000
LONGEST_FIELD = 1 << 20
"""Characters of one field; a quotation mark that is never closed would take the rest of the table for one."""


class EncodingError(ValueError):
    """The schema or the table must be mended; the text names the place, and no value."""


def schema_hash(document: bytes) -> str:
    """Digest a linkage schema so that spaces and the order of keys do not matter.

    >>> schema_hash(b'{"a": 1, "b": 2}') == schema_hash(b'{"b":2,"a":1}')
    True
    """
    try:
        value = json.loads(document)
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()
    except RecursionError as error:
        raise EncodingError("the schema is nested too deeply") from error
    except ValueError as error:
        raise EncodingError(f"the schema is not JSON: {error}") from error


def encode_csv(encoder: ClkEncoder, table: TextIO, *, header: bool = True) -> Iterator[bytes]:
    """Encode a CSV table, whose columns are the schema's features in order, row by row."""
    lines = _rows_of(table)
    if header:
        _check_header(next(lines, []), encoder.identifiers)
    first = 1
    for rows in _batches(lines):
        try:
            encoded = encoder.encode(rows)
        except MalformedInput as error:
            raise EncodingError(f"people {first} to {first + len(rows) - 1}, counted there from 0: {error}") from error
        size = encoder.row_bytes
        yield from (encoded[at : at + size] for at in range(0, len(encoded), size))
        first += len(rows)


def write_clks(encodings: Iterable[bytes], target: TextIO) -> int:
    """Write encodings as the reference's file, `{"clks": [...]}`; return how many."""
    count = 0
    target.write('{"clks": [')
    for encoding in encodings:
        target.write(f'{", " if count else ""}"{base64.b64encode(encoding).decode()}"')
        count += 1
    target.write("]}\n")
    return count


def _check_header(found: Sequence[str], expected: Sequence[str]) -> None:
    if list(found) != list(expected):
        raise EncodingError(f"the header must be {','.join(expected)}")


def _rows_of(table: TextIO) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_FIELD)
    lines = csv.reader(table)
    try:
        yield from lines
    except csv.Error as error:
        raise EncodingError(f"line {lines.line_num}: {error}") from error


def _batches(lines: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    rest = iter(lines)
    while rows := list(islice(rest, ROWS)):
        yield rows
