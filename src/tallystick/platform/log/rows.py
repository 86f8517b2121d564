"""Between records and the rows that keep them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from tallystick.platform.log.batch import MSGPACK_ZSTD, Batch, decode, encode
from tallystick.platform.log.errors import CorruptBatchError
from tallystick.platform.log.records import Record, StoredRecord

__all__ = ["packed", "unpacked"]


def packed(records: Sequence[Record], newest_ms: int, gaps: Sequence[int] | None = None) -> dict[str, Any]:
    """Return the row of a batch, the last of whose records was appended at `newest_ms`, except for its place."""
    body, checksum = encode(Batch(records, gaps))
    return {
        "records": len(records),
        "newest_ms": newest_ms,
        "codec": MSGPACK_ZSTD,
        "checksum": checksum,
        "body": body,
    }


def unpacked(rows: Iterable[Any], topic: str, partition: int) -> Iterator[StoredRecord]:
    """Yield the records of batches; a damaged batch is an error that names its place."""
    for row in rows:
        try:
            batch = decode(row.body, row.checksum, row.codec)
        except CorruptBatchError as error:
            place = f"topic {topic}, partition {partition}: the batch at offset {row.base_offset}"
            raise CorruptBatchError(f"{place} is damaged: {error}") from error
        offsets = count(row.base_offset) if batch.gaps is None else (row.base_offset + gap for gap in batch.gaps)
        for offset, record in zip(offsets, batch.records, strict=False):
            yield StoredRecord(record.key, record.value, record.headers, record.timestamp, topic, partition, offset)
