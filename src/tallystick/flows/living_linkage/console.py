"""A registry's own pages: its people and their matches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from tallystick.flows.living_linkage.adapters.membership import MembershipFile
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.encoder import GROUP
from tallystick.platform.http import Request
from tallystick.platform.log import Log
from tallystick.platform.web import Page, Paging

__all__ = ["ConnectorState", "registry_pages"]

SECTION: Final = "Registry"
SHOWN: Final = 50
TONES: Final[Mapping[str, str]] = {
    "accepted": "good",
    "confirmed": "good",
    "pending": "busy",
    "rejected": "warn",
    "RUNNING": "good",
    "FAILED": "bad",
}
ConnectorState = Callable[[], str]


class MatchesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which matches, and which page of them."""

    verdict: str | None = None
    page: Annotated[int, msgspec.Meta(ge=1)] = 1


def registry_pages(
    registry: RegistryStore,
    membership: MembershipFile,
    log: Log,
    topic: str,
    columns: Sequence[str],
    state: ConnectorState,
) -> tuple[Page, ...]:
    """Declare the pages; `columns` are those that name a person on them."""
    shown = _Pages(registry, membership, log, topic, tuple(columns), state)
    return (
        Page(
            "/matches",
            "Matches",
            "flows/living_linkage/matches.html",
            shown.matches,
            label="Matches",
            section=SECTION,
            query=MatchesQuery,
        ),
        Page(
            "/registry",
            "Registry",
            "flows/living_linkage/registry.html",
            shown.registry,
            label="Source",
            section=SECTION,
        ),
    )


@dataclass(frozen=True)
class _Pages:
    registry_store: RegistryStore
    membership: MembershipFile
    log: Log
    topic: str
    columns: tuple[str, ...]
    state: ConnectorState

    def matches(self, request: Request[Any]) -> Mapping[str, object]:
        """Return one page of live matches, with this registry's own people."""
        query: MatchesQuery = request.query
        counts = self.registry_store.counts()
        people = counts.pop("people")
        total = counts.get(query.verdict, 0) if query.verdict else sum(counts.values())
        paging = Paging(query.page, SHOWN, total)
        found = self.registry_store.latest(limit=SHOWN, offset=paging.offset, verdict=query.verdict)
        return {
            "matches": found,
            "counts": counts,
            "people": people,
            "paging": paging,
            "verdict": query.verdict,
            "columns": self.columns,
            "tones": TONES,
        }

    def registry(self, _: Request[Any]) -> Mapping[str, object]:
        """Return how the table, the encoder and the membership stand."""
        joined = self.membership.read() if self.membership.exists() else None
        known = self.topic in {each.name for each in self.log.topics()}
        end = self.log.end(self.topic) if known else 0
        counts = self.registry_store.counts()
        return {
            "state": self.state(),
            "topic": self.topic,
            "events": end,
            "waiting": end - (self.log.committed(GROUP, self.topic) if known else 0),
            "people": counts.pop("people"),
            "matches": sum(counts.values()),
            "membership": joined,
            "tones": TONES,
        }
