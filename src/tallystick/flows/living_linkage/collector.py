"""The collector: pulls a registry's matches from the unit and keeps them beside its own people."""

import threading
from dataclasses import dataclass

from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.domain.unit import Unit

__all__ = ["Collector"]


@dataclass(frozen=True)
class Collector:
    """Reads the unit's match feed from where it stopped last time."""

    registry: RegistryStore
    unit: Unit
    poll_s: float = 0.5

    def run(self, stop: threading.Event) -> None:
        """Collect until `stop` is set."""
        while not stop.is_set():
            if not self.collect():
                stop.wait(self.poll_s)

    def collect(self) -> bool:
        """Take over one page of matches; tell whether there is more to read."""
        page = self.unit.matches(self.registry.match_cursor())
        if page.matches:
            self.registry.save_matches(page.matches, page.cursor)
        return page.more
