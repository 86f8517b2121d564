"""Whether a door could listen on an address."""

import errno
import ipaddress
import socket

from tallystick.edge.errors import ConfigurationInvalid, EdgeStartFailed

__all__ = ["try_address"]

FIELD = "edge.listen"


def try_address(listen: str) -> None:
    """Bind the address for a moment; raises `ConfigurationInvalid` or `EdgeStartFailed`, which name the setting."""
    host, _, port = listen.rpartition(":")
    try:
        version = ipaddress.ip_address(host.strip("[]")).version
        number = int(port)
        if not 0 <= number <= 65_535:
            raise ValueError
    except ValueError:
        raise ConfigurationInvalid(FIELD, f"expected IP:PORT, found {listen!r}") from None
    family = socket.AF_INET6 if version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host.strip("[]"), number))
            attempt.listen(1)
        except OSError as error:
            raise EdgeStartFailed(f"{FIELD}: {_reason(listen, error)}") from error


def _reason(listen: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"another program listens on {listen}; stop it or choose another address"
    return f"cannot listen on {listen}: {error.strerror}"
