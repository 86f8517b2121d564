"""Where objects lie inside a store."""

import re
import uuid

from tallystick.platform.objects.contents import Digest
from tallystick.platform.objects.errors import InvalidKeyError

__all__ = ["INCOMING", "NAMED", "contents_key", "incoming_key", "named_key"]

NAMED = "named"
INCOMING = "incoming"
SEGMENT = re.compile(r"[A-Za-z0-9_.=@+-]{1,255}")
LONGEST_KEY = 900  # S3 allows 1,024 bytes, and a prefix takes some of them


def contents_key(digest: Digest) -> str:
    """File contents under their hash, 256 directories wide."""
    return f"sha256/{digest.sha256[:2]}/{digest.sha256}"


def incoming_key() -> str:
    """Name a place for contents that are still arriving."""
    return f"{INCOMING}/{uuid.uuid4().hex}"


def named_key(key: str) -> str:
    """Check a caller's key, such as `models/pair/3/model.onnx`; raises InvalidKeyError."""
    segments = key.split("/")
    if len(key) > LONGEST_KEY or any(not SEGMENT.fullmatch(one) or one in {".", ".."} for one in segments):
        raise InvalidKeyError(
            f"{key!r} cannot name an object: use segments of letters, digits and _.=@+- between slashes"
        )
    return f"{NAMED}/{key}"
