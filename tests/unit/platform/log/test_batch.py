"""The bytes of a batch."""

import pytest
from tests.vocabulary.log import numbered

from tallystick.platform.log import CorruptBatchError, StoreLog
from tallystick.platform.log.batch import Batch, decode, encode
from tallystick.platform.log.tables import batches
from tallystick.platform.store import Store


def test_refuses_a_changed_body() -> None:
    body, checksum = encode(Batch(numbered(3)))
    with pytest.raises(CorruptBatchError, match="checksum"):
        decode(body[:-1] + b"\0", checksum)


def test_refuses_an_unknown_codec() -> None:
    body, checksum = encode(Batch(numbered(3)))
    with pytest.raises(CorruptBatchError, match="codec 9"):
        decode(body, checksum, 9)


def test_names_the_place_of_the_damage(any_store: Store, log: StoreLog) -> None:
    log.append("people", numbered(3))
    log.append("people", numbered(3))
    with any_store.write() as connection:
        connection.execute(batches.update().where(batches.c.base_offset == 3).values(body=b"rust"))
    assert len(log.read("people", 0, limit=3)) == 3
    with pytest.raises(CorruptBatchError, match="topic people, partition 0: the batch at offset 3"):
        log.read("people", 0)
