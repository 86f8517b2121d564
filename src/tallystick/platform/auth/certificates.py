"""Client certificates that the edge verified, and what their owners may do."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, select

from tallystick.platform.auth.audit import Audit
from tallystick.platform.auth.errors import UnknownCredentialError
from tallystick.platform.auth.principal import Principal, Scope
from tallystick.platform.auth.secrets import Clock, checked_name, joined_scopes, now_ms, split_scopes
from tallystick.platform.auth.tables import certificates
from tallystick.platform.store import Store, upsert

__all__ = ["IDENTITY_HEADER", "CertificateRecord", "Certificates", "ClientIdentity"]

IDENTITY_HEADER = "x-tallystick-client-identity"


class ClientIdentity(msgspec.Struct, frozen=True):
    """What the edge says of a verified certificate: subject, alternative names (`DNS:...`), fingerprint in hex."""

    subject: str
    sans: tuple[str, ...] = ()
    sha256: str = ""

    @classmethod
    def parse(cls, text: str) -> "ClientIdentity":
        """Read the edge's header."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise UnknownCredentialError(f"the edge's identity header cannot be read: {error}") from None


class CertificateRecord(msgspec.Struct, frozen=True):
    """What is kept of a certificate: its fingerprint, and as whom its owner acts."""

    sha256: str
    name: str
    scopes: frozenset[Scope]


class Certificates:
    """The certificates that stand for somebody here."""

    def __init__(self, store: Store, clock: Clock = now_ms) -> None:
        self._store = store
        self._audit = Audit(store, clock)

    def grant(
        self,
        sha256: str,
        name: str,
        scopes: Iterable[Scope],
        *,
        by: str = "operator",
        within: Connection | None = None,
    ) -> None:
        """Let the owner of the certificate with this fingerprint act as `name`."""
        row = {"sha256": _fingerprint(sha256), "name": checked_name(name), "scopes": joined_scopes(scopes)}
        with self._store.joined(within) as connection:
            upsert(connection, certificates, [row], key=["sha256"])
            detail = {"name": name, "scopes": row["scopes"]}
            self._audit.append(by, "certificate.grant", row["sha256"], detail, within=connection)

    def list(self) -> list[CertificateRecord]:
        """List every granted certificate, by name."""
        with self._store.read() as connection:
            rows = connection.execute(select(certificates).order_by(certificates.c.name))
            return [CertificateRecord(row.sha256, row.name, split_scopes(row.scopes)) for row in rows]

    def revoke(self, sha256: str, *, by: str = "operator") -> None:
        """Let the owner of a certificate act as nobody, from now on."""
        fingerprint = _fingerprint(sha256)
        with self._store.write() as connection:
            found = connection.execute(delete(certificates).where(certificates.c.sha256 == fingerprint)).rowcount
            if found:
                self._audit.append(by, "certificate.revoke", fingerprint, within=connection)

    def resolve(self, identity: ClientIdentity) -> Principal:
        """Give the principal of a verified certificate; one that was granted nothing has no scopes."""
        with self._store.read() as connection:
            row = connection.execute(select(certificates).where(certificates.c.sha256 == identity.sha256)).first()
        if row is None:
            return Principal(name=identity.subject, how="certificate")
        return Principal(name=row.name, scopes=split_scopes(row.scopes), how="certificate")


def _fingerprint(text: str) -> str:
    return text.lower().replace(":", "")
