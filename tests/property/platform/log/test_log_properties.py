"""A log is a list; a compacted one is that list without the values that came again later."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tallystick.platform.log import Record, StoreLog
from tallystick.platform.log.batch import Batch, decode, encode
from tallystick.platform.store import Store

keys = st.none() | st.binary(max_size=3)
headers = st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=5)), max_size=3).map(tuple)
records = st.builds(Record, keys, st.none() | st.binary(max_size=20), headers, st.integers(1, 2**62))
appends = st.lists(st.lists(records, max_size=8), max_size=8)
small_keys = st.none() | st.sampled_from([b"a", b"b", b"c"])
changes = st.lists(st.lists(st.builds(Record, small_keys, st.binary(max_size=3)), max_size=5), max_size=8)


@contextmanager
def new_log() -> Iterator[StoreLog]:
    with TemporaryDirectory() as directory:
        store = Store.open(f"sqlite:///{Path(directory) / 'log.db'}")
        store.upgrade()
        yield StoreLog(store)
        store.close()


@given(st.lists(records), st.none() | st.lists(st.integers(0, 2**62)))
def test_decodes_what_was_encoded(batch: list[Record], gaps: list[int] | None) -> None:
    decoded = decode(*encode(Batch(batch, gaps)))
    assert (list(decoded.records), decoded.gaps) == (batch, gaps)


@given(appends, st.integers(0, 70), st.integers(1, 20))
def test_reads_as_a_list_would(batches: list[list[Record]], offset: int, limit: int) -> None:
    model = [record for batch in batches for record in batch]
    with new_log() as log:
        log.create("people")
        for batch in batches:
            log.append("people", batch)
        read = log.read("people", offset, limit=limit)
        assert [record.offset for record in read] == list(range(offset, min(offset + limit, len(model))))
        assert [Record(r.key, r.value, r.headers, r.timestamp) for r in read] == model[offset : offset + limit]


@given(changes, st.integers(0, 8))
def test_compaction_keeps_what_a_table_needs(batches: list[list[Record]], tidied_after: int) -> None:
    model = [record for batch in batches for record in batch]
    last = {record.key: offset for offset, record in enumerate(model)}
    expected = [offset for offset, record in enumerate(model) if record.key is None or last[record.key] == offset]
    with new_log() as log:
        log.create("people", compact=True)
        for number, batch in enumerate(batches):
            log.append("people", batch)
            if number == tidied_after:
                log.tidy()
        log.tidy()
        read = log.read("people", 0)
        assert [(record.offset, record.value) for record in read] == [(at, model[at].value) for at in expected]
        assert log.end("people") == len(model)
