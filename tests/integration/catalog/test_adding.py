"""Files are catalogued once, whole, and found again."""

import base64
import gzip
import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.vocabulary.archives import ARCHIVES, FILES, deb_of, tar_of, zip_of

from tallystick.catalog.errors import InvalidDigest, NotAFile, UnknownContent
from tallystick.catalog.wiring import Catalog
from tallystick.flows.known_files.sample_packages import build as build_packages

HELLO = hashlib.sha256(FILES["hello.txt"]).hexdigest()


def put(folder: Path, name: str, body: bytes) -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def counting(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Keep the statements that the store is asked from now on."""
    asked: list[object] = []
    execute = Connection.execute

    def counted(connection: Connection, statement: Any, *args: Any, **more: Any) -> Any:
        asked.append(statement)
        return execute(connection, statement, *args, **more)

    monkeypatch.setattr(Connection, "execute", counted)
    return asked


def test_a_file_is_found_by_each_digest(catalog: Catalog, tmp_path: Path) -> None:
    added = catalog.service.add(put(tmp_path, "a.zip", zip_of(FILES)))
    assert (added.kind, added.new, added.integrity, added.entries) == ("zip", True, "complete", len(FILES))
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        content = catalog.service.find(digest(FILES["hello.txt"]).hexdigest().upper())
        assert [o.path for o in catalog.service.occurrences(content)] == ["hello.txt"]


def test_the_same_source_twice_adds_nothing(catalog: Catalog, tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip", zip_of(FILES))
    catalog.service.add(path)
    counts = catalog.service.counts()
    assert not catalog.service.add(path).new
    assert not catalog.service.add(put(tmp_path, "copy.zip", zip_of(FILES))).new
    assert catalog.service.counts() == counts
    assert len(catalog.service.sources()[0].locations) == 2


def test_a_changed_file_is_read_again(catalog: Catalog, tmp_path: Path) -> None:
    catalog.service.add(put(tmp_path, "a.zip", zip_of(FILES)))
    assert catalog.service.add(put(tmp_path, "a.zip", zip_of({"new": b"new"}))).new


def test_a_nested_source_is_one_source_wherever_it_lies(catalog: Catalog, tmp_path: Path) -> None:
    inner = zip_of(FILES)
    catalog.service.add(put(tmp_path, "outer.tar", tar_of({"inner.zip": inner, "again.zip": inner})))
    catalog.service.add(put(tmp_path, "inner.zip", inner))
    (found,) = catalog.service.occurrences(catalog.service.find(HELLO))
    assert [name.rpartition("/")[2] for name in found.source_names] == ["inner.zip", "inner.zip", "again.zip"]


SELF = b"c-oWi=HOref&Ybi=~WC2A`Gwp%VQC9>QFqwz`)Az3yB3GP-W4@h-CpS`wt<67~WzPYwAAW%D@QXE_%In>p7qVrU(GhFiRi"
"""A gzip file that unpacks to itself, in base 85 and compressed."""


def test_an_archive_that_holds_itself_has_a_name(catalog: Catalog, tmp_path: Path) -> None:
    body = zlib.decompress(base64.b85decode(SELF))
    assert gzip.decompress(body) == body
    path = put(tmp_path, "self.gz", body)
    catalog.service.add(path)
    (found,) = catalog.service.occurrences(catalog.service.find(hashlib.sha256(body).hexdigest()))
    assert found.source_names == [f"{path.as_uri()}{'!/content' * depth}" for depth in range(2)]


def test_archives_that_all_hold_each_other_are_named_at_once(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner: dict[str, bytes] = {"text": b"nested"}
    for level in range(6):
        inner = {f"{level}{one}.zip": zip_of(inner | {"level": f"{level}{one}".encode()}) for one in range(5)}
        for name, body in inner.items():
            catalog.service.add(put(tmp_path, name, body))
    content = catalog.service.find(hashlib.sha256(b"nested").hexdigest())
    asked = counting(monkeypatch)
    found = catalog.service.occurrences(content)
    assert len(asked) < 1000
    assert {len(occurrence.source_names) for occurrence in found} == {5}


def test_a_package_whose_member_is_cut_keeps_what_was_whole(catalog: Catalog, tmp_path: Path) -> None:
    added = catalog.service.add(put(tmp_path, "cut.deb", deb_of(FILES)[:-10]))
    assert (added.kind, added.integrity) == ("deb", "partial")
    (found,) = catalog.service.occurrences(catalog.service.find(HELLO))
    assert found.path == "data.tar.xz/hello.txt"


def test_a_hard_link_shares_the_content(catalog: Catalog, tmp_path: Path) -> None:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        member = tarfile.TarInfo("file")
        member.size = 6
        archive.addfile(member, io.BytesIO(b"hello\n"))
        link = tarfile.TarInfo("twin")
        link.type, link.linkname = tarfile.LNKTYPE, "file"
        archive.addfile(link)
    catalog.service.add(put(tmp_path, "links.tar", written.getvalue()))
    assert [o.path for o in catalog.service.occurrences(catalog.service.find(HELLO))] == ["file", "twin"]


def links(count: int) -> bytes:
    """Write a tar of one file and of hard links, each to the one before it."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        member = tarfile.TarInfo("0")
        member.size = 6
        archive.addfile(member, io.BytesIO(b"hello\n"))
        for number in range(1, count):
            link = tarfile.TarInfo(f"{number}")
            link.type, link.linkname = tarfile.LNKTYPE, f"{number - 1}"
            archive.addfile(link)
    return written.getvalue()


def test_the_store_is_not_asked_for_each_hard_link(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counting(monkeypatch)
    catalog.service.add(put(tmp_path, "links.tar", links(300)))
    assert len(asked) < 30
    content = catalog.service.find(HELLO)
    assert len(catalog.service.occurrences(content, 1000)) == 300


def test_a_plain_file_is_a_source_of_itself(catalog: Catalog, tmp_path: Path) -> None:
    assert catalog.service.add(put(tmp_path, "plain", b"plain")).kind == "file"
    assert catalog.service.find(hashlib.sha1(b"plain").hexdigest()).size == 5


def test_what_is_no_file_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "absent", "data"):
        with pytest.raises(NotAFile, match=name):
            catalog.service.add(tmp_path / name)


def test_digests_are_parsed(catalog: Catalog) -> None:
    for text in ("", "xyz", "0" * 41, "g" * 32):
        with pytest.raises(InvalidDigest):
            catalog.service.find(text)
    with pytest.raises(UnknownContent):
        catalog.service.find("0" * 64)


def test_the_products_own_packages_are_read(catalog: Catalog, tmp_path: Path) -> None:
    for path in build_packages(tmp_path / "packages"):
        assert catalog.service.add(path).integrity == "complete"


def test_a_killed_import_starts_again_to_the_same_result(catalog: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / "packages"
    build_packages(folder)
    command = [
        sys.executable,
        "-c",
        "from tallystick.cli import main; main()",
        "catalog",
        "add",
        str(folder),
        "--data-dir",
        str(tmp_path / "data"),
    ]
    with subprocess.Popen([*command, "--output", "json"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    for path in sorted(folder.iterdir()):
        catalog.service.add(path)
    counts = catalog.service.counts()
    assert len(catalog.service.sources()) == 4
    assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
    assert catalog.service.counts() == counts


def test_a_watched_folder_is_kept_catalogued(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "watched").mkdir()
    put(tmp_path / "watched", "a.tar.gz", ARCHIVES["tar.gz"])
    stop = threading.Event()
    watching = threading.Thread(target=catalog.watch.run, args=(stop,))
    watching.start()
    try:
        for _ in range(500):
            if catalog.service.counts().sources:
                break
            stop.wait(0.02)
    finally:
        stop.set()
        watching.join()
    assert catalog.service.find(HELLO).size == 6
