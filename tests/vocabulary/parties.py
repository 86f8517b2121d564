"""A linkage unit behind its TLS door, and registries with databases of their own that hand over to it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from tests.vocabulary.doors import Site
from tests.vocabulary.processes import eventually
from tests.vocabulary.serving import served

from tallystick.capture.settings import CaptureSettings
from tallystick.capture.wiring import BRANCH as CAPTURE
from tallystick.capture.wiring import build as build_capture
from tallystick.capture.wiring import run_worker
from tallystick.edge.authority import ensure_authority
from tallystick.flows.living_linkage.connector import connector_texts
from tallystick.flows.living_linkage.encoder import GROUP
from tallystick.flows.living_linkage.invitations import accept
from tallystick.flows.living_linkage.joining import Door
from tallystick.flows.living_linkage.settings import BatchSettings, RegistrySettings, UnitSettings
from tallystick.flows.living_linkage.wiring import BRANCH as LIVING_LINKAGE
from tallystick.flows.living_linkage.wiring import Registry, build_registry, build_unit
from tallystick.linkage.living.settings import LivingSettings
from tallystick.linkage.living.wire import LinkageStatus
from tallystick.linkage.living.wiring import BRANCH as LINKAGE
from tallystick.linkage.living.wiring import build_living
from tallystick.platform.auth import Authenticator
from tallystick.platform.http import application
from tallystick.platform.log import UnknownTopicError
from tallystick.platform.settings import Secret
from tallystick.platform.wiring import PlatformSettings, open_platform

__all__ = ["STUDY", "Hospital", "Study", "linkage_schema_of", "running", "study"]

STUDY = "study"
NAME = "unit.localhost"
TABLE = "CREATE TABLE person (id integer PRIMARY KEY, given_name text, surname text, born {born})"
QUICK = CaptureSettings(poll_s=0.05, lease_s=2.0)


def linkage_schema_of(*columns: str, bits: int = 512) -> bytes:
    """Write a linkage schema that compares columns by their bigrams."""
    hashing = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 60}}
    kdf = {"type": "HKDF", "hash": "SHA256", "salt": "c2FsdA==", "info": "dGVzdA==", "keySize": 64}
    features = [{"identifier": name, "format": {"type": "string"}, "hashing": hashing} for name in columns]
    return json.dumps({"version": 3, "clkConfig": {"l": bits, "kdf": kdf}, "features": features}).encode()


@contextmanager
def running(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let each work in a thread for the time of the block."""
    stop = threading.Event()
    threads = [threading.Thread(target=work, args=(stop,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@dataclass
class Study:
    """A unit with one linkage of North and South, open for the time of `open`."""

    directory: Path
    listen: str = "127.0.0.1:0"

    def __post_init__(self) -> None:
        self.platform = open_platform(PlatformSettings(), self.directory, [LINKAGE])
        self.living = build_living(LivingSettings(), self.platform)
        linkages = {STUDY: BatchSettings(parties=("north", "south"), threshold=0.8, grey_zone=(0, 0))}
        self.unit = build_unit(UnitSettings(linkages=linkages), self.living.service, self.platform)
        self.site = Site(ensure_authority(self.directory / "tls", "unit"), listen=self.listen)

    @contextmanager
    def open(self) -> Iterator["Study"]:
        """Answer at the door, and link."""
        app = application("unit", [self.living.routes, *self.unit.routes], auth=Authenticator(self.platform.store))
        socket = self.directory / "api.sock"
        with served(app, socket, behind_edge=True):
            self.site.serve(NAME, backends=f"unix:{socket}")
            with self.site.open(), running(self.living.worker.run):
                yield self

    def invitation(self, party: str) -> str:
        """Invite a party."""
        door = Door(self.site.address, NAME, self.site.authority.certificate.read_text())
        return self.unit.joining.invite(STUDY, party, door, days=1, by="test").text()

    def status(self) -> LinkageStatus:
        """Sum the linkage up."""
        return self.living.overview.status(self.living.service.linkage(STUDY))

    def is_live(self, epochs: int = 1) -> bool:
        """Tell whether the last of so many epochs is live."""
        known = self.status().epochs
        return len(known) == epochs and known[-1].state == "live"


@dataclass
class Hospital:
    """A registry: its database, and what runs of it."""

    name: str
    directory: Path
    database_url: str
    secret: str = "the registries' secret"
    schema: bytes = field(default_factory=lambda: linkage_schema_of("given_name", "surname", "born"))

    def __post_init__(self) -> None:
        self.platform = open_platform(PlatformSettings(), self.directory, [CAPTURE, LIVING_LINKAGE])
        self.capture = build_capture(QUICK, self.platform)
        self.database = psycopg.connect(self.database_url, autocommit=True)

    def founded(self, people: int = 0, *, born: str = "text") -> "Hospital":
        """Make the table and its first people; `born` is a column type."""
        self.database.execute(TABLE.format(born=born).encode())
        for number in range(people):
            self.admits(number)
        return self

    def admits(self, number: int) -> None:
        """Insert a person, whose names everybody spells alike."""
        self.database.execute(
            "INSERT INTO person VALUES (%s, %s, %s, %s)",
            (number, f"given{number * 7919}", f"sur{number * 104729}", f"19{number:02}-02-03"),
        )

    @property
    def registry(self) -> Registry:
        """The registry's side of living linkage, under the secret and schema of now."""
        schema = self.directory / "schema.json"
        schema.write_bytes(self.schema)
        settings = RegistrySettings(
            database=Secret("postgresql://nobody@localhost/people"),
            schema=schema,
            linkage_secret=Secret(self.secret),
            record_key_secret=Secret(f"the record keys of {self.name}"),
            batch=100,
        )
        return build_registry(self.name, settings, self.platform)

    def joins(self, study: Study) -> "Hospital":
        """Use an invitation at the unit's door, and declare the table's connector."""
        authority = ensure_authority(self.directory / "tls", self.name)
        accept(study.invitation(self.name), self.registry.membership, authority.certificate)
        info = self.database.info
        texts = connector_texts(self.name, self.registry.settings) | {
            "database.hostname": info.host,
            "database.port": str(info.port),
            "database.user": info.user,
            "database.dbname": info.dbname,
            "slot.name": info.dbname,
            "status.update.interval.ms": "200",
        }
        self.capture.service.put("people", texts)
        return self

    @contextmanager
    def capturing(self) -> Iterator[None]:
        """Capture for the time of the block."""
        with running(lambda stop: run_worker(build_capture(QUICK, self.platform), stop)):
            yield

    @contextmanager
    def working(self) -> Iterator["Hospital"]:
        """Capture, encode and collect for the time of the block."""
        registry = self.registry
        with self.capturing(), running(registry.encoder(self.capture).run, registry.collector().run):
            yield self

    def hands_over(self) -> None:
        """Encode what was captured so far, and end."""
        with running(self.registry.encoder(self.capture).run):
            eventually(lambda: self.platform.log.committed(GROUP, self.registry.topic) >= self.recorded())

    def recorded(self) -> int:
        """Count the table's change events."""
        try:
            return self.platform.log.end(self.registry.topic)
        except UnknownTopicError:
            return 0

    def collects(self) -> "Hospital":
        """Pull all that the unit has to tell."""
        collector = self.registry.collector()
        while collector.collect():
            pass
        return self

    def matched(self) -> set[int]:
        """Return which of the own people have a match, as far as was told."""
        latest = self.registry.people.latest(limit=10_000)
        return {each.primary_key["id"] for each in latest if each.primary_key}

    def loses_its_slot(self) -> None:
        """Drop the replication slot, so that the next capture begins with a new snapshot."""
        self.database.execute("SELECT pg_drop_replication_slot(%s)", (self.database.info.dbname,))

    def close(self) -> None:
        """Drop the slot and close everything."""
        self.database.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
            "WHERE database = current_database() AND NOT active"
        )
        self.database.close()
        self.platform.close()


@contextmanager
def study(directory: Path, listen: str = "127.0.0.1:0") -> Iterator[Study]:
    """Open the unit of a directory."""
    made = Study(directory, listen)
    try:
        with made.open():
            yield made
    finally:
        made.platform.close()
