"""What every object store does alike."""

import hashlib
import threading
from collections.abc import Iterator

import pytest

from tallystick.platform.objects import Digest, InvalidKeyError, ObjectNotFoundError, Objects

MEGABYTE = 1024 * 1024
ABSENT = Digest("0" * 64, 1)


def stream(size: int, chunk: int = MEGABYTE) -> Iterator[bytes]:
    for start in range(0, size, chunk):
        yield bytes([start // chunk % 251]) * min(chunk, size - start)


def everything(chunks: Iterator[bytes]) -> bytes:
    return b"".join(chunks)


def failing(error: Exception, after: int) -> Iterator[bytes]:
    yield from stream(after)
    raise error


@pytest.mark.parametrize("size", [0, 1, MEGABYTE, 8 * MEGABYTE, 8 * MEGABYTE + 1, 20 * MEGABYTE + 7])
def test_contents_come_back_whole(objects: Objects, size: int) -> None:
    digest = objects.put(stream(size))
    expected = everything(stream(size))
    assert digest == Digest(hashlib.sha256(expected).hexdigest(), size)
    assert everything(objects.read(digest)) == expected


def test_plain_bytes_are_contents_too(objects: Objects) -> None:
    assert everything(objects.read(objects.put(b"tally"))) == b"tally"


@pytest.mark.parametrize("size", [10, 9 * MEGABYTE])
def test_contents_are_stored_once(objects: Objects, size: int) -> None:
    assert objects.put(stream(size)) == objects.put(stream(size, chunk=MEGABYTE // 2 * 2))
    assert objects.sweep(older_than_s=-60) == 0


def test_contents_are_known(objects: Objects) -> None:
    assert objects.contains(objects.put(b"tally"))
    assert not objects.contains(ABSENT)


def test_absent_contents_are_an_error_at_once(objects: Objects) -> None:
    with pytest.raises(ObjectNotFoundError, match=ABSENT.sha256):
        objects.read(ABSENT)


def test_discarded_contents_are_gone(objects: Objects) -> None:
    digest = objects.put(b"tally")
    objects.discard(digest)
    objects.discard(digest)
    assert not objects.contains(digest)


@pytest.mark.parametrize("after", [10, 12 * MEGABYTE])
def test_a_failing_source_leaves_nothing_and_keeps_its_error(objects: Objects, after: int) -> None:
    with pytest.raises(FileNotFoundError, match="mine"):
        objects.put(failing(FileNotFoundError("mine"), after))
    with pytest.raises(FileNotFoundError, match="mine"):
        objects.put_named("a/b", failing(FileNotFoundError("mine"), after))
    assert list(objects.list()) == []


def test_many_writers_of_the_same_contents_agree(objects: Objects) -> None:
    digests: list[Digest] = []
    writers = [threading.Thread(target=lambda: digests.append(objects.put(stream(9 * MEGABYTE)))) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(digests) == 4
    assert len(set(digests)) == 1
    assert everything(objects.read(digests[0])) == everything(stream(9 * MEGABYTE))


@pytest.mark.parametrize("size", [0, 5, 9 * MEGABYTE])
def test_named_objects_come_back(objects: Objects, size: int) -> None:
    objects.put_named("models/pair/1/model.onnx", stream(size))
    assert everything(objects.read_named("models/pair/1/model.onnx")) == everything(stream(size))


def test_a_name_can_be_given_anew(objects: Objects) -> None:
    objects.put_named("state", b"old")
    objects.put_named("state", b"new")
    assert everything(objects.read_named("state")) == b"new"


def test_a_reader_keeps_what_it_opened(objects: Objects) -> None:
    objects.put_named("state", b"old")
    reading = objects.read_named("state")
    objects.put_named("state", b"new")
    assert everything(reading) == b"old"


def test_names_are_listed_below_whole_segments(objects: Objects) -> None:
    for key in ("models/pair/1", "models/pair/2", "models/pairs/1", "other"):
        objects.put_named(key, b"12345")
    assert sorted(found.key for found in objects.list("models/pair")) == ["models/pair/1", "models/pair/2"]
    assert {found.key for found in objects.list()} == {"models/pair/1", "models/pair/2", "models/pairs/1", "other"}
    assert {found.size for found in objects.list()} == {5}


def test_contents_are_not_listed_among_names(objects: Objects) -> None:
    objects.put(b"tally")
    assert list(objects.list()) == []


def test_a_deleted_name_is_gone(objects: Objects) -> None:
    objects.put_named("state", b"x")
    objects.delete("state")
    objects.delete("state")
    with pytest.raises(ObjectNotFoundError, match="state"):
        objects.read_named("state")


@pytest.mark.parametrize("key", ["", "/", "a//b", "../a", "a/./b", "a/", "a\0b", "a b", "é", "a#1", "x" * 901])
def test_a_key_that_cannot_name_an_object_is_refused(objects: Objects, key: str) -> None:
    with pytest.raises(InvalidKeyError, match="cannot name an object"):
        objects.put_named(key, b"")
