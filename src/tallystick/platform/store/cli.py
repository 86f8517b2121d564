"""`tally backup` and `tally restore`, and how any command finds the store that it works on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

import click

from tallystick.platform.store.backup import back_up
from tallystick.platform.store.branches import every_branch
from tallystick.platform.store.errors import StoreError
from tallystick.platform.store.restore import examine, restore
from tallystick.platform.store.store import Store

__all__ = ["backup", "data_dir_option", "opened", "restore_store", "store_option", "with_store"]

FILE: Final = "tally.db"  # the SQLite file's name in a data directory

P = ParamSpec("P")
R = TypeVar("R")

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    envvar="TALLYSTICK_DATA_DIR",
    help="The organisation's data directory.",
)
store_option = click.option(
    "--store",
    "url",
    envvar="TALLYSTICK_STORE__URL",
    default="",
    help="The store's URL, when it is not in the data directory.",
)


@contextmanager
def opened(data_dir: Path, url: str, *, make: bool = False) -> Iterator[Store]:
    """Open the store that the options name; what goes wrong there ends the command with one line."""
    if not (url or make or (data_dir / FILE).exists()):
        raise click.ClickException(f"no store in {data_dir.resolve()}; name an organisation's directory by --data-dir")
    try:
        if make:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = Store.open(url or f"sqlite:///{data_dir / FILE}")
        try:
            yield store
        finally:
            store.close()
    except StoreError as error:
        raise click.ClickException(str(error)) from error


def with_store(command: Callable[Concatenate[Store, P], R]) -> Callable[P, R]:
    """Give a command `--data-dir` and `--store`, and the upgraded store that they name as its first argument."""

    @data_dir_option
    @store_option
    @wraps(command)
    def with_it(*arguments: P.args, **options: P.kwargs) -> R:
        with opened(Path(str(options.pop("data_dir"))), str(options.pop("url"))) as store:
            store.upgrade()
            return command(store, *arguments, **options)

    return with_it


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_dir_option
@store_option
def backup(file: Path, data_dir: Path, url: str) -> None:
    """Save the store, as it is at this instant, and the files that it refers to, to FILE; others may go on working."""
    with opened(data_dir, url) as store:
        rows = back_up(store, file, every_branch(), data_dir=data_dir)
    click.echo(f"{file}: {rows} rows")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace what the store and the data directory's folders hold.")
@data_dir_option
@store_option
def restore_store(file: Path, force: bool, data_dir: Path, url: str) -> None:
    """Fill an empty store, SQLite or PostgreSQL, and its data directory, from a backup of either."""
    try:
        examine(file, every_branch(), data_dir=data_dir, force=force)  # before a store is made that nothing could fill
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    with opened(data_dir, url, make=True) as store:
        rows = restore(store, file, every_branch(), data_dir=data_dir, force=force)
    click.echo(f"{file}: {rows} rows restored")
