"""What the log in the store adds to the port's promises."""

import threading

from tests.vocabulary.log import numbered, values

from tallystick.platform.log import PartitionInfo, StoreLog


def test_counts_offsets_without_gaps(log: StoreLog) -> None:
    assert [log.append("people", numbered(count)) for count in (3, 1, 0, 2)] == [0, 3, 4, 4]
    assert [record.offset for record in log.read("people", 0)] == list(range(6))
    assert log.end("people") == 6


def test_leaves_no_gap_between_writers(log: StoreLog) -> None:
    writers = [threading.Thread(target=lambda: [log.append("people", numbered(3)) for _ in range(10)]) for _ in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [record.offset for record in log.read("people", 0)] == list(range(90))


def test_trims_what_was_done_with(log: StoreLog) -> None:
    for start in (0, 2, 4):
        log.append("people", numbered(2, start))
    log.trim("people", 3)
    assert values(log.read("people", 0)) == [b"2", b"3", b"4", b"5"]
    log.trim("people", 6)
    assert log.topics()[0].partitions == (PartitionInfo(0, 6, 6),)
