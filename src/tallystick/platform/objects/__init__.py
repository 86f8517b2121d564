"""Keep bytes: in a local directory, in memory, or in S3, by the same few verbs.

Contents are filed under their SHA-256 and stored once; named objects lie under a key and may be replaced. Both stream
in bounded memory, and an object is seen whole or not at all. Contents are checked against their digest when read.
"""

from tallystick.platform.objects.contents import Digest
from tallystick.platform.objects.errors import (
    CorruptObjectError,
    InvalidKeyError,
    InvalidObjectsUrlError,
    ObjectNotFoundError,
    ObjectsDeniedError,
    ObjectsError,
    ObjectsUnavailableError,
)
from tallystick.platform.objects.objects import NamedObject, Objects
from tallystick.platform.objects.settings import ObjectsSettings

__all__ = [
    "CorruptObjectError",
    "Digest",
    "InvalidKeyError",
    "InvalidObjectsUrlError",
    "NamedObject",
    "ObjectNotFoundError",
    "Objects",
    "ObjectsDeniedError",
    "ObjectsError",
    "ObjectsSettings",
    "ObjectsUnavailableError",
]
