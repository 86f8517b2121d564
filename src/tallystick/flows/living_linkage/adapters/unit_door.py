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
from tallystick.linkage.domain.living.linkages import epoch_id

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
        self._path = f"/v1/linkages/{membership.linkage}/parties/{membership.party}"
        self._epoch = epoch
        self._declared = False

    def close(self) -> None:
        """Close the kept connections."""
        self._client.close()

    def upsert(self, batch: str, changes: Sequence[Encoded]) -> None:
        """Hand over changes; the batch's id tells its contents, so that only a true repetition counts as one."""
        encodings = [change.encoding for change in changes if change.encoding is not None]
        epoch = self._open(len(encodings[0]) if encodings else None)
        body = msgspec.msgpack.encode({"records": changes})
        name = f"{batch}/{hashlib.sha256(body).hexdigest()[:16]}"
        content = msgspec.msgpack.encode({"batch": name, "records": changes})
        headers = {"content-type": "application/msgpack"}
        self._call("POST", f"{self._path}/epochs/{epoch}/encodings", content=content, headers=headers)

    def complete_snapshot(self, generation: int) -> None:
        """Declare a snapshot complete."""
        self._call("POST", f"{self._path}/epochs/{self._open(None)}/snapshots/{generation}/complete")

    def matches(self, after: str) -> MatchPage:
        """Read one page of this party's matches."""
        return _page.decode(self._call("GET", f"{self._path}/matches", params={"after": after, "limit": str(PAGE)}))

    def _open(self, encoding_bytes: int | None) -> str:
        """Declare the epoch before its first use; return its id."""
        if self._epoch is None:
            raise UnitRefused("this process reads matches and knows no epoch")
        identity = epoch_id(self._epoch.schema_hash, self._epoch.key_id)
        if not self._declared and encoding_bytes is not None:
            declaration = {
                "schema_hash": self._epoch.schema_hash,
                "key_id": self._epoch.key_id,
                "encoding_bytes": encoding_bytes,
            }
            content = msgspec.json.encode(declaration)
            headers = {"content-type": "application/json"}
            self._call("PUT", f"{self._path}/epochs/{identity}", content=content, headers=headers)
            self._declared = True
        return identity

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
