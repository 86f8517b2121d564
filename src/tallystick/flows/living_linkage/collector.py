"""The collector: pulls a registry's matches from the unit and keeps them beside its own people."""

import threading
from dataclasses import dataclass

from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.adapters.unit_contact import UnitContact
from tallystick.flows.living_linkage.domain.unit import Unit
from tallystick.flows.living_linkage.errors import UnitRefused, UnitUnavailable

__all__ = ["Collector"]


@dataclass(frozen=True)
class Collector:
    """Reads the unit's match feed from where it stopped last time, and so knows whether the unit answers."""

    registry: RegistryStore
    unit: Unit
    contact: UnitContact
    poll_s: float = 0.5

    def run(self, stop: threading.Event) -> None:
        """Collect until `stop` is set."""
        while not stop.is_set():
            if not self.collect():
                stop.wait(self.poll_s)

    def collect(self) -> bool:
        """Take over one page of matches; tell whether there is more to read."""
        try:
            page = self.unit.matches(self.registry.match_cursor())
        except (UnitUnavailable, UnitRefused) as error:
            self.contact.failed(str(error))
            raise
        self.contact.answered()
        if page.matches or page.anew:
            self.registry.save_matches(page.matches, page.cursor, anew=page.anew)
        return page.more
