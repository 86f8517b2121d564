"""Readers never crash, and never call complete what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.vocabulary.archives import ARCHIVES, FILES, digests, of, scan

MAGIC = (b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b"!<arch>\ndebian-binary")
TRUTH = {name: digests(body) for name, body in FILES.items()}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_cut_archive_is_never_complete(kind: str) -> None:
    whole = ARCHIVES[kind]
    for length in range(len(whole)):
        found = scan(whole[:length])
        states = [container.integrity for container in found.containers if container.kind != "file"]
        assert not states or set(states) != {"complete"}, f"cut at {length} of {len(whole)}"
        for entry in found.entries:
            name = entry.path.decode()
            assert name not in TRUTH or of(entry.content) in (None, TRUTH[name])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(ARCHIVES)), st.integers(0), st.binary(min_size=1, max_size=40))
def test_a_changed_archive_never_crashes(kind: str, place: int, patch: bytes) -> None:
    whole = ARCHIVES[kind]
    at = place % len(whole)
    assert scan(whole[:at] + patch + whole[at + len(patch) :]).outermost.number == 0


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b"!<arch>\ndebian-binary"]),
    st.binary(),
)
def test_any_bytes_are_a_file(magic: bytes, rest: bytes) -> None:
    assert of(scan(magic + rest).whole) == digests(magic + rest)
