"""Who is asking, what they may do, and who did what.

An `Authenticator` turns a request's credentials into a `Principal`: a scoped token, a certificate that the edge
verified, or a console session. `Tokens`, `Certificates` and `Logins` grant and take away; every grant stands in the
append-only `Audit`. Secrets are kept as SHA-256 and shown once.
"""

from tallystick.platform.auth.audit import Audit, AuditEntry, AuditHead
from tallystick.platform.auth.authenticator import Authenticator, Credentials
from tallystick.platform.auth.certificates import CertificateRecord, Certificates, ClientIdentity
from tallystick.platform.auth.errors import (
    AuditBrokenError,
    AuthenticationError,
    AuthError,
    CrossSiteError,
    ExpiredError,
    RevokedError,
    UnknownCredentialError,
    UnknownTokenError,
)
from tallystick.platform.auth.logins import Logins
from tallystick.platform.auth.principal import ANONYMOUS, Principal, Scope
from tallystick.platform.auth.tokens import IssuedToken, TokenRecord, Tokens

__all__ = [
    "ANONYMOUS",
    "Audit",
    "AuditBrokenError",
    "AuditEntry",
    "AuditHead",
    "AuthError",
    "AuthenticationError",
    "Authenticator",
    "CertificateRecord",
    "Certificates",
    "ClientIdentity",
    "Credentials",
    "CrossSiteError",
    "ExpiredError",
    "IssuedToken",
    "Logins",
    "Principal",
    "RevokedError",
    "Scope",
    "TokenRecord",
    "Tokens",
    "UnknownCredentialError",
    "UnknownTokenError",
]
