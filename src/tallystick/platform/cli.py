"""What commands share that run one capability alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tallystick.platform.http import ListenError
from tallystick.platform.store import Branch, StoreError
from tallystick.platform.wiring import Platform, PlatformSettings, open_platform

__all__ = ["platform_alone"]


@contextmanager
def platform_alone(data_dir: Path, branch: Branch, *refusals: type[Exception]) -> Iterator[Platform]:
    """Open the platform in a data directory, with the defaults of every setting.

    A folder or store that cannot be used, an address that cannot be had and `refusals`, the capability's own errors,
    end the command with one line.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise click.ClickException(f"--data-dir {data_dir} cannot be made: {error.strerror}") from error
    expected: tuple[type[Exception], ...] = (StoreError, ListenError, *refusals)
    try:
        platform = open_platform(PlatformSettings(), data_dir, [branch])
        try:
            yield platform
        finally:
            platform.close()
    except expected as error:
        raise click.ClickException(str(error)) from error
