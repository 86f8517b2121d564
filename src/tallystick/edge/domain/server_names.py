"""What a door may be called."""

import ipaddress
import re
from collections.abc import Sequence

from tallystick.edge.errors import ConfigurationInvalid

__all__ = ["check_server_names"]

FIELD = "edge.names"
LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
NAME = re.compile(rf"(\*|(\*\.)?{LABEL}(\.{LABEL})*)")
LONGEST = 253


def check_server_names(names: Sequence[str]) -> None:
    """Raise `ConfigurationInvalid` unless there is a name, and each is a DNS name, a wildcard or an IP address."""
    if not names:
        raise ConfigurationInvalid(FIELD, "a door needs at least one name")
    for name in names:
        if not _is_name(name):
            reason = f"{name!r} is neither a DNS name nor an IP address"
            hint = "" if name.isascii() else "; write it in ASCII, as xn--..."
            raise ConfigurationInvalid(FIELD, reason + hint)


def _is_name(name: str) -> bool:
    if NAME.fullmatch(name):
        return len(name) <= LONGEST
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
