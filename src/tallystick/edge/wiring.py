"""Everything an edge is built from: a configuration file as bud has it, or an organisation's settings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tallystick.edge.adapters.addresses import try_address
from tallystick.edge.adapters.descriptors import affordable_connections
from tallystick.edge.adapters.pem_files import DiskPemFiles
from tallystick.edge.adapters.private_files import make_private_directory
from tallystick.edge.authority import Authority, Credential, ensure_authority
from tallystick.edge.client_authorities import ClientAuthorities
from tallystick.edge.domain import snapshot as shape
from tallystick.edge.domain.configuration import Configuration
from tallystick.edge.domain.reading import read
from tallystick.edge.domain.rendering import render
from tallystick.edge.domain.server_names import check_server_names
from tallystick.edge.domain.snapshot import Snapshot
from tallystick.edge.errors import ConfigurationInvalid, EdgeError
from tallystick.edge.service import check as check_snapshot
from tallystick.edge.settings import EdgeSettings
from tallystick.platform.telemetry import logger

__all__ = ["Loaded", "OrganisationDoor", "authority_of", "client_authorities_of", "load"]

log = logger("tallystick.edge")

HTTP_PROTOCOLS = ("h2", "http/1.1")
# Asked once a second, so about every hour.
RENEW_EVERY = 3600
# Where a snapshot's places were set; the first that fits, fits best.
SET_BY = {
    "frontend.credentials[0].certificate": "edge.certificate",
    "frontend.credentials[0].key": "edge.key",
    "frontend.credentials[0]": "edge.certificate and edge.key",
    "frontend.names": "edge.names",
    "frontend.client_authorities": "tls/clients",
}


@dataclass(frozen=True)
class Loaded:
    """A configuration with the snapshot made of it and what its author should know."""

    configuration: Configuration
    snapshot: Snapshot
    warnings: list[str]


def load(text: bytes) -> Loaded:
    """Read a configuration and every file that it names."""
    configuration, unknown = read(text)
    rendered, warnings = render(configuration, DiskPemFiles(), connections=affordable_connections())
    return Loaded(configuration, rendered, [*unknown, *warnings])


def authority_of(data_dir: Path, organisation: str) -> Authority:
    """Return the organisation's own authority, in `tls/` of its data directory; made at the first call."""
    make_private_directory(data_dir)
    return ensure_authority(data_dir / "tls", organisation)


def client_authorities_of(data_dir: Path) -> ClientAuthorities:
    """Return the authorities of other organisations' clients, `tls/clients/*.pem` of the data directory."""
    return ClientAuthorities(data_dir / "tls" / "clients")


@dataclass(frozen=True)
class OrganisationDoor:
    """The door of one organisation: TLS in front of its API's unix socket.

    Clients may prove their identity under the organisation's own authority or under any `tls/clients/*.pem`.
    """

    settings: EdgeSettings
    data_dir: Path
    organisation: str
    backend: Path

    @property
    def clients(self) -> ClientAuthorities:
        """The authorities of other organisations' clients."""
        return client_authorities_of(self.data_dir)

    def snapshot(self) -> Snapshot:
        """Make the snapshot of now; certificates are issued or renewed as needed."""
        settings = self.settings
        context = shape.Context(
            names=settings.names,
            credentials=(self._credential(),),
            protocols=HTTP_PROTOCOLS,
            client_certificate=settings.client_certificates,
            client_authorities=self._authorities() if settings.client_certificates != "none" else "",
        )
        return Snapshot(
            workers=settings.workers,
            backend_connections=affordable_connections(),
            doors=(shape.Door(listen=settings.listen),),
            contexts=(context,),
            pools=(shape.Pool(backends=(shape.Backend(address=f"unix:{self.backend}"),)),),
            limits=shape.Limits(
                connections=settings.connections or affordable_connections(),
                connections_per_address=settings.connections_per_address,
                upload_rate=settings.upload_rate,
            ),
            timeouts=shape.Timeouts(
                response_ms=round(settings.response_s * 1000), idle_ms=round(settings.idle_s * 1000)
            ),
        )

    def check(self) -> None:
        """Raise an `EdgeError` for what would keep the door shut: an address, a name, or files that cannot be used."""
        check_server_names(self.settings.names)
        try_address(self.settings.listen)
        try:
            check_snapshot(self.snapshot())
        except ConfigurationInvalid as error:
            raise _as_set(error) from error

    def watch(self) -> Callable[[], bool]:
        """Return a question, asked once a second, that is true when certificates or client authorities have changed.

        Asking renews a certificate that is near its end.
        """
        issued = self._files()
        seen, asked = self._fingerprint(issued), 0

        def changed() -> bool:
            nonlocal seen, asked
            asked += 1
            if asked % RENEW_EVERY == 0:
                try:
                    self._files()
                except (EdgeError, OSError) as error:  # what is served goes on, and the next hour tries again
                    log.error("a certificate could not be renewed", reason=str(error))
            before, seen = seen, self._fingerprint(issued)
            return seen != before

        return changed

    def _credential(self) -> shape.Credential:
        files, issued = DiskPemFiles(), self._files()
        certificate = files.text("edge.certificate", str(issued.certificate))
        return shape.Credential(certificate, files.key("edge.key", str(issued.key), None))

    def _files(self) -> Credential:
        settings = self.settings
        if bool(settings.certificate) != bool(settings.key):
            raise ConfigurationInvalid("edge.key", "certificate and key come together")
        if settings.certificate:
            return Credential(Path(settings.certificate), Path(settings.key))
        return authority_of(self.data_dir, self.organisation).issue(settings.names)

    def _authorities(self) -> str:
        own = authority_of(self.data_dir, self.organisation).certificate
        make_private_directory(self.clients.directory)
        return "\n".join([own.read_text(), *self.clients.texts()])

    def _fingerprint(self, issued: Credential) -> tuple[tuple[str, int, int], ...]:
        found = [issued.certificate, issued.key, *self.clients.files()]
        return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in found if path.exists())


def _as_set(error: ConfigurationInvalid) -> ConfigurationInvalid:
    """Name the setting in the place of the snapshot's part that was made of it."""
    text = str(error)
    found = next((place for place in SET_BY if text.startswith(place)), None)
    return ConfigurationInvalid("", SET_BY[found] + text.removeprefix(found)) if found else error
