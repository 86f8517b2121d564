"""What is found in archives is what was put there."""

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest
from tests.vocabulary.archives import ARCHIVES, FILES, deb_of, digests, of, scan, tar_of, zip_of

TRUTH = {name: digests(body) for name, body in FILES.items()}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_every_file_has_its_digests(kind: str) -> None:
    found = scan(ARCHIVES[kind])
    assert found.outermost.kind == kind
    assert {c.integrity for c in found.containers} == {"complete"}
    assert TRUTH.items() <= found.contents.items()
    assert of(found.whole) == of(found.outermost.content) == digests(ARCHIVES[kind])


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_zip_is_read_in_its_methods(method: int) -> None:
    assert scan(zip_of(FILES, method)).contents == TRUTH


def test_a_zip_in_a_tar_in_a_package_is_opened() -> None:
    found = scan(deb_of({"outer.tar": tar_of({"inner.zip": zip_of(FILES)})}))
    assert TRUTH.items() <= found.contents.items()
    assert sorted({c.depth for c in found.containers}) == [0, 1, 2, 3]


def test_a_zip_with_wide_numbers_is_read() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive, archive.open("wide", "w", force_zip64=True) as member:
        member.write(b"wide")
    assert scan(written.getvalue()).contents == {"wide": digests(b"wide")}


def test_a_zip_that_was_written_as_a_stream_is_read() -> None:
    written = io.BytesIO()
    written.seekable = lambda: False  # type: ignore[method-assign]
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("streamed", b"body" * 99)
    assert scan(written.getvalue()).contents == {"streamed": digests(b"body" * 99)}


def test_a_link_in_a_zip_is_a_link() -> None:
    member = zipfile.ZipInfo("link")
    member.create_system, member.external_attr = 3, 0o120777 << 16
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(member, b"/etc/passwd")
    (entry,) = scan(written.getvalue()).entries
    assert (entry.kind, entry.target, entry.content) == ("symlink", b"/etc/passwd", None)


def test_depth_is_bounded() -> None:
    found = scan(tar_of({"inner.zip": zip_of(FILES), "last": b"1"}), depth=0)
    assert list(found.contents) == ["inner.zip", "last"]
    assert found.outermost.integrity == "partial"
    assert found.outermost.problem == "inner.zip: it is nested deeper than is opened"


@pytest.mark.parametrize("inner", ARCHIVES)
@pytest.mark.parametrize("outer", [tar_of, zip_of, deb_of])
def test_what_is_not_opened_for_its_depth_is_never_complete(
    outer: Callable[[Mapping[str, bytes]], bytes], inner: str
) -> None:
    archive = outer({"x": ARCHIVES[inner]})
    depth = 1 if outer is deb_of else 0
    assert "partial" in {c.integrity for c in scan(archive, depth=depth).containers}
    assert {c.integrity for c in scan(archive, depth=depth + 2).containers} == {"complete"}


@pytest.mark.parametrize("archive", [deb_of(FILES), gzip.compress(zip_of(FILES))])
def test_a_container_whose_one_member_is_not_opened_is_partial(archive: bytes) -> None:
    assert scan(archive, depth=0).outermost.integrity == "partial"


def test_a_stream_that_holds_no_archive_is_complete_at_any_depth() -> None:
    assert scan(tar_of({"text.gz": gzip.compress(b"text" * 999)}), depth=0).outermost.integrity == "complete"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("data.tar.lzma", lzma.compress(tar_of(FILES), format=lzma.FORMAT_ALONE)),
        ("data.tar.xz", b"garbage"),
        ("data.tar.xz", b""),
        ("data.tar.xz", lzma.compress(b"no tar")),
        ("data.tar.xz", lzma.compress(tar_of(FILES))[:20]),
    ],
)
def test_a_package_whose_files_were_not_read_says_so(name: str, body: bytes) -> None:
    found = scan(deb_of(FILES, name, body))
    assert (found.outermost.kind, found.outermost.integrity) == ("deb", "unsupported")
    assert found.outermost.problem == f"{name}: it is no tar in a compression that is read"


def sparse(holes: int) -> bytes:
    """Write a tar of one file in GNU's way: a block of letters, then a hole."""
    member = tarfile.TarInfo("sparse")
    member.size, member.type = 512, tarfile.GNUTYPE_SPARSE
    header = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    for at, number in [(386, 0), (398, 512), (410, 512 + holes), (422, 0), (483, 512 + holes)]:
        header[at : at + 12] = b"%011o\0" % number
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + b"Z" * 512 + bytes(1024)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_bomb_of_holes_is_stopped_by_its_ratio(compress: Callable[[bytes], bytes]) -> None:
    assert scan(sparse(1 << 20)).contents == {"sparse": digests(b"Z" * 512 + bytes(1 << 20))}
    found = scan(compress(sparse(80 << 20)), largest_ratio=10)
    assert (found.outermost.integrity, found.entries) == ("partial", [])
    assert "expands" in (found.outermost.problem or "")


@pytest.mark.parametrize("rest", [b"", bytes(1), bytes(512), bytes(200_000), gzip.compress(b"")])
def test_zeros_behind_a_compressed_tar_are_ignored(rest: bytes) -> None:
    body = tar_of(FILES)
    found = scan(gzip.compress(body[:1000]) + gzip.compress(body[1000:]) + rest)
    assert (found.outermost.kind, found.outermost.integrity) == ("tar.gz", "complete")
    assert found.contents == TRUTH


@pytest.mark.parametrize("rest", [b"junk", bytes(512) + b"junk", bytes(512) + gzip.compress(b"x")])
def test_anything_else_behind_a_compressed_tar_is_damage(rest: bytes) -> None:
    assert scan(gzip.compress(tar_of(FILES)) + rest).outermost.integrity == "partial"


def test_nesting_is_told_by_magic_not_by_name() -> None:
    assert TRUTH.items() <= scan(tar_of({"picture.png": zip_of(FILES)})).contents.items()


def test_links_and_devices_are_named_and_not_opened() -> None:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, kind, target in [
            ("link", tarfile.SYMTYPE, "/etc/passwd"),
            ("twin", tarfile.LNKTYPE, "file"),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("null", tarfile.CHRTYPE, ""),
        ]:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
    found = scan(written.getvalue())
    assert [(e.kind, e.target) for e in found.entries] == [
        ("symlink", b"/etc/passwd"),
        ("hardlink", b"file"),
        ("fifo", None),
        ("device", None),
    ]


def test_one_name_twice_is_two_entries() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("same", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("same", b"two")
    found = scan(written.getvalue())
    assert [of(e.content) for e in found.entries] == [digests(b"one"), digests(b"two")]


def test_a_wrong_checksum_in_a_zip_spoils_that_member_alone() -> None:
    archive = zip_of(FILES, zipfile.ZIP_STORED).replace(b"hello\n", b"jello\n", 1)
    found = scan(archive)
    assert found.outermost.integrity == "partial"
    assert found.contents == {name: truth for name, truth in TRUTH.items() if name != "hello.txt"}


def test_an_encrypted_member_is_named() -> None:
    archive = bytearray(zip_of({"secret": b"x"}))
    archive[archive.rindex(b"PK\x01\x02") + 8] |= 1
    found = scan(bytes(archive))
    assert (found.outermost.integrity, found.contents) == ("encrypted", {"secret": None})


def test_a_bomb_is_stopped_by_its_ratio() -> None:
    found = scan(gzip.compress(tar_of({"zeros": bytes(80 << 20)})), largest_ratio=10)
    assert (found.outermost.integrity, found.entries) == ("partial", [])
    assert "expands" in (found.outermost.problem or "")


@pytest.mark.parametrize(("limit", "value"), [("largest_entry", 100), ("most_entries", 2), ("largest_total", 100)])
@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_limits_stop_a_scan(kind: str, limit: str, value: int) -> None:
    assert scan(ARCHIVES[kind], **{limit: value}).outermost.integrity == "partial"


def test_a_lost_end_tells_where() -> None:
    whole = ARCHIVES["tar"]
    found = scan(whole[:-600])
    assert found.outermost.integrity == "partial"
    assert found.outermost.position == len(whole) - 600
    assert TRUTH.items() <= found.contents.items()


def test_a_position_lies_within_the_file() -> None:
    beyond = struct.pack("<4sIQI", b"PK\6\7", 0, 2**64 - 16, 1)
    hostile = b"PK\3\4" + bytes(40) + beyond + b"PK\5\6" + bytes(18)
    found = scan(tar_of({"inner.zip": hostile}))
    inner = next(c for c in found.containers if c.kind == "zip")
    assert (inner.integrity, inner.problem) == ("partial", "the zip64 end record is missing")
    assert inner.position is not None
    assert inner.position <= len(hostile)


def test_a_member_beyond_the_end_of_its_zip_is_missing() -> None:
    archive = bytearray(zip_of({"first": b"1", "second": b"2"}))
    header = archive.index(b"PK\x01\x02")
    archive[header + 42 : header + 46] = struct.pack("<I", 2**32 - 2)
    found = scan(bytes(archive))
    assert (found.outermost.integrity, found.outermost.problem) == ("partial", "first: its local header is missing")
    assert list(found.contents) == ["second"]


def test_a_name_with_control_characters_is_told_in_letters() -> None:
    archive = zip_of({"a/b": b"hello"}, zipfile.ZIP_STORED).replace(b"a/b", b"a\0\x1b").replace(b"hello", b"jello")
    assert scan(archive).outermost.problem == r"a\u{0}\u{1b}: its checksum is wrong"
