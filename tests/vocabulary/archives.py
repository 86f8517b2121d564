"""Archives with known truth, made by the standard library; and what the compiled reader finds in them."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping

import msgspec
import zstandard

from tallystick.catalog.domain.found import Container, Content, Entry, Frame
from tallystick.native.catalog import catalog_answer

FILES: Mapping[str, bytes] = {
    "empty": b"",
    "hello.txt": b"hello\n",
    "folder/zeros": bytes(3000),
    "folder/text": b"tally stick " * 400,
}

_frames = msgspec.msgpack.Decoder(Frame)


def tar_of(files: Mapping[str, bytes]) -> bytes:
    """Write a tar that ends with its end marker, without padding."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    entries = sum(512 + -(-len(body) // 512) * 512 for body in files.values())
    return written.getvalue()[: entries + 1024]


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a zip that is the same bytes whenever it is written."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name), body, method)
    return written.getvalue()


def deb_of(files: Mapping[str, bytes], data_name: str = "data.tar.xz", data: bytes | None = None) -> bytes:
    """Write a Debian package of files, or with this data member in their place."""
    members = {"debian-binary": b"2.0\n", "control.tar.gz": gzip.compress(tar_of({"control": b"Package: x\n"}))}
    package = b"!<arch>\n"
    for name, body in (members | {data_name: lzma.compress(tar_of(files)) if data is None else data}).items():
        package += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(body):<10}`\n".encode() + body
        package += b"\n" * (len(body) % 2)
    return package


COMPRESSIONS: Mapping[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
    "tar.zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}

ARCHIVES: Mapping[str, bytes] = {
    **{kind: compress(tar_of(FILES)) for kind, compress in COMPRESSIONS.items()},
    "zip": zip_of(FILES),
    "deb": deb_of(FILES),
}


def digests(body: bytes) -> tuple[bytes, bytes, bytes, int]:
    return (hashlib.md5(body).digest(), hashlib.sha1(body).digest(), hashlib.sha256(body).digest(), len(body))


def of(content: Content | None) -> tuple[bytes, bytes, bytes, int] | None:
    return (content.md5, content.sha1, content.sha256, content.size) if content else None


class Found:
    """What was found, the file itself last among the containers."""

    def __init__(self, frames: list[Frame]) -> None:
        self.whole = frames[0].identified
        self.entries: list[Entry] = [entry for frame in frames for entry in frame.entries]
        self.containers: list[Container] = [container for frame in frames for container in frame.containers]
        assert frames[-1].done

    @property
    def outermost(self) -> Container:
        return self.containers[-1]

    @property
    def contents(self) -> dict[str, tuple[bytes, bytes, bytes, int] | None]:
        return {entry.path.decode(): of(entry.content) for entry in self.entries}


def scan(archive: bytes, **limits: int) -> Found:
    """Read an archive in this process, without the sandbox."""
    allowed = {
        "depth": 3,
        "largest_entry": 1 << 30,
        "largest_total": 1 << 30,
        "largest_ratio": 250,
        "most_entries": 10_000,
        "spool": 1 << 24,
    }
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
        source.write(archive)
        source.seek(0)
        catalog_answer(os.dup(source.fileno()), os.dup(answer.fileno()), **allowed | limits)
        answer.seek(0)
        return Found(list(_decoded(answer.read())))


def _decoded(answer: bytes) -> list[Frame]:
    frames = []
    while answer:
        length = int.from_bytes(answer[:4], "little")
        frames.append(_frames.decode(answer[4 : 4 + length]))
        answer = answer[4 + length :]
    return frames
