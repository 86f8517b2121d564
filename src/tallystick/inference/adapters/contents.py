"""Model files under their digests in a local directory."""

import os
from hashlib import sha256
from pathlib import Path

from tallystick.inference.errors import ModelRefused

__all__ = ["LocalContents"]


class LocalContents:
    """A directory of files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content` and return its digest."""
        digest = sha256(content).hexdigest()
        path = self._folder / digest
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(content)
            fresh.replace(path)
        return digest

    def read(self, sha256: str) -> bytes:
        """Return what was kept; raises `ModelRefused` when it is gone."""
        try:
            return (self._folder / sha256).read_bytes()
        except OSError as error:
            raise ModelRefused(f"the model's file {sha256} is gone from the object store") from error
