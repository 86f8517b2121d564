"""What a registry keeps of the linkage it joined: a file of mode 0600 in its data directory."""

import hashlib
import os
from pathlib import Path

import msgspec

from tallystick.flows.living_linkage.errors import NotJoined

__all__ = ["Membership", "MembershipFile"]


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """Where the unit's door is, whom to believe there (CA in PEM), and the token that speaks for this party."""

    address: str
    server_name: str
    authority: str
    linkage: str
    party: str
    token: str

    @property
    def id(self) -> str:
        """Name this membership: whoever joins again has another one, since the unit may be another too."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Membership({self.party} of {self.linkage} at {self.server_name})"


class MembershipFile:
    """Reads and writes the membership."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "membership.json"
        self.authority = data_dir / "unit-authority.pem"

    def exists(self) -> bool:
        """Tell whether this registry has joined."""
        return self.path.exists()

    def read(self) -> Membership:
        """Return the membership; raises `NotJoined`."""
        try:
            membership = msgspec.json.decode(self.path.read_bytes(), type=Membership)
        except FileNotFoundError:
            raise NotJoined("this registry has joined no linkage; run: tally party join INVITATION") from None
        if not self.authority.exists():
            self.authority.write_text(membership.authority)
        return membership

    def write(self, membership: Membership) -> None:
        """Keep a membership, whole or not at all; an earlier one is replaced."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.authority.write_text(membership.authority)
        fresh = self.path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(membership))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
