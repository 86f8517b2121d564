"""What can go wrong before a request is answered.

ListenError (OSError)           the operator can mend it
├── AddressTaken                another process listens there
└── AddressRefused              the address is malformed, not ours, or not allowed
"""

__all__ = ["AddressRefused", "AddressTaken", "ListenError"]


class ListenError(OSError):
    """An address that cannot be listened on."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"cannot listen on {address}: {reason}")
        self.address = address


class AddressTaken(ListenError):
    """Another process listens there already."""


class AddressRefused(ListenError):
    """The address is malformed, does not belong to this machine, or may not be used."""
