"""Read the files behind a `storageUri`."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tallystick.inference.errors import InvalidManifest

__all__ = ["fetch"]

_LARGEST = 2 * 1024**3


def fetch(uri: str) -> Sequence[tuple[str, bytes]]:
    """Return the names and contents of a file, or of the files directly in a folder, behind `file:///PATH`."""
    parts = urlsplit(uri)
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost"):
        raise InvalidManifest(f"storageUri: {uri!r:.200} is none that can be read here; expected file:///PATH")
    path = Path(unquote(parts.path))
    if not path.is_absolute():
        raise InvalidManifest(f"storageUri: {uri!r:.200} needs an absolute path")
    try:
        found = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        if (size := sum(one.stat().st_size for one in found)) > _LARGEST:
            raise InvalidManifest(f"storageUri: {size} bytes are more than a model may have ({_LARGEST})")
        return [(one.name, one.read_bytes()) for one in found]
    except OSError as error:
        raise InvalidManifest(f"storageUri: {path}: {error.strerror}") from error
