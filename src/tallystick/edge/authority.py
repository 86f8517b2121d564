"""The local certificate authority of one organisation: ECDSA P-256, keys readable by their owner alone.

The first start makes it; later starts find it. A certificate is issued again when a third of its life is left, when its
names change, or when its key file does not fit.
"""

import datetime
import fcntl
import hashlib
import ipaddress
import re
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tallystick.edge.adapters.private_files import make_private_directory, write_private, write_public
from tallystick.edge.errors import AuthorityUnusable

__all__ = ["Authority", "Credential", "ensure_authority"]

AUTHORITY_LIFE = datetime.timedelta(days=3650)
CERTIFICATE_LIFE = datetime.timedelta(days=90)
CLOCK_SKEW = datetime.timedelta(hours=1)

Clock = Callable[[], datetime.datetime]


@dataclass(frozen=True)
class Credential:
    """A certificate and its private key, as PEM files; `certificate` holds the chain below the authority."""

    certificate: Path
    key: Path


def _utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True)
class Authority:
    """A certificate authority whose files lie in one private directory."""

    directory: Path
    organisation: str
    clock: Clock = field(default=_utc_now, repr=False)

    @property
    def certificate(self) -> Path:
        """The PEM file that others trust; it holds no secret."""
        return self.directory / "authority.pem"

    @property
    def key(self) -> Path:
        """The PEM file of the authority's private key, mode 0600."""
        return self.directory / "authority.key"

    def issue(self, names: Sequence[str]) -> Credential:
        """Return a server certificate for DNS names, wildcards and IP addresses, made or renewed as needed."""
        if not names:
            raise ValueError("a server certificate needs at least one name")
        alternatives = [_general_name(name) for name in dict.fromkeys(names)]
        return self._ensure(f"server-{_stem(names)}", names[0], alternatives, ExtendedKeyUsageOID.SERVER_AUTH)

    def issue_client(self, identity: str) -> Credential:
        """Return a client certificate that proves `identity`, made or renewed as needed."""
        uri = f"urn:tallystick:{urllib.parse.quote(self.organisation, safe='')}:{urllib.parse.quote(identity, safe='')}"
        alternatives: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)]
        return self._ensure(f"client-{_stem([identity])}", identity, alternatives, ExtendedKeyUsageOID.CLIENT_AUTH)

    def _ensure(
        self, stem: str, common_name: str, names: list[x509.GeneralName], usage: ObjectIdentifier
    ) -> Credential:
        issued = self.directory / "issued"
        credential = Credential(issued / f"{stem}.pem", issued / f"{stem}.key")
        with _locked(self.directory):
            if not self._is_current(credential, names):
                self._make(credential, common_name, names, usage)
        return credential

    def _is_current(self, credential: Credential, names: list[x509.GeneralName]) -> bool:
        try:
            certificate, key = _load(credential.certificate, credential.key)
            certificate.verify_directly_issued_by(_load(self.certificate, self.key)[0])
            found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            return False
        fits = certificate.public_key() == key.public_key() and list(found) == names
        return fits and certificate.not_valid_after_utc - self.clock() > CERTIFICATE_LIFE / 3

    def _make(
        self, credential: Credential, common_name: str, names: list[x509.GeneralName], usage: ObjectIdentifier
    ) -> None:
        issuer, issuer_key = _load(self.certificate, self.key)
        key = ec.generate_private_key(ec.SECP256R1())
        now = self.clock()
        builder = (
            _builder(_subject(common_name, self.organisation), issuer.subject, key.public_key(), now, CERTIFICATE_LIFE)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        make_private_directory(credential.key.parent)
        write_private(credential.key, _key_pem(key))
        write_public(credential.certificate, _certificate_pem(builder.sign(issuer_key, hashes.SHA256())))


def ensure_authority(directory: Path, organisation: str, *, clock: Clock = _utc_now) -> Authority:
    """Find the organisation's authority in `directory`, or make it there.

    >>> import tempfile
    >>> authority = ensure_authority(Path(tempfile.mkdtemp()), "North")
    >>> authority.issue(["north.localhost"]).key.stat().st_mode & 0o777 == 0o600
    True
    """
    authority = Authority(directory, organisation, clock)
    make_private_directory(directory)
    with _locked(directory):
        if not authority.certificate.exists():
            _make_authority(authority)
        _check_authority(authority)
    return authority


def _make_authority(authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(f"{authority.organisation} Tallystick authority", authority.organisation)
    builder = (
        _builder(subject, subject, key.public_key(), authority.clock(), AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNING_ONLY, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    write_private(authority.key, _key_pem(key))
    write_public(authority.certificate, _certificate_pem(builder.sign(key, hashes.SHA256())))


def _check_authority(authority: Authority) -> None:
    try:
        certificate, key = _load(authority.certificate, authority.key)
    except (OSError, ValueError, TypeError) as error:
        raise AuthorityUnusable(f"the authority in {authority.directory} cannot be read: {error}") from error
    if certificate.public_key() != key.public_key():
        raise AuthorityUnusable(f"{authority.key} is not the key of {authority.certificate}")
    if certificate.not_valid_after_utc <= authority.clock():
        raise AuthorityUnusable(f"{authority.certificate} expired on {certificate.not_valid_after_utc:%Y-%m-%d}")


_SIGNING_ONLY = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime.datetime,
    life: datetime.timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + life)
    )


def _subject(common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        ]
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _stem(names: Sequence[str]) -> str:
    readable = re.sub(r"[^A-Za-z0-9.-]", "_", names[0])[:40]
    digest = hashlib.sha256("\0".join(names).encode()).hexdigest()[:8]
    return f"{readable}-{digest}"


def _load(certificate: Path, key: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{key} is not an elliptic-curve key")
    return x509.load_pem_x509_certificate(certificate.read_bytes()), private


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Let one process at a time issue, so that a key and its certificate always fit."""
    with (directory / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
