"""Whether a door could listen on an address."""

import errno
import ipaddress
import re
import socket

from tallystick.edge.errors import ConfigurationInvalid, EdgeStartFailed

__all__ = ["try_address"]

FIELD = "edge.listen"
ADDRESS = re.compile(r"(\[(?P<six>[^]]+)]|(?P<four>[0-9.]+)):(?P<port>[0-9]{1,5})")
HIGHEST_PORT = 65_535


def try_address(listen: str) -> None:
    """Bind the address for a moment; raises `ConfigurationInvalid` or `EdgeStartFailed`, which name the setting."""
    host, port = _parsed(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
            attempt.listen(1)
        except OSError as error:
            raise EdgeStartFailed(f"{FIELD}: {_reason(listen, error)}") from error


def _parsed(listen: str) -> tuple[str, int]:
    found = ADDRESS.fullmatch(listen)
    try:
        if not found or int(found["port"]) > HIGHEST_PORT:
            raise ValueError
        host = ipaddress.IPv6Address(found["six"]) if found["six"] else ipaddress.IPv4Address(found["four"])
    except ValueError:
        raise ConfigurationInvalid(FIELD, f"expected IP:PORT, found {listen!r}") from None
    return str(host), int(found["port"])


def _reason(listen: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"another program listens on {listen}; stop it or choose another address"
    return f"cannot listen on {listen}: {error.strerror}"
