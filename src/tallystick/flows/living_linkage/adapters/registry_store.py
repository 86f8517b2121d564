"""A registry's people and matches in its own store."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, select, true

from tallystick.flows.living_linkage.adapters.tables import cursors, matches, people
from tallystick.flows.living_linkage.domain.unit import Match
from tallystick.platform.store import Store, upsert

__all__ = ["KnownPerson", "MatchedPerson", "RegistryStore"]

MATCH_CURSOR, EPOCH_CURSOR = "matches", "epoch"


@dataclass(frozen=True)
class KnownPerson:
    """One of this registry's people under the key that left the building."""

    record_key: str
    primary_key: Mapping[str, Any]
    row: Mapping[str, Any]
    generation: int


@dataclass(frozen=True)
class MatchedPerson:
    """A match with this registry's own person; `primary_key` and `row` are None once the person is deleted here."""

    match: Match
    primary_key: Mapping[str, Any] | None
    row: Mapping[str, Any] | None
    changed_ms: int


class RegistryStore:
    """Keeps whose key is whose, and what the unit told about matches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, persons: Sequence[KnownPerson], *, within: Connection) -> None:
        """Keep people by their record keys."""
        rows = [
            {
                "record_key": person.record_key,
                "primary_key": json.dumps(person.primary_key),
                "row": json.dumps(person.row),
                "generation": person.generation,
            }
            for person in persons
        ]
        upsert(within, people, rows, key=["record_key"])

    def forget(self, record_keys: Iterable[str], *, within: Connection) -> None:
        """Drop people that are gone."""
        for key in record_keys:
            within.execute(delete(people).where(people.c.record_key == key))

    def forget_older(self, generation: int, *, within: Connection) -> None:
        """Drop people that a complete newer snapshot did not show."""
        within.execute(delete(people).where(people.c.generation < generation))

    def record_keys(self) -> list[str]:
        """List every known record key."""
        with self._store.read() as connection:
            return list(connection.execute(select(people.c.record_key)).scalars())

    def everybody(self, *, at_once: int) -> Iterator[list[KnownPerson]]:
        """Read every known person, `at_once` at a time."""
        after = ""
        while found := self._following(after, at_once):
            yield found
            after = found[-1].record_key

    def entered(self) -> str:
        """Return the place at the unit into which everybody was handed over."""
        return self._cursor(EPOCH_CURSOR)

    def enter(self, place: str) -> None:
        """Note that everybody was handed over into a place."""
        with self._store.write() as connection:
            upsert(connection, cursors, [{"name": EPOCH_CURSOR, "cursor": place}], key=["name"])

    def match_cursor(self) -> str:
        """Return how far the unit's matches were read."""
        return self._cursor(MATCH_CURSOR)

    def save_matches(self, told: Sequence[Match], cursor: str, *, anew: bool = False) -> None:
        """Take over a page of matches and its cursor in one transaction, `anew` in the place of all others."""
        now = time.time_ns() // 1_000_000
        rows = [
            {
                "match": each.match,
                "record_key": each.key,
                "other_party": each.other_party,
                "other_key": each.other_key,
                "score": each.score,
                "verdict": each.verdict,
                "probability": each.probability,
                "ended": each.ended,
                "changed_ms": now,
            }
            for each in told
        ]
        with self._store.write() as connection:
            if anew:
                connection.execute(delete(matches))
            upsert(connection, matches, rows, key=["match"])
            upsert(connection, cursors, [{"name": MATCH_CURSOR, "cursor": cursor}], key=["name"])

    def counts(self) -> dict[str, int]:
        """Count people, and live matches by verdict."""
        with self._store.read() as connection:
            known = connection.execute(select(func.count()).select_from(people)).scalar_one()
            live = select(matches.c.verdict, func.count()).where(~matches.c.ended).group_by(matches.c.verdict)
            return {"people": known, **{str(verdict): number for verdict, number in connection.execute(live)}}

    def latest(self, *, limit: int, offset: int = 0, verdict: str | None = None) -> list[MatchedPerson]:
        """List live matches with their own people, the latest change first."""
        wanted = and_(~matches.c.ended, matches.c.verdict == verdict if verdict else true())
        statement = (
            select(matches, people.c.primary_key, people.c.row)
            .outerjoin(people, people.c.record_key == matches.c.record_key)
            .where(wanted)
            .order_by(matches.c.changed_ms.desc(), matches.c.match)
            .limit(limit)
            .offset(offset)
        )
        with self._store.read() as connection:
            return [_matched(row) for row in connection.execute(statement).mappings()]

    def _following(self, record_key: str, number: int) -> list[KnownPerson]:
        statement = select(people).where(people.c.record_key > record_key).order_by(people.c.record_key).limit(number)
        with self._store.read() as connection:
            return [_person(row) for row in connection.execute(statement).mappings()]

    def _cursor(self, name: str) -> str:
        with self._store.read() as connection:
            return connection.execute(select(cursors.c.cursor).where(cursors.c.name == name)).scalar() or ""


def _person(row: RowMapping) -> KnownPerson:
    return KnownPerson(row["record_key"], json.loads(row["primary_key"]), json.loads(row["row"]), row["generation"])


def _matched(row: RowMapping) -> MatchedPerson:
    told = Match(
        match=row["match"],
        key=row["record_key"],
        other_party=row["other_party"],
        other_key=row["other_key"],
        score=row["score"],
        verdict=row["verdict"],
        probability=row["probability"],
        ended=row["ended"],
    )
    return MatchedPerson(
        match=told,
        primary_key=json.loads(row["primary_key"]) if row["primary_key"] else None,
        row=json.loads(row["row"]) if row["row"] else None,
        changed_ms=row["changed_ms"],
    )
