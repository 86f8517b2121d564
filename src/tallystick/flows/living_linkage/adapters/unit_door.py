"""The linkage unit as one party reaches it: through the unit's TLS door, with the party's token."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tallystick.edge.client import Door, DoorClient
from tallystick.edge.errors import DoorError, DoorRefused
from tallystick.flows.living_linkage.adapters.membership import Membership
from tallystick.flows.living_linkage.domain.epochs import EpochOfEncodings
from tallystick.flows.living_linkage.domain.unit import Encoded, MatchPage
from tallystick.flows.living_linkage.errors import UnitRefused, UnitUnavailable

__all__ = ["UnitDoor", "join"]

PAGE = 2000
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses of a unit that starts, drains or is short of something; the call is repeated."""

_page = msgspec.json.Decoder(MatchPage)


class UnitDoor:
    """Speaks for one party; raises `UnitUnavailable` when a call may be repeated, `UnitRefused` when not."""

    def __init__(self, membership: Membership, authority: Path, epoch: EpochOfEncodings | None = None) -> None:
        door = Door(membership.address, membership.server_name, authority)
        self._client = DoorClient(door, token=membership.token)
        self._membership = membership.id
        self._path = f"/v1/linkages/{membership.linkage}/parties/{membership.party}"
        self._epoch = epoch
        self._declared = False

    def close(self) -> None:
        """Close the kept connections."""
        self._client.close()

    def place(self) -> str:
        """Name what the changes go into: a membership and an epoch."""
        return f"{self._membership}/{self._known_epoch().id}"

    def upsert(self, batch: str, changes: Sequence[Encoded]) -> None:
        """Hand over changes; the batch's id tells its contents, so that only a true repetition counts as one."""
        body = msgspec.msgpack.encode({"records": changes})
        name = f"{batch}/{hashlib.sha256(body).hexdigest()[:16]}"
        content = msgspec.msgpack.encode({"batch": name, "records": changes})
        headers = {"content-type": "application/msgpack"}
        self._call("POST", f"{self._opened_epoch()}/encodings", content=content, headers=headers)

    def complete_snapshot(self, generation: int) -> None:
        """Declare a snapshot complete."""
        self._call("POST", f"{self._opened_epoch()}/snapshots/{generation}/complete")

    def matches(self, after: str) -> MatchPage:
        """Read one page of this party's matches."""
        return _page.decode(self._call("GET", f"{self._path}/matches", params={"after": after, "limit": str(PAGE)}))

    def _opened_epoch(self) -> str:
        """Declare the epoch before its first use; return its path."""
        epoch = self._known_epoch()
        path = f"{self._path}/epochs/{epoch.id}"
        if not self._declared:
            declaration = {
                "schema_hash": epoch.schema_hash,
                "key_id": epoch.key_id,
                "encoding_bytes": epoch.encoding_bytes,
            }
            headers = {"content-type": "application/json"}
            self._call("PUT", path, content=msgspec.json.encode(declaration), headers=headers)
            self._declared = True
        return path

    def _known_epoch(self) -> EpochOfEncodings:
        if self._epoch is None:
            raise UnitRefused("this process reads matches and knows no epoch")
        return self._epoch

    def _call(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
    ) -> bytes:
        try:
            return self._client.request(method, path, content=content, headers=headers, params=params).content
        except DoorRefused as refusal:
            raise _kind(refusal)(str(refusal)) from refusal
        except DoorError as error:
            raise UnitUnavailable(str(error)) from error


def join(door: Door, token: str, authority: str) -> bytes:
    """Use an invitation's token at the unit's door; return the answer's JSON."""
    with DoorClient(door, token=token) as client:
        try:
            content = msgspec.json.encode({"authority": authority})
            headers = {"content-type": "application/json"}
            return client.request("POST", "/v1/parties/join", content=content, headers=headers).content
        except DoorRefused as refusal:
            raise _kind(refusal)(str(refusal)) from refusal
        except DoorError as error:
            raise UnitUnavailable(str(error)) from error


def _kind(refusal: DoorRefused) -> type[UnitUnavailable | UnitRefused]:
    """Tell a unit that is starting or busy from one that says no."""
    return UnitUnavailable if refusal.status in RETRIED else UnitRefused
