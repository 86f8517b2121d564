"""What happens to people: changes that each make, rescore or end a match."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tallystick.demo.febrl import Person

__all__ = ["Change", "Life"]

Kind = Literal["new person", "corrected surname", "deletion"]
EFFECT: Mapping[str, str] = {"new person": "made", "corrected surname": "rescored", "deletion": "ended"}


@dataclass(frozen=True)
class Change:
    """One change to come: of the row `number` at a registry, or of a new row when `number` is None."""

    kind: Kind
    registry: str
    number: int | None
    person: Person

    @property
    def effect(self) -> str:
        """Return what the change does to a match."""
        return EFFECT[self.kind]


class Life:
    """Chooses the next change from the people as they stand; `record` tells it that a change was committed.

    `rows` holds each registry's rows by serial number, `linked` the real people that are linked now.
    """

    def __init__(self, rows: Mapping[str, Mapping[int, Person]], linked: set[int], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- which person changes next is no secret
        self._rows = {registry: dict(people) for registry, people in rows.items()}
        self._numbers = {
            registry: {person.truth: number for number, person in people.items()} for registry, people in rows.items()
        }
        self._linked = sorted(linked)
        self._gone: list[tuple[str, Person]] = []
        self._turn = 0

    def next(self) -> Change:
        """Choose the next change; the three kinds take turns, a deletion before the return of the deleted."""
        self._turn += 1
        if self._turn % 3 == 0 and self._gone:
            registry, person = self._gone.pop(0)
            return Change("new person", registry, None, person)
        truth = self._linked[self._random.randrange(len(self._linked))]
        registry = self._random.choice(sorted(self._rows))
        number = self._numbers[registry][truth]
        person = self._rows[registry][number]
        if self._turn % 3 == 2 or not person.value("surname"):
            return Change("deletion", registry, number, person)
        return Change(
            "corrected surname", registry, number, person.with_value("surname", self._corrected(truth, person))
        )

    def record(self, change: Change, number: int) -> None:
        """Take over a committed change; `number` is the row's serial number."""
        rows, numbers = self._rows[change.registry], self._numbers[change.registry]
        truth = change.person.truth
        if change.kind == "deletion":
            del rows[number], numbers[truth]
            self._linked.remove(truth)
            self._gone.append((change.registry, change.person))
            return
        rows[number] = change.person
        numbers[truth] = number
        if change.kind == "new person":
            self._linked.append(truth)

    def _corrected(self, truth: int, person: Person) -> str:
        """Spell the surname as the other registry does, or, where both agree, one letter longer or shorter."""
        surname = person.value("surname")
        for registry, numbers in self._numbers.items():
            other = self._rows[registry][numbers[truth]].value("surname")
            if other and other != surname:
                return other
        return surname[:-1] if len(surname) > 5 else surname + "e"
