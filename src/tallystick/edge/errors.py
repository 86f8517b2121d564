"""What can go wrong at a door, and whose fault it is.

EdgeError
├── ConfigurationInvalid (ValueError)    the configuration's author: the text names the key path
├── EdgeStartFailed (OSError)            the machine: an address is taken, a certificate cannot be read
├── AuthorityUnusable (OSError)          the data directory: the authority's files are damaged or not readable
├── WrongAuthority (ValueError)          another organisation: what it handed over is not one CA certificate
└── DoorError (ConnectionError)          a call to another door failed; the text names address, name, authority
    ├── DoorUnreachable                  nobody answers at the address: try again later
    ├── DoorTimeout (TimeoutError)       the door answers too slowly: try again later
    ├── DoorUntrusted                    its certificate proves something else: check name and authority
    └── DoorRefused                      it answered with an HTTP failure; `status` and `body` say why
"""

__all__ = [
    "AuthorityUnusable",
    "ConfigurationInvalid",
    "DoorError",
    "DoorRefused",
    "DoorTimeout",
    "DoorUnreachable",
    "DoorUntrusted",
    "EdgeError",
    "EdgeStartFailed",
    "WrongAuthority",
]


class EdgeError(Exception):
    """Any failure of the edge."""


class ConfigurationInvalid(EdgeError, ValueError):
    """A configuration holds a wrong value; `path` is its key path."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class EdgeStartFailed(EdgeError, OSError):
    """The data plane cannot take its addresses or keys."""


class AuthorityUnusable(EdgeError, OSError):
    """The files of the local certificate authority are damaged or not readable."""


class WrongAuthority(EdgeError, ValueError):
    """Another organisation's authority cannot be what clients are believed by."""


class DoorError(EdgeError, ConnectionError):
    """A call to another organisation's door failed."""


class DoorUnreachable(DoorError):
    """Nobody answers at the door's address, or the connection broke."""


class DoorTimeout(DoorError, TimeoutError):
    """The door answers too slowly."""


class DoorUntrusted(DoorError):
    """The door's certificate does not prove the expected name under the expected authority."""


class DoorRefused(DoorError):
    """The door answered with an HTTP status that is not a success."""

    def __init__(self, text: str, *, status: int, body: bytes) -> None:
        super().__init__(text)
        self.status = status
        self.body = body
