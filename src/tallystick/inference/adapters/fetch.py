"""Read the files behind a `storageUri`."""

import stat
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tallystick.inference.errors import InvalidManifest

__all__ = ["fetch"]

_LARGEST = 2 * 1024**3


def fetch(uri: str) -> Sequence[tuple[str, bytes]]:
    """Return the names and contents of a file, or of the files directly in a folder, behind `file:///PATH`."""
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise InvalidManifest(f"storageUri: {uri!r:.200}: {error}") from error
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost"):
        raise InvalidManifest(f"storageUri: {uri!r:.200} is none that can be read here; expected file:///PATH")
    path = Path(unquote(parts.path))
    if not path.is_absolute():
        raise InvalidManifest(f"storageUri: {uri!r:.200} needs an absolute path")
    if "\0" in str(path):
        raise InvalidManifest(f"storageUri: {uri!r:.200} holds a NUL, which no path does")
    try:
        found = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        kinds = [one.stat() for one in found]
        if not all(stat.S_ISREG(kind.st_mode) for kind in kinds):  # a pipe would be waited for, a device has no end
            raise InvalidManifest(f"storageUri: {path} is no regular file")
        if (size := sum(kind.st_size for kind in kinds)) > _LARGEST:
            raise InvalidManifest(f"storageUri: {size} bytes are more than a model may have ({_LARGEST})")
        return [(one.name, one.read_bytes()) for one in found]
    except OSError as error:
        raise InvalidManifest(f"storageUri: {path}: {error.strerror}") from error
