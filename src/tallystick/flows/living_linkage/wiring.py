"""Living linkage built from settings: a registry's side, and a unit's."""

from dataclasses import dataclass
from pathlib import Path

from tallystick.capture.wiring import Capture
from tallystick.edge.wiring import client_authorities_of
from tallystick.flows.living_linkage.adapters.membership import MembershipFile
from tallystick.flows.living_linkage.adapters.pace import Pace
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.adapters.unit_contact import UnitContact
from tallystick.flows.living_linkage.adapters.unit_door import UnitDoor
from tallystick.flows.living_linkage.collector import Collector
from tallystick.flows.living_linkage.connector import connector_texts
from tallystick.flows.living_linkage.console import RegistryConsole
from tallystick.flows.living_linkage.domain.epochs import EpochOfEncodings
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.flows.living_linkage.domain.rows import columns_of_schema
from tallystick.flows.living_linkage.encoder import Encoder
from tallystick.flows.living_linkage.http import joining_routes
from tallystick.flows.living_linkage.joining import Joining
from tallystick.flows.living_linkage.judge import ServedJudge
from tallystick.flows.living_linkage.row_encoder import RowEncoder
from tallystick.flows.living_linkage.settings import RegistrySettings, UnitSettings
from tallystick.inference.client import ModelClient
from tallystick.linkage.domain.living.linkages import GreyZone
from tallystick.linkage.living.errors import LivingError
from tallystick.linkage.living.service import LivingService
from tallystick.native import MalformedInput
from tallystick.native.linkage import ClkEncoder
from tallystick.platform.auth import Tokens
from tallystick.platform.http import Route
from tallystick.platform.settings import WrongSetting
from tallystick.platform.store import Branch
from tallystick.platform.wiring import Platform

__all__ = ["BRANCH", "Registry", "Unit", "build_judge", "build_registry", "build_unit", "check_registry"]

BRANCH = Branch("living_linkage", "tallystick.flows.living_linkage.adapters.migrations")


@dataclass(frozen=True)
class Registry:
    """A registry's side; the encoder and the collector are built once the registry has joined."""

    organisation: str
    settings: RegistrySettings
    platform: Platform
    people: RegistryStore
    membership: MembershipFile

    @property
    def topic(self) -> str:
        """The topic of the table's change events."""
        return f"{self.organisation}.{self.settings.table}"

    def encoder(self, capture: Capture) -> Encoder:
        """Build the encoder: from here on this process holds the linkage secret."""
        settings = self.settings
        schema = settings.schema.read_bytes()
        secret = settings.linkage_secret.reveal().encode()
        clks = ClkEncoder(schema, secret)
        return Encoder(
            topic=self.topic,
            columns=columns_of_schema(schema, settings.schema),
            keys=RecordKeys(settings.record_key_secret.reveal().encode()),
            encode=RowEncoder(clks),
            store=self.platform.store,
            log=self.platform.log,
            registry=self.people,
            snapshot=capture.service.snapshot,
            unit=self._door(EpochOfEncodings.of(schema, secret, clks.row_bytes)),
            pace=Pace(self.platform.store),
            batch=settings.batch,
        )

    def collector(self) -> Collector:
        """Build the collector of matches; it knows no secret but the party's token."""
        return Collector(self.people, self._door(None), UnitContact(self.platform.store))

    def console(self, capture: Capture) -> RegistryConsole:
        """Build what the console shows of the registry."""

        def state() -> str:
            task = capture.service.task(self.settings.connector)
            return task.state if task else "not declared"

        return RegistryConsole(
            people=self.people,
            membership=self.membership,
            log=self.platform.log,
            contact=UnitContact(self.platform.store),
            pace=Pace(self.platform.store),
            topic=self.topic,
            columns=columns_of_schema(self.settings.schema.read_bytes(), self.settings.schema),
            connector=state,
        )

    def _door(self, epoch: EpochOfEncodings | None) -> UnitDoor:
        return UnitDoor(self.membership.read(), self.membership.authority, epoch)


@dataclass(frozen=True)
class Unit:
    """A unit's side: invitations, and the route by which they are used."""

    joining: Joining
    routes: list[Route]


def check_registry(organisation: str, settings: RegistrySettings) -> None:
    """Raise a `SettingsError` that names the setting by which nobody could be encoded; reads schema and secrets."""
    connector_texts(organisation, settings)
    try:
        RecordKeys(settings.record_key_secret.reveal().encode())
    except ValueError as error:
        raise WrongSetting(f"registry.record_key_secret: {error}") from error
    if not settings.linkage_secret:
        raise WrongSetting("registry.linkage_secret: is empty")
    try:
        schema = settings.schema.read_bytes()
        columns_of_schema(schema, settings.schema)
        ClkEncoder(schema, settings.linkage_secret.reveal().encode())
    except OSError as error:
        raise WrongSetting(f"registry.schema: {settings.schema}: {error.strerror}") from error
    except (ValueError, MalformedInput) as error:
        raise WrongSetting(f"registry.schema: {error}") from error


def build_registry(organisation: str, settings: RegistrySettings, platform: Platform) -> Registry:
    """Build a registry's side; reads no secret yet."""
    membership = MembershipFile(platform.data_dir)
    return Registry(organisation, settings, platform, RegistryStore(platform.store), membership)


def build_unit(settings: UnitSettings, living: LivingService, platform: Platform) -> Unit:
    """Build a unit's side; its linkages are made unless they exist. Raises `WrongSetting` for a changed one."""
    for identity, wanted in settings.linkages.items():
        zone = GreyZone(*wanted.grey_zone)
        try:
            living.create(identity, parties=wanted.parties, threshold=wanted.threshold, grey_zone=zone)
        except LivingError as error:
            raise WrongSetting(f"unit.linkages.{identity}: {error}") from error
    joining = Joining(living, Tokens(platform.store), client_authorities_of(platform.data_dir))
    return Unit(joining, joining_routes(joining))


def build_judge(settings: UnitSettings, models: Path) -> ServedJudge | None:
    """Build the judge, which asks the organisation's own model server on its socket; None when nobody judges."""
    return ServedJudge(ModelClient(models), settings.judge_model) if settings.judge_model else None
