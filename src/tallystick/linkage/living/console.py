"""The unit's pages about its linkages."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tallystick.linkage.domain.living.changes import Counter
from tallystick.linkage.domain.living.linkages import Linkage
from tallystick.linkage.domain.living.matches import Verdict
from tallystick.linkage.living.errors import UnknownLinkage
from tallystick.linkage.living.overview import Overview
from tallystick.linkage.living.service import LivingService
from tallystick.linkage.living.wire import Scores, UnitMatch, unit_match
from tallystick.platform.http import Failures, Request
from tallystick.platform.web import Glance, Histogram, Page, Rate, Zone

__all__ = ["living_glances", "living_pages"]

SECTION: Final = "Linkage"
SHOWN: Final = 50
LATEST: Final = 8
SILENCE_MS: Final = 15_000  # a party asks for its matches twice a second; after this it is not connected
ROOM: Final = 0.5  # tenths of score that are shown below the threshold, at least
TONES: Final[Mapping[str, str]] = {"accepted": "good", "confirmed": "good", "pending": "busy", "rejected": "warn"}


class MatchesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which matches: `before` is the version of the last one shown."""

    verdict: Verdict | None = None
    before: Counter | None = None


def living_pages(service: LivingService, overview: Overview) -> tuple[Page, ...]:
    """Declare the pages."""
    shown = _Pages(service, overview)
    unknown: Failures = {UnknownLinkage: 404}
    return (
        Page(
            "/linkages", "Linkages", "linkage/living/linkages.html", shown.linkages, label="Linkages", section=SECTION
        ),
        Page("/linkages/{linkage}", "Linkage", "linkage/living/linkage.html", shown.linkage, failures=unknown),
        Page(
            "/linkages/{linkage}/matches",
            "Matches",
            "linkage/living/matches.html",
            shown.matches,
            query=MatchesQuery,
            failures=unknown,
        ),
    )


def living_glances(service: LivingService, overview: Overview) -> tuple[Glance, ...]:
    """Show every linkage with its parties, rate and scores, and what became of matches last."""
    shown = _Pages(service, overview)
    return (
        Glance("linkage/living/glance.html", shown.standing),
        Glance("linkage/living/latest.html", shown.latest, place="rest"),
    )


class _Pages:
    def __init__(self, service: LivingService, overview: Overview) -> None:
        self._service = service
        self._overview = overview

    def linkages(self, _: Request[Any]) -> Mapping[str, object]:
        return {"linkages": [self._overview.status(linkage) for linkage in self._service.linkages()]}

    def standing(self, _: Request[Any]) -> Mapping[str, object]:
        return {"linkages": [self._shown(linkage) for linkage in self._service.linkages()]}

    def latest(self, _: Request[Any]) -> Mapping[str, object]:
        return {"latest": [(linkage, self._latest(linkage)) for linkage in self._service.linkages()], "tones": TONES}

    def linkage(self, request: Request[Any]) -> Mapping[str, object]:
        linkage = self._linkage(request)
        return {"shown": self._shown(linkage), "latest": self._latest(linkage), "tones": TONES}

    def matches(self, request: Request[Any]) -> Mapping[str, object]:
        linkage = self._linkage(request)
        query: MatchesQuery = request.query
        found = self._overview.matches(linkage, verdict=query.verdict, before=query.before, limit=SHOWN + 1)
        status = self._overview.status(linkage)
        return {
            "linkage": status,
            "matches": [unit_match(traced) for traced in found[:SHOWN]],
            "further": found[SHOWN - 1].cursor if len(found) > SHOWN else None,
            "verdict": query.verdict,
            "total": sum(status.matches.values()),
            "tones": TONES,
        }

    def _shown(self, linkage: Linkage) -> Mapping[str, object]:
        rates = self._overview.change_rates(linkage)
        return {
            "linkage": self._overview.status(linkage),
            "chart": _histogram(self._overview.scores(linkage), self._overview.match_scores(linkage)),
            "rates": rates,
            "rate": _together(list(rates.values())),
            "silence_ms": SILENCE_MS,
        }

    def _latest(self, linkage: Linkage) -> list[UnitMatch]:
        return [unit_match(traced) for traced in self._overview.matches(linkage, limit=LATEST)]

    def _linkage(self, request: Request[Any]) -> Linkage:
        return self._service.linkage(request.path_values["linkage"])


def _together(rates: list[Rate]) -> Rate:
    """Add up the parties' rates, which share their intervals."""
    counts = [sum(column) for column in zip(*(rate.counts for rate in rates), strict=True)]
    return Rate(counts, rates[0].end_ms, rates[0].interval_ms)


def _histogram(scores: Scores, matches: list[int]) -> Histogram:
    """Draw the candidates and the matches among them, with room below the threshold for its name."""
    zone, width = scores.grey_zone, scores.edges[1] - scores.edges[0]
    room = round((scores.edges[0] - max(0, int(10 * scores.edges[0] - ROOM) / 10)) / width)
    below = [scores.edges[0] - width * place for place in range(room, 0, -1)]
    return Histogram(
        edges=[*below, *scores.edges],
        counts=[0] * room + scores.counts,
        threshold=scores.threshold,
        zone=Zone(zone.low, zone.high) if zone.high > zone.low else None,
        unit="candidates",
        marked=[0] * room + matches,
    )
