"""How commands find the store that they work on."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

import click

from tallystick.platform.store.errors import StoreError
from tallystick.platform.store.store import Store

__all__ = ["FILE", "with_store"]

FILE: Final = "tally.db"  # the SQLite file's name in a data directory

P = ParamSpec("P")
R = TypeVar("R")


def with_store(command: Callable[Concatenate[Store, P], R]) -> Callable[P, R]:
    """Give a command `--data-dir` and `--store`, and the store that they name, open and upgraded."""

    @click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        envvar="TALLYSTICK_DATA_DIR",
        help="The organisation's data directory.",
    )
    @click.option(
        "--store",
        "url",
        envvar="TALLYSTICK_STORE__URL",
        default="",
        help="The store's URL, when it is not in the data directory.",
    )
    @wraps(command)
    def opened(*arguments: P.args, **options: P.kwargs) -> R:
        data_dir, url = options.pop("data_dir"), options.pop("url")
        if not isinstance(data_dir, Path) or not isinstance(url, str):
            raise TypeError("click gives a path and a text")
        try:
            store = _open(data_dir, url)
        except StoreError as error:
            raise click.ClickException(str(error)) from error
        try:
            return command(store, *arguments, **options)
        finally:
            store.close()

    return opened


def _open(data_dir: Path, url: str) -> Store:
    if not url and not (data_dir / FILE).exists():
        raise click.ClickException(f"no store in {data_dir.resolve()}; name an organisation's directory by --data-dir")
    store = Store.open(url or f"sqlite:///{data_dir / FILE}")
    store.upgrade()
    return store
