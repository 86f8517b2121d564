"""A registry's own pages: its matches, and how its people come to the unit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tallystick.flows.living_linkage.adapters.membership import MembershipFile
from tallystick.flows.living_linkage.adapters.pace import Pace
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.adapters.unit_contact import UnitContact
from tallystick.flows.living_linkage.encoder import GROUP
from tallystick.platform.http import Request
from tallystick.platform.log import Log
from tallystick.platform.web import Glance, Page, PageNumber, Paging

__all__ = ["HOME", "RegistryConsole"]

HOME: Final = "/matches"
SHOWN: Final = 50
LATEST: Final = 5
TONES: Final[Mapping[str, str]] = {
    "accepted": "good",
    "confirmed": "good",
    "pending": "busy",
    "rejected": "warn",
    "RUNNING": "good",
    "FAILED": "bad",
    "RESTARTING": "busy",
}


class MatchesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which matches, and which page of them."""

    verdict: str | None = None
    page: PageNumber = 1


@dataclass(frozen=True)
class RegistryConsole:
    """What the console reads; `columns` name a person, `connector` tells the state of the table's connector."""

    people: RegistryStore
    membership: MembershipFile
    log: Log
    contact: UnitContact
    pace: Pace
    topic: str
    columns: Sequence[str]
    connector: Callable[[], str]

    @property
    def pages(self) -> tuple[Page, ...]:
        """The registry's pages."""
        return (
            Page(
                HOME,
                "Matches",
                "flows/living_linkage/matches.html",
                self._matches,
                label="Matches",
                section="Registry",
                query=MatchesQuery,
            ),
        )

    @property
    def glances(self) -> tuple[Glance, ...]:
        """The registry at a glance."""
        return (
            Glance("flows/living_linkage/glance.html", self._standing),
            Glance("flows/living_linkage/latest.html", self._latest, place="rest"),
        )

    def _matches(self, request: Request[Any]) -> Mapping[str, object]:
        """Give one page of live matches, with this registry's own people."""
        query: MatchesQuery = request.query
        counts = self.people.counts()
        people = counts.pop("people")
        total = counts.get(query.verdict, 0) if query.verdict else sum(counts.values())
        paging = Paging(query.page, SHOWN, total)
        found = self.people.latest(limit=SHOWN, offset=paging.offset, verdict=query.verdict)
        return {
            "matches": found,
            "counts": counts,
            "people": people,
            "paging": paging,
            "verdict": query.verdict,
            "columns": self.columns,
            "tones": TONES,
            "rate": self.pace.rate(),
            "contact": self.contact.now(),
        }

    def _standing(self, _: Request[Any]) -> Mapping[str, object]:
        """Tell how the table, the encoder and the unit stand."""
        known = self.topic in {each.name for each in self.log.topics()}
        end = self.log.end(self.topic) if known else 0
        counts = self.people.counts()
        return {
            "connector": self.connector(),
            "topic": self.topic,
            "events": end,
            "waiting": end - (self.log.committed(GROUP, self.topic) if known else 0),
            "people": counts.pop("people"),
            "counts": counts,
            "membership": self.membership.read() if self.membership.exists() else None,
            "contact": self.contact.now(),
            "rate": self.pace.rate(),
            "tones": TONES,
        }

    def _latest(self, _: Request[Any]) -> Mapping[str, object]:
        return {"latest": self.people.latest(limit=LATEST), "columns": self.columns, "tones": TONES}
