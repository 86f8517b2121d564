"""A demo that goes on living: three organisations behind their TLS doors, a change a second."""

import base64
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.vocabulary.processes import eventually

from tallystick.demo.scene import Scene
from tallystick.demo.sites import REGISTRIES, Sites
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.linkage.living.wire import LinkageStatus
from tallystick.platform.auth import Logins
from tallystick.platform.store import Store
from tallystick.platform.supervisor import status

__all__ = ["WaitingDemo", "waiting_demo"]

PATIENCE_S = 120.0
QUIET_S = 0.7
LINK = re.compile(r"(https://(\w+)\.localhost:\d+)/login/\S+")
TALLY = (sys.executable, "-c", "from tallystick.cli import main; main()")


@dataclass(frozen=True)
class WaitingDemo:
    """A running demo: its doors, what its registries and its unit know, and how to hold it still."""

    directory: Path
    output: Path
    process: "subprocess.Popen[bytes]"

    @cached_property
    def links(self) -> Mapping[str, str]:
        """The first login link of each organisation, as the terminal showed it."""
        return {found[2]: found[0] for found in reversed(list(LINK.finditer(self.output.read_text())))}

    def door(self, name: str) -> str:
        """Return the address of an organisation's door."""
        return self.links[name].partition("/login/")[0]

    @cached_property
    def keys(self) -> str:
        """The doors' public keys, as Chromium takes them to believe their certificates and no others."""
        issued = [
            path for name in ("unit", *REGISTRIES) for path in (self.directory / name / "tls/issued").glob("*.pem")
        ]
        return ",".join(_pin(x509.load_pem_x509_certificate(path.read_bytes())) for path in issued)

    def link(self, name: str) -> str:
        """Make a fresh login link, as `tally login-link` does."""
        with self._store(name) as store:
            return f"{self.door(name)}/login/{Logins(store).issue('visitor', ['*']).reveal()}"

    @contextmanager
    def still(self) -> Iterator[None]:
        """Let nobody change anything while the block runs, and wait until what had changed is told everywhere."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            eventually(self._settled, within_s=30)
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    @contextmanager
    def closed_door(self, name: str) -> Iterator[None]:
        """End an organisation's edge and let nobody start it again while the block runs."""
        supervisor = status(self.directory / name)
        edge = next(child.pid for child in supervisor.children if child.name == "edge" and child.pid)
        os.kill(supervisor.pid, signal.SIGSTOP)
        try:
            os.kill(edge, signal.SIGKILL)
            yield
        finally:
            os.kill(supervisor.pid, signal.SIGCONT)

    def linkage(self) -> LinkageStatus:
        """Sum the linkage up, as it stands in the unit's store."""
        return self._scene.linkage()

    def counts(self, registry: str) -> Mapping[str, int]:
        """Count a registry's people, and its matches by verdict."""
        with self._store(registry) as store:
            return RegistryStore(store).counts()

    def people(self, registry: str) -> int:
        """Count the rows of a registry's own table."""
        return len(self._scene.people()[registry])

    def known_files(self) -> int:
        """Count the contents in the unit's catalog."""
        return self._scene.unit.catalog.service.counts().contents

    def processes(self, name: str) -> int:
        """Count an organisation's processes."""
        return len(status(self.directory / name).children)

    @cached_property
    def _scene(self) -> Scene:
        return Scene.of(Sites(self.directory))

    @contextmanager
    def _store(self, name: str) -> Iterator[Store]:
        store = Store.open(f"sqlite:///{self.directory / name / 'tally.db'}")
        try:
            yield store
        finally:
            store.close()

    def _settled(self) -> bool:
        """Tell whether everybody knows the same, and goes on knowing it for a while."""
        before = self._known()
        time.sleep(QUIET_S)
        return before is not None and before == self._known()

    def _known(self) -> LinkageStatus | None:
        now = self.linkage()
        told = [{**self.counts(name)} for name in REGISTRIES]
        people = [counts.pop("people") for counts in told]
        here = [party.records for party in now.parties]
        agreed = people == here == [self.people(name) for name in REGISTRIES]
        same = now.linked == now.received and all(counts == now.matches for counts in told)
        parties = [msgspec.structs.replace(party, heard_ms=None) for party in now.parties]
        return msgspec.structs.replace(now, parties=parties) if agreed and same else None


@contextmanager
def waiting_demo(directory: Path, *, people: int, changes: int) -> Iterator[WaitingDemo]:
    """Start a demo, wait until it lives by itself, and stop it with everything below it."""
    output = directory.with_suffix(".out")
    words = ["demo", "--data-dir", str(directory), "--people", str(people), "--changes", str(changes)]
    with output.open("wb") as file:
        process = subprocess.Popen([*TALLY, *words], stdout=file, stderr=file, stdin=subprocess.DEVNULL)
    try:
        eventually(lambda: process.poll() is not None or "One change a second" in output.read_text(), PATIENCE_S)
        assert process.poll() is None, output.read_text()
        yield WaitingDemo(directory, output, process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(60)


def _pin(certificate: x509.Certificate) -> str:
    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()
