"""The platform of one process of an organisation, built from settings in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tallystick.platform.jobs import Jobs
from tallystick.platform.log import Log, LogSettings, open_log
from tallystick.platform.objects import Objects, ObjectsSettings
from tallystick.platform.private_directory import ensure_private
from tallystick.platform.settings import Secret, Section, WrongSetting, about
from tallystick.platform.store import Branch, Store

__all__ = ["Platform", "PlatformSettings", "StoreSettings", "open_platform"]


class StoreSettings(Section, frozen=True, kw_only=True):
    """Where metadata, events and jobs lie."""

    url: Annotated[
        Secret, about("postgresql://USER:PASSWORD@HOST/DATABASE; empty: one SQLite file in the data directory.")
    ] = Secret("")


class PlatformSettings(Section, frozen=True, kw_only=True):
    """What every process of an organisation stands on."""

    store: Annotated[StoreSettings, about("Metadata, events and jobs.")] = StoreSettings()
    log: Annotated[LogSettings, about("Change events and what follows from them.")] = LogSettings()
    objects: Annotated[ObjectsSettings, about("Bytes by digest and by name.")] = ObjectsSettings()


@dataclass(frozen=True)
class Platform:
    """What a capability is built upon; every process opens its own."""

    data_dir: Path
    store: Store
    log: Log
    objects: Objects
    jobs: Jobs

    def close(self) -> None:
        """Give connections back."""
        self.store.close()


def open_platform(settings: PlatformSettings, data_dir: Path, branches: Sequence[Branch]) -> Platform:
    """Open the platform in `data_dir` and bring the store to the given branches' heads.

    The directory is made with mode 0700, or closed to others. Raises `WrongSetting` where it cannot be, and the errors
    of store, log and objects.
    """
    try:
        ensure_private(data_dir)
    except OSError as error:
        raise WrongSetting(f"data_dir: {data_dir} cannot be used: {error.strerror}") from error
    store = Store.open(settings.store.url.reveal() or f"sqlite:///{data_dir / 'tally.db'}")
    store.upgrade(branches)
    return Platform(
        data_dir=data_dir,
        store=store,
        log=open_log(settings.log.url, store),
        objects=Objects.open(
            settings.objects.url or (data_dir.resolve() / "objects").as_uri(),
            access_key_id=settings.objects.access_key_id,
            secret_access_key=settings.objects.secret_access_key,
        ),
        jobs=Jobs(store),
    )
