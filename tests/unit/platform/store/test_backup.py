"""A backup holds one instant of a store; a restore brings it back, whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, text
from tests.vocabulary.log import numbered, values
from tests.vocabulary.postgres import Postgres

from tallystick.platform.log import Record, StoreLog
from tallystick.platform.store import Branch, Store
from tallystick.platform.store.archive import members, writing
from tallystick.platform.store.backup import back_up
from tallystick.platform.store.branches import PLATFORM, every_branch
from tallystick.platform.store.cli import backup, restore_store
from tallystick.platform.store.errors import BackupError
from tallystick.platform.store.folders import HeldFolders, folders_of
from tallystick.platform.store.restore import restore


def fill(store: Store) -> Store:
    """Give the log something of everything."""
    log = StoreLog(store)
    log.create("people", partitions=2, retention_ms=1_000)
    log.append("people", numbered(300))
    log.append("people", [Record(b"\xff\x00", None, (("a", b"\xfe"),), 7)], partition=1)
    log.commit("linker", "people", 2)
    with store.write() as connection:
        log.save_source_offset("north", b"\x00\x01", within=connection)
    return store


@pytest.fixture
def full(store: Store) -> Store:
    return fill(store)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "saved" / "tally.backup"


@pytest.fixture
def saved(full: Store, file: Path, tmp_path: Path) -> Path:
    file.parent.mkdir()
    back_up(full, file, PLATFORM, data_dir=tmp_path / "data")
    return file


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Store:
    on_sqlite = request.param == "sqlite"
    return Store.open(f"sqlite:///{tmp_path / 'empty.db'}" if on_sqlite else postgres.url(postgres.database()))


def contents(store: Store) -> object:
    log = StoreLog(store)
    records = [log.read("people", 0, partition=partition) for partition in (0, 1)]
    return log.topics(), records, log.committed("linker", "people"), log.source_offset("north")


def test_brings_everything_back_into_either_database(any_store: Store, tmp_path: Path, empty: Store) -> None:
    back_up(fill(any_store), tmp_path / "file", PLATFORM, data_dir=tmp_path / "data")
    restore(empty, tmp_path / "file", PLATFORM, data_dir=tmp_path / "data")
    assert contents(empty) == contents(any_store)
    log = StoreLog(empty)
    log.create("places")
    assert log.append("people", numbered(1)) == 300
    assert log.append("places", numbered(1)) == 0


def tables(store: Store) -> list[str]:
    with store.read() as connection:
        return inspect(connection).get_table_names()


def test_is_for_its_owner_alone(saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600


def test_replaces_no_file(full: Store, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="replaces nothing"):
        back_up(full, saved, PLATFORM, data_dir=tmp_path / "data")


def test_replaces_data_only_by_force(any_store: Store, tmp_path: Path) -> None:
    log = StoreLog(fill(any_store))
    back_up(any_store, tmp_path / "file", PLATFORM, data_dir=tmp_path / "data")
    before = contents(any_store)
    log.append("people", numbered(1, 300))
    with pytest.raises(BackupError, match=r"holds data .*log_batch.*--force"):
        restore(any_store, tmp_path / "file", PLATFORM, data_dir=tmp_path / "data")
    assert log.end("people") == 301
    restore(any_store, tmp_path / "file", PLATFORM, force=True, data_dir=tmp_path / "data")
    assert contents(any_store) == before


def test_replaces_files_only_by_force(full: Store, tmp_path: Path, empty: Store) -> None:
    data_dir, file = tmp_path / "data", tmp_path / "file"
    (data_dir / "objects" / "ab").mkdir(parents=True)
    (data_dir / "objects" / "ab" / "cd").write_bytes(b"old")
    back_up(full, file, PLATFORM, data_dir=data_dir)
    (data_dir / "objects" / "ab" / "ef").write_bytes(b"new")
    with pytest.raises(BackupError, match=r"data/objects: there are files already; .*--force"):
        restore(empty, file, PLATFORM, data_dir=data_dir)
    assert tables(empty) == []
    assert files(data_dir) == {"objects/ab/cd", "objects/ab/ef"}
    restore(empty, file, PLATFORM, data_dir=data_dir, force=True)
    assert contents(empty) == contents(full)
    assert files(data_dir) == {"objects/ab/cd"}


def test_a_refused_folder_makes_no_store(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "new" / "objects").mkdir(parents=True)
    (tmp_path / "new" / "objects" / "ab").touch()
    ended = CliRunner().invoke(restore_store, [str(saved), "--data-dir", str(tmp_path / "new")])
    assert (ended.exit_code, files(tmp_path / "new")) == (1, {"objects/ab"})
    assert f"{tmp_path / 'new' / 'objects'}: there are files already" in ended.stderr


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.999])
def test_refuses_a_truncated_file(full: Store, saved: Path, tmp_path: Path, share: float) -> None:
    before = contents(full)
    saved.write_bytes(saved.read_bytes()[: int(saved.stat().st_size * share)])
    with pytest.raises(BackupError, match="truncated"):
        restore(full, saved, PLATFORM, force=True, data_dir=tmp_path / "data")
    assert contents(full) == before


def keep_a_large(part: str, store: Store, data_dir: Path) -> None:
    """Keep three megabytes that do not shrink, as a row of the store or as a file beside it."""
    (data_dir / "objects").mkdir(parents=True)
    if part == "file":
        (data_dir / "objects" / "ab").write_bytes(os.urandom(3_000_000))
    else:
        StoreLog(store).create("people")
        StoreLog(store).append("people", [Record(None, os.urandom(3_000_000))])


@pytest.mark.parametrize("part", ["row", "file"])
def test_names_a_file_that_ends_inside_of_a_large(store: Store, tmp_path: Path, part: str) -> None:
    data_dir, file = tmp_path / "data", tmp_path / "cut.backup"
    keep_a_large(part, store, data_dir)
    back_up(store, file, PLATFORM, data_dir=data_dir)
    whole = file.read_bytes()
    for size in (len(whole) // 3, len(whole) // 2, len(whole) - 1_000):
        file.write_bytes(whole[:size])
        ended = CliRunner().invoke(restore_store, [str(file), "--data-dir", str(tmp_path / "new")])
        assert ended.exit_code == 1
        assert ended.stderr.startswith(f"Error: {file} is truncated, damaged, or not a backup: ")
        assert not (tmp_path / "new").exists()


def test_refuses_another_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a backup")
    with pytest.raises(BackupError, match="not a backup"):
        restore(store, tmp_path / "notes.txt", PLATFORM, data_dir=tmp_path / "data")
    with pytest.raises(BackupError, match="No such file"):
        restore(store, tmp_path / "nothing", PLATFORM, data_dir=tmp_path / "data")


def test_refuses_what_this_version_does_not_know(store: Store, tmp_path: Path, notes: Branch) -> None:
    store.upgrade([notes])
    with pytest.raises(BackupError, match="schema_notes"):
        back_up(store, tmp_path / "file", PLATFORM, data_dir=tmp_path / "data")
    back_up(store, tmp_path / "file", [*PLATFORM, notes], data_dir=tmp_path / "data")
    with pytest.raises(BackupError, match="notes, which this version does not know"):
        restore(store, tmp_path / "file", PLATFORM, force=True, data_dir=tmp_path / "data")


def test_restores_into_a_newer_version(sqlite_url: str, tmp_path: Path, notes: Branch) -> None:
    second = tmp_path / "notes_migrations" / "versions" / "2.py"
    newer = second.read_text()
    second.unlink()
    store = Store.open(sqlite_url)
    store.upgrade([notes])
    back_up(store, tmp_path / "file", [*PLATFORM, notes], data_dir=tmp_path / "data")
    second.write_text(newer)
    restore(store, tmp_path / "file", [*PLATFORM, notes], data_dir=tmp_path / "data")
    with store.read() as connection:
        assert connection.execute(text("SELECT * FROM note_2")).all() == []


@pytest.fixture
def filed(tmp_path: Path, notes: Branch) -> tuple[Path, Branch]:
    """Give a data directory whose rows refer to files, and the branch that names their folder."""
    (Path(notes.directory()).parent / "__init__.py").write_text('FOLDERS = ("linkage/notes",)\n')
    for place in ("objects/ab/cd", "linkage/notes/1/a", "linkage/lost", "run/socket"):
        (tmp_path / "data" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / place).write_bytes(place.encode() * 1_000)
    return tmp_path / "data", notes


def files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def test_saves_the_folders_that_rows_refer_to(full: Store, file: Path, filed: tuple[Path, Branch]) -> None:
    data_dir, notes = filed
    file.parent.mkdir()
    back_up(full, file, [*PLATFORM, notes], data_dir=data_dir)
    again = file.parent / "again"
    (again / "objects").mkdir(parents=True)
    (again / "objects" / "other").touch()
    restore(full, file, [*PLATFORM, notes], data_dir=again, force=True)
    assert files(again) == {"objects/ab/cd", "linkage/notes/1/a"}
    assert (again / "objects/ab/cd").read_bytes() == b"objects/ab/cd" * 1_000


def test_changes_no_file_unless_the_rows_are_restored(
    full: Store, file: Path, filed: tuple[Path, Branch], monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, notes = filed
    file.parent.mkdir()
    back_up(full, file, [*PLATFORM, notes], data_dir=data_dir)
    (data_dir / "objects/ab/cd").write_bytes(b"newer")
    monkeypatch.setattr("tallystick.platform.store.restore.upgrade", killed)
    with pytest.raises(KeyboardInterrupt):
        restore(full, file, [*PLATFORM, notes], data_dir=data_dir, force=True)
    assert (data_dir / "objects/ab/cd").read_bytes() == b"newer"
    assert not (data_dir / ".restoring").exists()


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_saves_files_that_are_removed_meanwhile(full: Store, file: Path, filed: tuple[Path, Branch]) -> None:
    data_dir, notes = filed
    with HeldFolders(data_dir, folders_of([notes])) as held:
        held.hold()
        (data_dir / "linkage/notes/1/a").unlink()
        (data_dir / "linkage/notes/1/b").write_bytes(b"later")
        held.hold()
        with (data_dir / "linkage/notes/1/b").open("r+b") as grown:
            grown.truncate(3)
        file.parent.mkdir()
        with writing(file) as archive:
            held.add_to(archive)
    saved = {name: stream.read() for name, stream in members(file)}
    assert saved["files/linkage/notes/1/a"] == b"linkage/notes/1/a" * 1_000
    assert saved["files/linkage/notes/1/b"] == b"lat"


def test_works_from_the_command_line(store: Store, tmp_path: Path) -> None:
    StoreLog(store).create("people")
    StoreLog(store).append("people", numbered(3))
    file, other = str(tmp_path / "file"), str(tmp_path / "other")
    run = CliRunner().invoke
    assert run(backup, [file, "--data-dir", str(tmp_path)]).exit_code == 0
    assert run(restore_store, [file, "--data-dir", other]).exit_code == 0
    assert "--force" in run(restore_store, [file, "--data-dir", other]).output
    assert values(StoreLog(Store.open(f"sqlite:///{other}/tally.db")).read("people", 0)) == [b"0", b"1", b"2"]


LIMITED = """
import resource
from tallystick.platform.store.cli import backup, restore_store
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
{command}()
"""


def on_a_small_disk(command: str, file: Path, data_dir: Path) -> str:
    """Run a command that may not write more than half a megabyte to one file; return what it says of that."""
    words = [sys.executable, "-c", LIMITED.format(command=command), str(file), "--data-dir", str(data_dir)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    return ended.stderr


@pytest.mark.parametrize("part", ["row", "file"])
def test_a_full_disk_is_told_and_changes_nothing(store: Store, tmp_path: Path, part: str) -> None:
    data_dir, file = tmp_path, tmp_path / "saved.backup"
    keep_a_large(part, store, data_dir)
    assert f"{file} cannot be written" in on_a_small_disk("backup", file, data_dir)
    assert not list(tmp_path.glob("saved.backup*"))
    back_up(store, file, every_branch(), data_dir=data_dir)
    assert "cannot be" in on_a_small_disk("restore_store", file, tmp_path / "new")
    assert files(tmp_path / "new") == {"tally.db"}
    assert tables(Store.open(f"sqlite:///{tmp_path / 'new' / 'tally.db'}")) == []


def test_a_file_that_is_no_backup_makes_no_store(tmp_path: Path) -> None:
    (tmp_path / "cut.backup").write_bytes(b"cut")
    ended = CliRunner().invoke(restore_store, [str(tmp_path / "cut.backup"), "--data-dir", str(tmp_path / "new")])
    assert ended.exit_code == 1
    assert "is truncated, damaged, or not a backup" in ended.stderr
    assert not (tmp_path / "new").exists()
