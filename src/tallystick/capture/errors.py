"""What can go wrong in capture.

CaptureError
├── UnknownConnector (LookupError)        the caller's: no connector has this name
├── ConnectorExists (ValueError)          the caller's: choose another name, or change the one that exists
├── InvalidConfiguration (ValueError)     the caller's: `faults` name each key and what to change
├── WrongState (RuntimeError)             the caller's: stop the connector first
├── SourceUnavailable (ConnectionError)   the database's: it is retried until it answers
├── SourceRefused                         the operator's: the text names the setting to change, here or there
├── PositionLost (LookupError)            the operator's: the log between here and there is gone; take a new snapshot
└── LeaseLost                             nobody's: another worker has taken the connector over, or it was deleted
"""

from collections.abc import Sequence

__all__ = [
    "CaptureError",
    "ConnectorExists",
    "InvalidConfiguration",
    "LeaseLost",
    "PositionLost",
    "SourceRefused",
    "SourceUnavailable",
    "UnknownConnector",
    "WrongState",
]


class CaptureError(Exception):
    """Anything that capture refuses or fails to do. No text holds a secret or a row's value."""


class UnknownConnector(CaptureError, LookupError):
    """No connector, or no task of it, has this name."""


class ConnectorExists(CaptureError, ValueError):
    """A connector has this name already."""


class InvalidConfiguration(CaptureError, ValueError):
    """A connector's configuration cannot work; each fault names its key."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class WrongState(CaptureError, RuntimeError):
    """What was asked needs the connector to be in another state."""


class SourceUnavailable(CaptureError, ConnectionError):
    """The database does not answer, or broke the connection."""


class SourceRefused(CaptureError):
    """The database answers, but not what is needed."""


class PositionLost(CaptureError, LookupError):
    """The database no longer has the changes that follow the last one recorded."""


class LeaseLost(CaptureError):
    """This task is no longer the connector's."""
