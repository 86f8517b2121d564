"""Write small files so that they are whole or absent, and secret ones readable by their owner alone."""

import os
import tempfile
from pathlib import Path

__all__ = ["make_private_directory", "write_private", "write_public"]


def make_private_directory(directory: Path) -> None:
    """Make a directory that only its owner can enter."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Replace a file atomically; mode 0600 from its first byte on."""
    _replace(path, content, 0o600)


def write_public(path: Path, content: bytes) -> None:
    """Replace a file atomically; mode 0644."""
    _replace(path, content, 0o644)


def _replace(path: Path, content: bytes, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
