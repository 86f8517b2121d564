"""What can go wrong between a caller and a right.

AuthError (Exception)
├── AuthenticationError (PermissionError)   the caller's credentials are no good; they need new ones
│   ├── UnknownCredentialError              never issued, or mistyped
│   ├── ExpiredError                        its time is over
│   ├── RevokedError                        taken back, or used already
│   └── CrossSiteError                      a foreign page speaks with this browser's session
├── UnknownTokenError (LookupError)         the operator names a token that does not exist
└── AuditBrokenError (ValueError)           the audit was changed after the fact; the operator must find out by whom
"""

__all__ = [
    "AuditBrokenError",
    "AuthError",
    "AuthenticationError",
    "CrossSiteError",
    "ExpiredError",
    "RevokedError",
    "UnknownCredentialError",
    "UnknownTokenError",
]


class AuthError(Exception):
    """Anything that this package raises."""


class AuthenticationError(AuthError, PermissionError):
    """Credentials that are no good."""


class UnknownCredentialError(AuthenticationError):
    """Credentials that were never issued."""


class ExpiredError(AuthenticationError):
    """Credentials whose time is over."""


class RevokedError(AuthenticationError):
    """Credentials that were taken back or used already."""


class CrossSiteError(AuthenticationError):
    """A session's cookie that a page of another site makes the browser send."""


class UnknownTokenError(AuthError, LookupError):
    """An id that no token has."""


class AuditBrokenError(AuthError, ValueError):
    """An audit whose entries do not follow from each other."""
