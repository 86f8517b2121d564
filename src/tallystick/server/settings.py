"""The settings of an organisation: one TOML file, whose tables say what runs."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from tallystick.capture.settings import CaptureSettings
from tallystick.catalog.settings import CatalogSettings
from tallystick.edge.settings import EdgeSettings
from tallystick.flows.living_linkage.settings import RegistrySettings, UnitSettings
from tallystick.inference.settings import InferenceSettings
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.living.settings import LivingSettings
from tallystick.platform.jobs import JobsSettings
from tallystick.platform.log import LogSettings
from tallystick.platform.objects import ObjectsSettings
from tallystick.platform.settings import Loaded, Section, about, load
from tallystick.platform.wiring import PlatformSettings, StoreSettings

__all__ = [
    "DEFAULT_FILE",
    "REGISTRY_SECRETS",
    "HousekeepingSettings",
    "OrganisationSettings",
    "TelemetrySettings",
    "loaded_settings",
]

DEFAULT_FILE = Path("tally.toml")
REGISTRY_SECRETS = frozenset({"registry.database", "registry.linkage_secret", "registry.record_key_secret"})
"""What a registry's processes are given one by one, each only what it needs."""


class TelemetrySettings(Section, frozen=True, kw_only=True):
    """How processes speak to their operator."""

    format: Annotated[Literal["json", "text"], about("Form of log lines.")] = "json"
    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], about("Least important line written.")] = "INFO"


class HousekeepingSettings(Section, frozen=True, kw_only=True):
    """What keeps the store small."""

    every_s: Annotated[float, about("Seconds from one round to the next.", ge=1, le=86_400)] = 600.0
    jobs_days: Annotated[float, about("Days for which a job that has ended is kept.", ge=0)] = 30.0
    tokens_days: Annotated[float, about("Days for which a token that is over is still listed.", ge=0)] = 90.0


class OrganisationSettings(Section, frozen=True, kw_only=True):
    """One organisation. What has a table, be it empty, runs."""

    name: Annotated[str, about("Short name of the organisation.", pattern=r"^[a-z0-9][a-z0-9-]{0,62}\Z")]
    data_dir: Annotated[Path, about("Directory of everything that is kept, mode 0700.")] = Path("data")
    store: Annotated[StoreSettings, about("Metadata, events and jobs.")] = StoreSettings()
    log: Annotated[LogSettings, about("Change events and what follows from them.")] = LogSettings()
    objects: Annotated[ObjectsSettings, about("Bytes by digest and by name.")] = ObjectsSettings()
    telemetry: Annotated[TelemetrySettings, about("Log lines.")] = TelemetrySettings()
    edge: Annotated[EdgeSettings, about("The TLS door.")] = EdgeSettings()
    capture: Annotated[CaptureSettings, about("Change events from databases; runs with a registry.")] = (
        CaptureSettings()
    )
    catalog: Annotated[CatalogSettings | None, about("Known files.")] = None
    linkage: Annotated[LivingSettings | None, about("Comparison of encodings.")] = None
    batch: Annotated[BatchSettings, about("Projects and runs of the entity service; runs with linkage.")] = (
        BatchSettings()
    )
    inference: Annotated[InferenceSettings | None, about("Served models.")] = None
    registry: Annotated[RegistrySettings | None, about("Living linkage, as a registry.")] = None
    unit: Annotated[UnitSettings, about("Living linkage, as the linkage unit; runs with linkage.")] = UnitSettings()
    jobs: Annotated[JobsSettings, about("Workers, which do runs.")] = JobsSettings()
    housekeeping: Annotated[HousekeepingSettings, about("Rounds that keep the store small.")] = HousekeepingSettings()

    @property
    def platform(self) -> PlatformSettings:
        """What every process stands on."""
        return PlatformSettings(store=self.store, log=self.log, objects=self.objects)


def loaded_settings(
    file: Path | None = None, environ: Mapping[str, str] | None = None, *, withheld: Collection[str] = ()
) -> Loaded[OrganisationSettings]:
    """Read the settings and the origin of each; without a file, `tally.toml` of this directory if there is one.

    A relative `data_dir`, `registry.schema`, `edge.certificate`, `edge.key` or folder of `catalog.folders` starts at
    the settings file's directory.
    """
    found = file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    known = os.environ if environ is None else environ
    loaded = load(OrganisationSettings, file=found, environ=known, withheld=withheld)
    return Loaded(_anchored(loaded.settings, found.resolve().parent if found else Path.cwd()), loaded.origins)


def _anchored(settings: OrganisationSettings, root: Path) -> OrganisationSettings:
    registry, catalog, edge = settings.registry, settings.catalog, settings.edge
    if registry is not None:
        registry = msgspec.structs.replace(registry, schema=root / registry.schema)
    if catalog is not None:
        catalog = msgspec.structs.replace(catalog, folders=tuple(root / folder for folder in catalog.folders))
    edge = msgspec.structs.replace(edge, certificate=_file(root, edge.certificate), key=_file(root, edge.key))
    data_dir = root / settings.data_dir
    return msgspec.structs.replace(settings, data_dir=data_dir, registry=registry, catalog=catalog, edge=edge)


def _file(root: Path, name: str) -> str:
    """Let a file's name start at `root`; none stays none."""
    return str(root / name) if name else name
