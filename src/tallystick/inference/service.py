"""Applying, listing and deleting services: what an operator does."""

from collections.abc import Sequence

from tallystick.inference.domain.manifest import Manifest
from tallystick.inference.domain.revision import Service, revision_of
from tallystick.inference.errors import ModelNotFound
from tallystick.inference.ports import Check, Contents, Fetch, Services

__all__ = ["ModelService"]


class ModelService:
    """Turns manifests into durable revisions; model servers follow the list of services on their own."""

    def __init__(self, services: Services, contents: Contents, fetch: Fetch, check: Check) -> None:
        self._services = services
        self._contents = contents
        self._fetch = fetch
        self._check = check

    def apply(self, manifest: Manifest, *, trusted_pickles: Sequence[str] = ()) -> Service:
        """Keep the model's files, then make them the desired revision of the service.

        Raises `InvalidManifest` for a wrong address and `ModelRefused` for files that no engine would load.
        """
        files = [self._contents.put(name, content) for name, content in self._fetch(manifest.storage_uri)]
        revision = revision_of(manifest.name, manifest.format, tuple(files), tuple(sorted(trusted_pickles)))
        self._check(revision)
        return self._services.desire(revision)

    def services(self) -> list[Service]:
        """Return every service, by name."""
        return self._services.all()

    def service(self, name: str) -> Service:
        """Return one service; raises `ModelNotFound`."""
        for service in self._services.all():
            if service.name == name:
                return service
        raise ModelNotFound(f"Model with name {name} does not exist.")

    def delete(self, name: str) -> None:
        """Forget a service; raises `ModelNotFound` when there is none."""
        if not self._services.delete(name):
            raise ModelNotFound(f"Model with name {name} does not exist.")
