"""Services and their revisions."""

from hashlib import sha256

import msgspec

__all__ = ["ModelFile", "Revision", "Service", "revision_of"]


class ModelFile(msgspec.Struct, frozen=True):
    """A file of a model, in the object store under its SHA-256."""

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, name: str, content: bytes) -> "ModelFile":
        """Describe a file by its content."""
        return cls(name, sha256(content).hexdigest(), len(content))


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A model as it can be loaded again, bit for bit; `id` is a digest of all the rest.

    `pickles` are the SHA-256 of files that an operator trusts to run code when they are loaded.
    """

    id: str
    service: str
    format: str
    files: tuple[ModelFile, ...]
    pickles: tuple[str, ...] = ()


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A name that clients call; `version` counts the changes of `desired`, `failure` says why that does not serve."""

    name: str
    version: int
    desired: Revision
    serving: Revision | None = None
    serving_version: int = 0
    failure: str = ""

    @property
    def state(self) -> str:
        """`ready`, `failed` (an older revision may still serve), or `pending`."""
        if self.failure:
            return "failed"
        return "ready" if self.serving == self.desired else "pending"


def revision_of(service: str, model_format: str, files: tuple[ModelFile, ...], pickles: tuple[str, ...]) -> Revision:
    """Make the revision of a service from what it loads; the same content gives the same id."""
    content = msgspec.json.encode((service, model_format, files, pickles))
    digest = sha256(content).hexdigest()[:16]
    return Revision(id=digest, service=service, format=model_format, files=files, pickles=pickles)
