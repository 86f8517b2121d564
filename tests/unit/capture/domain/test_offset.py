"""An offset is saved as it was, and shown under Debezium's keys."""

from tallystick.capture.domain.offset import SourceOffset


def test_the_saved_form_round_trips() -> None:
    offset = SourceOffset(generation=2, system="7", commit=10, row=3, durable=8, committed_us=5, transaction=9)
    assert SourceOffset.decode(offset.encode()) == offset


def test_a_stream_shows_its_commit() -> None:
    offset = SourceOffset(generation=1, system="7", commit=10, durable=8, committed_us=5, transaction=9)
    assert offset.connect() == {"lsn": 10, "ts_usec": 5, "lsn_proc": 8, "lsn_commit": 10, "txId": 9}


def test_a_snapshot_of_which_nothing_was_recorded_keeps_its_number() -> None:
    announced = SourceOffset(generation=2, system="7", snapshotting=True)
    cut_short = SourceOffset(generation=2, system="7", snapshotting=True, rows=1)
    reset = SourceOffset(generation=2, system="7", snapshotting=True, reset=True)
    streaming = SourceOffset(generation=2, system="7", commit=10)
    assert [offset.next_generation for offset in (announced, cut_short, reset, streaming)] == [2, 3, 3, 3]


def test_a_snapshot_says_so() -> None:
    shown = SourceOffset(generation=1, system="7", snapshotting=True).connect()
    assert (shown["snapshot"], shown["snapshot_completed"]) == ("INITIAL", False)
