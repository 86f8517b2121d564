"""The three organisations of the demo: directories, secrets and settings files, made once and found again."""

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from tallystick.demo.errors import DirectoryInUse
from tallystick.demo.known_files import FOLDER
from tallystick.demo.postgres import Database
from tallystick.demo.private_files import write_private
from tallystick.demo.schema import linkage_schema
from tallystick.flows.known_files import sample_packages
from tallystick.platform.private_directory import ensure_private

__all__ = ["LINKAGE", "REGISTRIES", "Site", "Sites"]

REGISTRIES = ("north", "south")
LINKAGE = "people"
MARK = ".tally-demo"


@dataclass(frozen=True)
class Site:
    """One organisation's directory."""

    name: str
    directory: Path

    @property
    def config(self) -> Path:
        """Its settings file."""
        return self.directory / "tally.toml"

    @property
    def host(self) -> str:
        """The server name of its door."""
        return f"{self.name}.localhost"

    def secret(self, name: str) -> Path:
        """Return the file of one of its secrets."""
        return self.directory / f"{name}.secret"


@dataclass(frozen=True)
class Sites:
    """The demo's directory."""

    directory: Path

    @classmethod
    def prepare(cls, directory: Path) -> "Sites":
        """Make what is missing; raises `DirectoryInUse` for a directory that holds something else."""
        if directory.exists() and any(directory.iterdir()) and not (directory / MARK).exists():
            raise DirectoryInUse(f"{directory} holds something else; name another one with --data-dir")
        ensure_private(directory)
        (directory / MARK).touch()
        sites = cls(directory)
        for site in (*map(sites.site, REGISTRIES), sites.unit):
            site.directory.mkdir(mode=0o700, exist_ok=True)
        sites._share_linkage_secret()
        for name in REGISTRIES:
            sites._settle_registry(sites.site(name))
        _settle(sites.unit, _unit_settings())
        sample_packages.build(sites.unit.directory / FOLDER)
        return sites

    def site(self, name: str) -> Site:
        """Return one organisation."""
        return Site(name, self.directory / name)

    @property
    def unit(self) -> Site:
        """The linkage unit."""
        return self.site("unit")

    @property
    def truth(self) -> Path:
        """The file of the truth, which no service reads: one line for each row that was ever made."""
        return self.directory / "truth.jsonl"

    def database(self, registry: str) -> Database:
        """Return a registry's PostgreSQL; its data lies beside the organisations, since other users pass through it."""
        return Database.prepare(self.directory / "postgres" / registry, self.site(registry).secret("database-password"))

    def _share_linkage_secret(self) -> None:
        """Make the linkage secret at the first registry and hand it to the others, as people would."""
        first, *others = (self.site(name).secret("linkage") for name in REGISTRIES)
        _write_secret(first, secrets.token_urlsafe(32))
        for other in others:
            _write_secret(other, first.read_text())

    def _settle_registry(self, site: Site) -> None:
        _write_secret(site.secret("record-key"), secrets.token_urlsafe(32))
        database = self.database(site.name)
        _write_secret(site.secret("database"), database.url())
        write_private(site.directory / "schema.json", linkage_schema().decode())
        _settle(site, REGISTRY_SETTINGS)


def _settle(site: Site, text: str) -> None:
    """Write the settings file once; its door keeps the port that was free then."""
    if not site.config.exists():
        head = f'name = "{site.name}"\ndata_dir = "."\n\n'
        door = f'[edge]\nlisten = "127.0.0.1:{_free_port()}"\nnames = ["{site.host}"]\n\n'
        write_private(site.config, head + door + text)


REGISTRY_SETTINGS = """[registry]
database_file = "database.secret"
table = "public.person"
schema = "schema.json"
linkage_secret_file = "linkage.secret"
record_key_secret_file = "record-key.secret"
"""


def _unit_settings() -> str:
    parties = ", ".join(f'"{name}"' for name in REGISTRIES)
    return (
        f'[linkage]\n\n[inference]\n\n[catalog]\nfolders = ["{FOLDER}"]\n\n'
        f"[unit.linkages.{LINKAGE}]\nparties = [{parties}]\n"
        "threshold = 0.7\ngrey_zone = [0.72, 0.85]\n"
    )


def _write_secret(file: Path, text: str) -> None:
    if not file.exists():
        write_private(file, text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
