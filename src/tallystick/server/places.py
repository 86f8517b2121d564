"""Where an organisation's sockets lie."""

import os
from pathlib import Path

from tallystick.platform.settings import WrongSetting

__all__ = ["api_socket", "check_sockets", "models_socket"]

LONGEST = 107
"""Bytes that a unix socket's address may have."""


def api_socket(data_dir: Path) -> Path:
    """Return the unix socket on which the API answers the edge."""
    return data_dir / "run" / "api.sock"


def models_socket(data_dir: Path) -> Path:
    """Return the unix socket on which the model server answers."""
    return data_dir / "run" / "models.sock"


def check_sockets(data_dir: Path) -> None:
    """Raise `WrongSetting` for a data directory in which no socket could have an address."""
    longest = models_socket(data_dir)
    if (excess := len(os.fsencode(longest)) - LONGEST) > 0:
        raise WrongSetting(f"data_dir: {data_dir} is {excess} bytes too long: {longest} must be an address of a socket")
