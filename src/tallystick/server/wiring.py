"""An organisation, built from its settings: every part in one visible place, each built when a process first asks.

A part is imported then, too: a process pays for nothing that it does not use.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.platform.settings import SettingsError
from tallystick.platform.store import every_branch
from tallystick.platform.wiring import Platform, open_platform
from tallystick.server.places import api_socket, models_socket
from tallystick.server.settings import OrganisationSettings

if TYPE_CHECKING:
    from tallystick.capture.wiring import Capture
    from tallystick.catalog.wiring import Catalog
    from tallystick.edge.wiring import OrganisationDoor
    from tallystick.flows.living_linkage.joining import Door
    from tallystick.flows.living_linkage.wiring import Registry, Unit
    from tallystick.inference.wiring import Inference
    from tallystick.linkage.batch.wiring import Batch
    from tallystick.linkage.living.wiring import Living

__all__ = ["Organisation"]


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
        return api_socket(self.data_dir)

    @property
    def models_socket(self) -> Path:
        """The unix socket on which the model server answers."""
        return models_socket(self.data_dir)

    @property
    def metrics_dir(self) -> Path:
        """The folder in which processes publish their figures."""
        return self.data_dir / "run" / "metrics"

    @cached_property
    def platform(self) -> Platform:
        """Store, log, objects and jobs."""
        return open_platform(self.settings.platform, self.data_dir, every_branch())

    @cached_property
    def capture(self) -> "Capture":
        """Connectors."""
        from tallystick.capture.wiring import build

        return build(self.settings.capture, self.platform)

    @cached_property
    def catalog(self) -> "Catalog":
        """Known files."""
        from tallystick.catalog.settings import CatalogSettings
        from tallystick.catalog.wiring import build

        return build(self.settings.catalog or CatalogSettings(), self.platform)

    @cached_property
    def inference(self) -> "Inference":
        """Served models."""
        from tallystick.inference.settings import InferenceSettings
        from tallystick.inference.wiring import build

        return build(self.settings.inference or InferenceSettings(), self.platform)

    @cached_property
    def living(self) -> "Living":
        """Living linkages, judged by the organisation's own model server where it has one."""
        from tallystick.flows.living_linkage.wiring import build_judge
        from tallystick.linkage.living.settings import LivingSettings
        from tallystick.linkage.living.wiring import build_living

        judge = build_judge(self.settings.unit, self.models_socket) if self.settings.inference else None
        return build_living(self.settings.linkage or LivingSettings(), self.platform, judge)

    @cached_property
    def batch(self) -> "Batch":
        """The entity service's projects and runs."""
        from tallystick.linkage.batch.wiring import build_batch

        return build_batch(self.settings.batch, self.platform)

    @cached_property
    def unit(self) -> "Unit":
        """The unit's side of living linkage."""
        from tallystick.flows.living_linkage.wiring import build_unit

        return build_unit(self.settings.unit, self.living.service, self.platform)

    @cached_property
    def registry(self) -> "Registry":
        """The registry's side of living linkage; raises `SettingsError` where there is none."""
        from tallystick.flows.living_linkage.wiring import build_registry

        if self.settings.registry is None:
            raise SettingsError("the settings have no [registry] table")
        return build_registry(self.settings.name, self.settings.registry, self.platform)

    @cached_property
    def door(self) -> "OrganisationDoor":
        """The TLS door in front of the API."""
        from tallystick.edge.wiring import OrganisationDoor

        return OrganisationDoor(self.settings.edge, self.data_dir, self.settings.name, self.api_socket)

    def told_door(self) -> "Door":
        """Return the door as an invitation tells it."""
        from tallystick.edge.wiring import authority_of
        from tallystick.flows.living_linkage.joining import Door

        edge = self.settings.edge
        authority = authority_of(self.data_dir, self.settings.name).certificate
        return Door(edge.listen, edge.names[0], authority.read_text())
