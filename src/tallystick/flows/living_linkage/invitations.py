"""The registry's side of joining: read the invitation, knock at the unit's door, keep what it gives."""

from pathlib import Path

import msgspec

from tallystick.edge.client import Door
from tallystick.flows.living_linkage.adapters.membership import Membership, MembershipFile
from tallystick.flows.living_linkage.adapters.unit_door import join
from tallystick.flows.living_linkage.domain.invitation import Invitation

__all__ = ["accept"]


class _Joined(msgspec.Struct):
    linkage: str
    party: str
    token: str


def accept(text: str, membership: MembershipFile, authority: Path) -> Membership:
    """Join with an invitation; `authority` is the CA certificate of this registry's own door.

    Raises `WrongInvitation`, `UnitRefused` or `UnitUnavailable`.
    """
    invitation = Invitation.read(text)
    membership.authority.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    membership.authority.write_text(invitation.authority)
    door = Door(invitation.address, invitation.server_name, membership.authority)
    answer = msgspec.json.decode(join(door, invitation.token, authority.read_text()), type=_Joined)
    joined = Membership(
        address=invitation.address,
        server_name=invitation.server_name,
        authority=invitation.authority,
        linkage=answer.linkage,
        party=answer.party,
        token=answer.token,
    )
    membership.write(joined)
    return joined
