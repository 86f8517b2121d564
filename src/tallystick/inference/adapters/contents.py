"""Model files in the object store, under their digests."""

from tallystick.inference.domain.revision import ModelFile
from tallystick.inference.errors import ContentsUnavailable, ModelRefused
from tallystick.platform.objects import CorruptObjectError, Digest, ObjectNotFoundError, Objects, ObjectsError

__all__ = ["ObjectContents"]


class ObjectContents:
    """The platform's object store, as model files need it."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put(self, content: bytes) -> None:
        """Keep a file's content under its digest."""
        self._objects.put(content)

    def read(self, file: ModelFile) -> bytes:
        """Return what was kept; raises `ModelRefused` when it is gone, `ContentsUnavailable` for a while."""
        try:
            return b"".join(self._objects.read(Digest(file.sha256, file.size)))
        except (ObjectNotFoundError, CorruptObjectError) as error:
            raise ModelRefused(f"{file.name} cannot be read from the object store: {error}") from error
        except ObjectsError as error:
            raise ContentsUnavailable(f"{file.name} cannot be read now: {error}") from error
