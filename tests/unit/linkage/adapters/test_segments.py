from pathlib import Path

import pytest

from tallystick.linkage.adapters.segments import SegmentDamaged, append, read


def test_frames_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "party" / "1.segment"
    first = append(path, 0, [b"one", b""])
    second = append(path, first, [b"two"])
    assert list(read(path, 0, second)) == [b"one", b"", b"two"]
    assert list(read(path, first, second)) == [b"two"]


def test_a_tail_that_was_never_visible_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "1.segment"
    visible = append(path, 0, [b"one"])
    append(path, visible, [b"lost, and longer than what comes next"])
    end = append(path, visible, [b"two"])
    assert path.stat().st_size == end
    assert list(read(path, 0, end)) == [b"one", b"two"]


def test_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "1.segment"
    end = append(path, 0, [b"one", b"two"])
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(SegmentDamaged, match=r"1\.segment: the frame at byte 15 is damaged"):
        list(read(path, 0, end))


def test_a_cut_or_missing_segment_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.segment"
    end = append(path, 0, [b"one"])
    with pytest.raises(SegmentDamaged, match="shorter"):
        append(path, end + 1, [b"two"])
    with pytest.raises(SegmentDamaged, match="shorter"):
        list(read(path, 0, end + 1))
    with pytest.raises(SegmentDamaged, match="missing"):
        list(read(tmp_path / "2.segment", 0, 1))
