"""The authorities under which other organisations' clients prove who they are: one PEM file each, in one directory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tallystick.edge.adapters.pem_files import DiskPemFiles
from tallystick.edge.adapters.private_files import make_private_directory, write_public
from tallystick.edge.domain import snapshot as shape
from tallystick.edge.errors import ConfigurationInvalid, WrongAuthority
from tallystick.edge.service import check
from tallystick.platform.telemetry import logger

__all__ = ["ClientAuthorities", "one_authority"]

NOT_ONE: Final = "it must be the PEM of exactly one certificate"
NO_AUTHORITY: Final = "it is not the certificate of an authority"

log = logger("tallystick.edge")


@dataclass(frozen=True)
class ClientAuthorities:
    """Files that others hand over: a bad one is worth a warning, and never keeps the door shut."""

    directory: Path

    def trust(self, name: str, authority: str) -> None:
        """Believe clients under an authority from now on; it takes the place of the one that had the name.

        Raises `WrongAuthority`.
        """
        certificate = one_authority(authority)
        make_private_directory(self.directory)
        write_public(self.directory / f"{name}.pem", certificate.encode())

    def files(self) -> list[Path]:
        """List the files, good and bad."""
        return sorted(self.directory.glob("*.pem"))

    def texts(self) -> list[str]:
        """Return the PEM text of every file that the data plane takes; the log names the others."""
        found = []
        for path in self.files():
            try:
                text = DiskPemFiles().text(str(path), str(path))
                _check_data_plane(text)
            except ConfigurationInvalid as error:
                log.warning("client authority left out", file=str(path), reason=error.reason)
            else:
                found.append(text)
        return found


def one_authority(text: str) -> str:
    """Return the one CA certificate that a PEM text holds, and nothing else of it; raises `WrongAuthority`."""
    try:
        certificates = x509.load_pem_x509_certificates(text.encode())
    except (ValueError, x509.InvalidVersion) as error:
        raise WrongAuthority(NOT_ONE) from error
    if len(certificates) != 1:
        raise WrongAuthority(NOT_ONE)
    if not _signs(certificates[0]):
        raise WrongAuthority(NO_AUTHORITY)
    certificate = certificates[0].public_bytes(Encoding.PEM).decode()
    try:
        _check_data_plane(certificate)
    except ConfigurationInvalid as error:
        raise WrongAuthority(f"the door cannot use it: {error.reason}") from error
    return certificate


def _signs(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound, x509.UnsupportedGeneralNameType):
        return False


def _check_data_plane(authorities: str) -> None:
    """Raise `ConfigurationInvalid` for PEM that the data plane itself would not start with."""
    context = shape.Context(credentials=(), client_certificate="optional", client_authorities=authorities)
    nowhere = shape.Pool(backends=(shape.Backend(address="127.0.0.1:1"),))
    limits = shape.Limits(connections=1)
    check(
        shape.Snapshot(workers=1, backend_connections=1, doors=(), contexts=(context,), pools=(nowhere,), limits=limits)
    )
