"""What can go wrong where capture, linkage and inference meet.

LivingLinkageError
├── WrongInvitation (ValueError)     the text that was handed over is cut or changed; ask for it again
├── InvitationUsed (PermissionError) the invitation was used, or the token is none; the unit makes a new one
├── NotJoined (RuntimeError)         this registry has joined no linkage yet; run `tally party join`
├── WrongEvent (ValueError)          a change event lacks what an encoding needs; the text names the field
├── UnitRefused (PermissionError)    the unit answered with a refusal; its own words are passed on
└── UnitUnavailable (ConnectionError)  the unit's door cannot be reached; nothing is lost, it is tried again
"""

__all__ = [
    "InvitationUsed",
    "LivingLinkageError",
    "NotJoined",
    "UnitRefused",
    "UnitUnavailable",
    "WrongEvent",
    "WrongInvitation",
]


class LivingLinkageError(Exception):
    """Any failure of the living linkage flow."""


class WrongInvitation(LivingLinkageError, ValueError):
    """An invitation that cannot be read."""


class InvitationUsed(LivingLinkageError, PermissionError):
    """An invitation that is good for nothing any more."""


class NotJoined(LivingLinkageError, RuntimeError):
    """A registry without a membership."""


class WrongEvent(LivingLinkageError, ValueError):
    """A change event that cannot be encoded."""


class UnitRefused(LivingLinkageError, PermissionError):
    """A request that the unit will not serve."""


class UnitUnavailable(LivingLinkageError, ConnectionError):
    """A unit that does not answer."""
