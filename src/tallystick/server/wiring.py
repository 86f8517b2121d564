"""An organisation, built from its settings: every part in one visible place, each built when a process first asks."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tallystick.capture.wiring import BRANCH as CAPTURE
from tallystick.capture.wiring import Capture
from tallystick.capture.wiring import build as build_capture
from tallystick.catalog.settings import CatalogSettings
from tallystick.catalog.wiring import BRANCH as CATALOG
from tallystick.catalog.wiring import Catalog
from tallystick.catalog.wiring import build as build_catalog
from tallystick.edge.settings import EdgeSettings
from tallystick.edge.wiring import OrganisationDoor, authority_of
from tallystick.flows.living_linkage.joining import Door
from tallystick.flows.living_linkage.wiring import BRANCH as LIVING_LINKAGE
from tallystick.flows.living_linkage.wiring import Registry, Unit, build_judge, build_registry, build_unit
from tallystick.inference.settings import InferenceSettings
from tallystick.inference.wiring import BRANCH as INFERENCE
from tallystick.inference.wiring import Inference
from tallystick.inference.wiring import build as build_inference
from tallystick.linkage.batch.wiring import BRANCH as LINKAGE_BATCH
from tallystick.linkage.batch.wiring import Batch, build_batch
from tallystick.linkage.living.settings import LivingSettings
from tallystick.linkage.living.wiring import BRANCH as LINKAGE
from tallystick.linkage.living.wiring import Living, build_living
from tallystick.platform.settings import SettingsError
from tallystick.platform.wiring import Platform, open_platform
from tallystick.server.settings import OrganisationSettings

__all__ = ["BRANCHES", "Organisation"]

BRANCHES = (CAPTURE, CATALOG, INFERENCE, LINKAGE, LINKAGE_BATCH, LIVING_LINKAGE)


@dataclass(frozen=True)
class Organisation:
    """One organisation as one of its processes sees it."""

    settings: OrganisationSettings

    @property
    def data_dir(self) -> Path:
        """Where everything is kept."""
        return self.settings.data_dir

    @property
    def api_socket(self) -> Path:
        """The unix socket on which the API answers the edge."""
        return self.data_dir / "run" / "api.sock"

    @property
    def models_socket(self) -> Path:
        """The unix socket on which the model server answers."""
        return self.data_dir / "run" / "models.sock"

    @property
    def metrics_dir(self) -> Path:
        """The folder in which processes publish their figures."""
        return self.data_dir / "run" / "metrics"

    @cached_property
    def platform(self) -> Platform:
        """Store, log, objects and jobs."""
        return open_platform(self.settings.platform, self.data_dir, BRANCHES)

    @cached_property
    def capture(self) -> Capture:
        """Connectors."""
        return build_capture(self.settings.capture, self.platform)

    @cached_property
    def catalog(self) -> Catalog:
        """Known files."""
        return build_catalog(self.settings.catalog or CatalogSettings(), self.platform)

    @cached_property
    def inference(self) -> Inference:
        """Served models."""
        return build_inference(self.settings.inference or InferenceSettings(), self.platform)

    @cached_property
    def living(self) -> Living:
        """Living linkages, judged by the organisation's own model server where it has one."""
        judge = build_judge(self.settings.unit, self.models_socket) if self.settings.inference else None
        return build_living(self.settings.linkage or LivingSettings(), self.platform, judge)

    @cached_property
    def batch(self) -> Batch:
        """The entity service's projects and runs."""
        return build_batch(self.settings.batch, self.platform)

    @cached_property
    def unit(self) -> Unit:
        """The unit's side of living linkage."""
        return build_unit(self.settings.unit, self.living.service, self.platform)

    @cached_property
    def registry(self) -> Registry:
        """The registry's side of living linkage; raises `SettingsError` where there is none."""
        if self.settings.registry is None:
            raise SettingsError("the settings have no [registry] table")
        return build_registry(self.settings.name, self.settings.registry, self.platform)

    @cached_property
    def door(self) -> OrganisationDoor:
        """The TLS door in front of the API."""
        return OrganisationDoor(self.settings.edge, self.data_dir, self.settings.name, self.api_socket)

    def told_door(self) -> Door:
        """Return the door as an invitation tells it."""
        edge: EdgeSettings = self.settings.edge
        authority = authority_of(self.data_dir, self.settings.name).certificate
        return Door(edge.listen, edge.names[0], authority.read_text())
