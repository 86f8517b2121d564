"""How a registry becomes a party: the unit invites, people carry the invitation, the registry joins at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from tallystick.edge.client_authorities import ClientAuthorities, one_authority
from tallystick.flows.living_linkage.domain.invitation import Invitation
from tallystick.flows.living_linkage.errors import InvitationUsed
from tallystick.linkage.domain.living.linkages import party_scope
from tallystick.linkage.living.errors import UnknownParty
from tallystick.linkage.living.service import LivingService
from tallystick.platform.auth import Tokens

__all__ = ["JOIN_SCOPE", "Door", "JoinRequest", "Joined", "Joining"]

JOIN_SCOPE = "party:join"
DAY_MS = 86_400_000


class JoinRequest(msgspec.Struct, frozen=True):
    """What a registry brings: the CA certificate of its own door, in PEM."""

    authority: Annotated[str, msgspec.Meta(pattern="^-----BEGIN CERTIFICATE-----", max_length=20_000)]


class Joined(msgspec.Struct, frozen=True):
    """What it gets: the token that speaks for the party, and what it is to send."""

    linkage: str
    party: str
    token: str
    schema_hash: str | None


@dataclass(frozen=True)
class Door:
    """The unit's own door as an invitation tells it: dialled address, server name, CA certificate in PEM."""

    address: str
    server_name: str
    authority: str


@dataclass(frozen=True)
class Joining:
    """The unit's side of joining."""

    living: LivingService
    tokens: Tokens
    trusted: ClientAuthorities
    """The parties' CA certificates, one file a party."""

    def invite(self, linkage: str, party: str, door: Door, *, days: int, by: str) -> Invitation:
        """Make an invitation for one party of a linkage; raises `UnknownLinkage` or `UnknownParty`."""
        if (known := self.living.linkage(linkage)).party(party) is None:
            named = ", ".join(each.name for each in known.parties)
            raise UnknownParty(f"linkage {linkage} has no party {party}, but {named}; name it in the settings")
        issued = self.tokens.issue(
            f"invitation of {party} to {linkage}",
            [JOIN_SCOPE, _join_scope(linkage, party)],
            lifetime_ms=days * DAY_MS,
            by=by,
        )
        return Invitation(
            address=door.address,
            server_name=door.server_name,
            authority=door.authority,
            linkage=linkage,
            party=party,
            token=issued.text.reveal(),
        )

    def join(self, token_id: str, scopes: Sequence[str], request: JoinRequest) -> Joined:
        """Use up the invitation behind `token_id`; raises `InvitationUsed`, or before that `WrongAuthority`."""
        linkage, party = _invited(scopes)
        authority = one_authority(request.authority)
        if not self.tokens.revoke(token_id, by=party):
            raise InvitationUsed(f"this invitation of {party} was used already; ask the unit for a new one")
        self.trusted.trust(f"{linkage}.{party}", authority)
        joined = self.living.join(linkage, party)
        issued = self.tokens.issue(party, [party_scope(linkage, party)], by=party)
        return Joined(linkage, party, issued.text.reveal(), joined.schema_hash)


def _join_scope(linkage: str, party: str) -> str:
    return f"{JOIN_SCOPE}:{linkage}:{party}"


def _invited(scopes: Sequence[str]) -> tuple[str, str]:
    for scope in scopes:
        if scope.startswith(JOIN_SCOPE + ":"):
            linkage, _, party = scope.removeprefix(JOIN_SCOPE + ":").partition(":")
            return linkage, party
    raise InvitationUsed("this token is no invitation")
