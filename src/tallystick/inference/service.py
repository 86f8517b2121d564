"""Applying, listing and deleting services: what an operator does."""

from collections.abc import Mapping, Sequence

from tallystick.inference.domain.manifest import Manifest
from tallystick.inference.domain.revision import ModelFile, Revision, Service, revision_of
from tallystick.inference.errors import ModelNotFound
from tallystick.inference.ports import Check, Contents, Fetch, LoadFrom, Services

__all__ = ["ModelService"]


class ModelService:
    """Turns manifests into durable revisions; model servers follow the list of services on their own."""

    def __init__(self, services: Services, contents: Contents, fetch: Fetch, check: Check, load_from: LoadFrom) -> None:
        self._services = services
        self._contents = contents
        self._fetch = fetch
        self._check = check
        self._load_from = load_from

    def apply(self, manifest: Manifest, *, trusted_pickles: Sequence[str] = (), rehearse: bool = False) -> Service:
        """Keep the model's files, then make them the desired revision of the service.

        With `rehearse` it is loaded before anything is kept. Raises `InvalidManifest` for a wrong address and
        `ModelRefused` for files that no engine would load, or that one could not when it tried.
        """
        contents = dict(self._fetch(manifest.storage_uri))
        revision = _revision(manifest, contents, trusted_pickles)
        self._check(revision)
        if rehearse:
            self._load_from(revision, lambda file: contents[file.name])
        for content in contents.values():
            self._contents.put(content)
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


def _revision(manifest: Manifest, contents: Mapping[str, bytes], trusted_pickles: Sequence[str]) -> Revision:
    files = tuple(ModelFile.of(name, content) for name, content in contents.items())
    return revision_of(manifest.name, manifest.format, files, tuple(sorted(trusted_pickles)))
