"""What the demo sees of the three organisations while they run: the unit's figures, and the matches with the truth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from tallystick.demo.changes import Life
from tallystick.demo.febrl import COLUMNS, Person
from tallystick.demo.person_table import rows
from tallystick.demo.quality import Quality, quality
from tallystick.demo.sites import LINKAGE, REGISTRIES, Sites
from tallystick.demo.truth import Truth
from tallystick.flows.living_linkage.adapters.registry_store import RegistryStore
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.linkage.living.service import topic_of
from tallystick.linkage.living.wire import LinkageStatus, UnitMatch, unit_match
from tallystick.platform.store import Store
from tallystick.platform.supervisor import SupervisorError, status
from tallystick.server.settings import loaded_settings
from tallystick.server.wiring import Organisation

__all__ = ["Scene"]

EVERY_MATCH = 1_000_000
YES = frozenset({"accepted", "confirmed"})


@dataclass(frozen=True)
class Scene:
    """Looks into the organisations' directories as only the person who runs all three can."""

    sites: Sites
    unit: Organisation = field(repr=False)

    @classmethod
    def of(cls, sites: Sites) -> "Scene":
        """Open the unit's store."""
        return cls(sites, Organisation(loaded_settings(sites.unit.config, {}).settings))

    @property
    def topic(self) -> str:
        """The unit's topic of match events."""
        return topic_of(LINKAGE)

    def linkage(self) -> LinkageStatus:
        """Sum up the linkage as it stands at the unit."""
        living = self.unit.living
        return living.overview.status(living.service.linkage(LINKAGE))

    def serving(self) -> bool:
        """Tell whether every process of every organisation serves."""
        try:
            return all(status(self.sites.site(name).directory).ready for name in ("unit", *REGISTRIES))
        except SupervisorError:
            return False

    def settled(self, people: Mapping[str, Mapping[int, Person]]) -> bool:
        """Tell whether all these people are linked as their rows are, and judged."""
        handed_over = (self._handed_over(name, people[name]) for name in REGISTRIES)
        return self._linked(people) and all(handed_over) and self._linked(people)

    def _linked(self, people: Mapping[str, Mapping[int, Person]]) -> bool:
        status = self.linkage()
        arrived = all(party.records == len(people[party.name]) for party in status.parties)
        complete = status.live_epoch is not None and arrived
        return complete and status.linked >= status.received and not status.matches.get("pending", 0)

    def _handed_over(self, registry: str, people: Mapping[int, Person]) -> bool:
        """Tell whether a registry handed over its rows as they are, not as they were before it was stopped."""
        store = Store.open(f"sqlite:///{self.sites.site(registry).directory / 'tally.db'}")
        try:
            known = {
                int(person.primary_key["id"]): tuple(str(person.row[column] or "") for column in COLUMNS)
                for some in RegistryStore(store).everybody(at_once=1000)
                for person in some
            }
        finally:
            store.close()
        return known == {number: person.values for number, person in people.items()}

    def record_keys(self, registry: str) -> RecordKeys:
        """Return what a registry makes its record keys with."""
        return RecordKeys(self.sites.site(registry).secret("record-key").read_text().encode())

    def truth(self) -> dict[str, dict[str, int]]:
        """Return, by registry, the real person behind each record key that stands in its table."""
        known = Truth(self.sites.truth).read()
        people = self.people()
        return {
            name: {
                self.record_keys(name).of({"id": number}): known[name][number]
                for number in people[name]
                if number in known[name]
            }
            for name in REGISTRIES
        }

    def people(self) -> dict[str, dict[int, Person]]:
        """Read both tables as they are now."""
        known = Truth(self.sites.truth).read()
        return {
            name: self.sites.database(name).repeatedly(partial(rows, truth=known.get(name, {}))) for name in REGISTRIES
        }

    def matches(self) -> list[UnitMatch]:
        """List every match that stands."""
        living = self.unit.living
        found = living.overview.matches(living.service.linkage(LINKAGE), limit=EVERY_MATCH)
        return [unit_match(traced) for traced in found]

    def quality(self, *, judged: bool) -> Quality:
        """Hold the matches against the truth: at the threshold alone, or those that the judge left standing."""
        truth = self.truth()
        left, right = (truth[name] for name in REGISTRIES)
        return quality([_pair(match) for match in self.matches() if not judged or match.verdict in YES], left, right)

    def zone_quality(self, threshold: float) -> tuple[float, float, int]:
        """Return F1 of the model and of a threshold over the matches in the grey zone, and how many those are."""
        low, high = self.linkage().grey_zone.low, self.linkage().grey_zone.high
        zone = [match for match in self.matches() if low <= match.score < high]
        truth = self.truth()
        left, right = (truth[name] for name in REGISTRIES)
        true = {_pair(match) for match in zone if left.get(_pair(match)[0], -1) == right.get(_pair(match)[1], -2)}
        by_model = {_pair(match) for match in zone if match.verdict in YES}
        by_threshold = {_pair(match) for match in zone if match.score >= threshold}
        return _f1(by_model, true), _f1(by_threshold, true), len(zone)

    def life(self, seed: int) -> Life:
        """Begin a life of changes among the people that are rightly linked now."""
        truth = self.truth()
        left, right = (truth[name] for name in REGISTRIES)
        pairs = map(_pair, self.matches())
        linked = {left[one] for one, other in pairs if left.get(one, -1) == right.get(other, -2)}
        return Life(self.people(), linked, seed)


def _pair(match: UnitMatch) -> tuple[str, str]:
    """Order a match's keys as the registries are ordered."""
    if match.left_party == REGISTRIES[0]:
        return match.left_key, match.right_key
    return match.right_key, match.left_key


def _f1(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> float:
    return 2 * len(found & true) / (len(found) + len(true)) if found or true else 1.0
