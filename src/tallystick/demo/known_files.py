"""The unit's folder of packages, and what its catalog says of them through its door."""

import hashlib
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tallystick.catalog.wiring import Catalog
from tallystick.demo.errors import StepFailed
from tallystick.edge.client import Door, DoorClient
from tallystick.edge.wiring import authority_of
from tallystick.flows.known_files import sample_packages
from tallystick.platform.auth import Tokens
from tallystick.server.wiring import Organisation

__all__ = ["FOLDER", "KnownFiles"]

FOLDER = "packages"
LOOKED_UP = 40
ALGORITHMS = ("md5", "sha1", "sha256")
MINUTE_MS = 60_000


class _Found(msgspec.Struct, rename={"sha256": "SHA-256"}):
    sha256: str


_found = msgspec.json.Decoder(_Found)


@dataclass(frozen=True)
class KnownFiles:
    """The catalog of one organisation, whose folder holds packages of this product's own files."""

    organisation: Organisation
    directory: Path

    @classmethod
    def of(cls, organisation: Organisation, directory: Path) -> "KnownFiles":
        """Take an organisation whose settings file lies in `directory`."""
        return cls(organisation, directory / FOLDER)

    @property
    def catalog(self) -> Catalog:
        """What the organisation knows of files."""
        return self.organisation.catalog

    def packages(self) -> list[Path]:
        """List the packages in the folder."""
        return sorted(self.directory.iterdir())

    def hashed(self) -> bool:
        """Tell whether every package, as it lies in the folder now, is catalogued."""
        known = {source.sha256 for source in self.catalog.service.sources(limit=1000)}
        return all(hashlib.sha256(package.read_bytes()).hexdigest() in known for package in self.packages())

    def measure(self) -> dict[str, object]:
        """Count what is known, and look up files of this installation by each digest; raises `StepFailed`.

        The digests are taken here, from the installed files, not from what the catalog says.
        """
        counts = self.catalog.service.counts()
        files = sample_packages.own_files()[:: max(1, len(sample_packages.own_files()) // LOOKED_UP)]
        with self._client() as client:
            times = [_look_up(client, file, algorithm) for file in files for algorithm in ALGORITHMS]
        return {
            "packages": len(self.packages()),
            "sources": counts.sources,
            "contents": counts.contents,
            "occurrences": counts.occurrences,
            "lookups": len(times),
            "lookup_median_ms": round(statistics.median(times), 2),
        }

    @contextmanager
    def _client(self) -> Iterator[DoorClient]:
        """Call through the organisation's TLS door, by a token of a minute's life."""
        settings = self.organisation.settings
        authority = authority_of(self.organisation.data_dir, settings.name).certificate
        tokens = Tokens(self.organisation.platform.store)
        token = tokens.issue("demo", ["catalog:read"], lifetime_ms=MINUTE_MS, by="demo")
        door = Door(settings.edge.listen, settings.edge.names[0], authority)
        with DoorClient(door, token=token.text.reveal()) as client:
            yield client
        tokens.revoke(token.id, by="demo")


def _look_up(client: DoorClient, file: Path, algorithm: str) -> float:
    """Look one file up by one digest; return the milliseconds it took."""
    content = file.read_bytes()
    digest = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    begun = time.perf_counter()
    answer = client.request("GET", f"/hashlookup/lookup/{algorithm}/{digest}").content
    took = (time.perf_counter() - begun) * 1000
    if _found.decode(answer).sha256.lower() != hashlib.sha256(content).hexdigest():
        raise StepFailed(f"{algorithm} {digest} was answered by another file")
    return took
