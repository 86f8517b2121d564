"""What the services need from the outside: a durable list of services, and the bytes of model files."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tallystick.inference.domain.model import Model
from tallystick.inference.domain.revision import ModelFile, Revision, Service

__all__ = ["Check", "Contents", "Fetch", "Load", "LoadFrom", "Services"]


class Services(Protocol):
    """Services and their revisions, kept durably."""

    def all(self) -> list[Service]:
        """Return every service, by name."""
        ...

    def desire(self, revision: Revision) -> Service:
        """Make this the desired revision of its service, and count the version up unless it already is."""
        ...

    def record_serving(self, service: Service) -> None:
        """Note that the desired revision serves now, unless another one is desired by now."""
        ...

    def record_failure(self, service: Service, reason: str) -> None:
        """Note why the desired revision does not serve, unless another one is desired by now."""
        ...

    def delete(self, name: str) -> bool:
        """Forget a service; false when there was none."""
        ...


class Contents(Protocol):
    """The bytes of model files."""

    def put(self, content: bytes) -> None:
        """Keep a file's content under its digest."""
        ...

    def read(self, file: ModelFile) -> bytes:
        """Return what was kept; raises `ModelRefused` when it is gone or damaged, `ContentsUnavailable` for a while."""
        ...


Fetch = Callable[[str], Sequence[tuple[str, bytes]]]
"""Read the files behind a `storageUri`: names and contents; raises `InvalidManifest` naming what is wrong with it."""

Load = Callable[[Revision], Model]
"""Load a revision into memory; raises `ModelRefused`."""

LoadFrom = Callable[[Revision, Callable[[ModelFile], bytes]], Model]
"""Load a revision whose files are read by the given function; raises `ModelRefused`."""

Check = Callable[[Revision], ModelFile]
"""Say which file a revision is loaded from; raises `ModelRefused`."""
