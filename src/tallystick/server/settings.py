"""The settings of an organisation: one TOML file, whose tables say what runs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from tallystick.capture.settings import CaptureSettings
from tallystick.catalog.settings import CatalogSettings
from tallystick.edge.settings import EdgeSettings
from tallystick.flows.living_linkage.settings import RegistrySettings, UnitSettings
from tallystick.inference.settings import InferenceSettings
from tallystick.linkage.settings import LinkageSettings
from tallystick.platform.objects import ObjectsSettings
from tallystick.platform.settings import Loaded, Section, about, load
from tallystick.platform.wiring import StoreSettings

__all__ = ["OrganisationSettings", "TelemetrySettings", "loaded_settings", "settings_of"]

DEFAULT_FILE = Path("tally.toml")


class TelemetrySettings(Section, frozen=True, kw_only=True):
    """How processes speak to their operator."""

    format: Annotated[Literal["json", "text"], about("Form of log lines.")] = "json"
    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], about("Least important line that is written.")] = (
        "INFO"
    )


class OrganisationSettings(Section, frozen=True, kw_only=True):
    """One organisation. A capability runs when its table is present, be it empty."""

    name: Annotated[str, about("Short name of the organisation.", pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
    data_dir: Annotated[Path, about("Directory of everything that is kept, mode 0700.")] = Path("data")
    store: Annotated[StoreSettings, about("Metadata, events and jobs.")] = StoreSettings()
    objects: Annotated[ObjectsSettings, about("Bytes by digest and by name.")] = ObjectsSettings()
    telemetry: Annotated[TelemetrySettings, about("Log lines.")] = TelemetrySettings()
    edge: Annotated[EdgeSettings, about("The TLS door.")] = EdgeSettings()
    capture: Annotated[CaptureSettings | None, about("Change events from databases.")] = None
    catalog: Annotated[CatalogSettings | None, about("Hash sets of files.")] = None
    linkage: Annotated[LinkageSettings | None, about("Comparison of encodings.")] = None
    inference: Annotated[InferenceSettings | None, about("Served models.")] = None
    registry: Annotated[RegistrySettings | None, about("Living linkage, as a registry.")] = None
    unit: Annotated[UnitSettings | None, about("Living linkage, as the linkage unit.")] = None


def loaded_settings(file: Path | None, environ: Mapping[str, str] | None = None) -> Loaded[OrganisationSettings]:
    """Read the settings and the origin of each; without a file, `tally.toml` here if there is one."""
    found = file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    return load(OrganisationSettings, file=found, environ=os.environ if environ is None else environ)


def settings_of(file: Path | None) -> OrganisationSettings:
    """Read the settings; relative paths in them start at the settings file's directory."""
    return loaded_settings(file).settings
