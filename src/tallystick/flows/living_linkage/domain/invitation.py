"""What a linkage unit hands to a registry, by way of people: where its door is, whom to believe, a one-time token."""

import base64
import binascii
import zlib

import msgspec

from tallystick.flows.living_linkage.errors import WrongInvitation

__all__ = ["Invitation"]

MARK = "tally-invitation-1."


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation to join a linkage as one party.

    `address` is dialled (host:port), `server_name` is sent in the ClientHello and checked against `authority`, the
    unit's CA certificate in PEM. `token` is good for one join.
    """

    address: str
    server_name: str
    authority: str
    linkage: str
    party: str
    token: str

    def text(self) -> str:
        """Write the invitation as one line that people can pass on."""
        body = zlib.compress(msgspec.json.encode(self), 9)
        return MARK + base64.urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode()

    @classmethod
    def read(cls, text: str) -> "Invitation":
        """Read one line back; raises `WrongInvitation` when it is cut or changed."""
        line = "".join(text.split())
        if not line.startswith(MARK):
            raise WrongInvitation(f"an invitation begins with '{MARK}'; this one begins with '{line[:20]}'")
        try:
            raw = base64.urlsafe_b64decode(line.removeprefix(MARK))
            body = raw[4:]
            if zlib.crc32(body) != int.from_bytes(raw[:4], "big"):
                raise WrongInvitation("the invitation was cut or changed on its way; ask the unit for a new one")
            return msgspec.json.decode(zlib.decompress(body), type=cls)
        except (binascii.Error, zlib.error, msgspec.DecodeError) as error:
            raise WrongInvitation(f"the invitation was cut or changed on its way ({error})") from error
