"""Fills the registries' databases, once."""

from functools import partial

from tallystick.demo.febrl import people
from tallystick.demo.person_table import load
from tallystick.demo.sites import REGISTRIES, Sites
from tallystick.demo.truth import Truth

__all__ = ["populate"]

DATASETS = {"north": "4a", "south": "4b"}
FILLED = ".filled"


def populate(sites: Sites, count: int) -> None:
    """Load the people of both registries; what was loaded stays as it is."""
    for registry in REGISTRIES:
        _fill(sites, registry, count)


def _fill(sites: Sites, registry: str, count: int) -> None:
    database = sites.database(registry)
    filled = database.directory / FILLED
    if filled.exists():
        return
    truth = database.repeatedly(partial(load, people=people(DATASETS[registry], count=count)))
    if registry not in Truth(sites.truth).read():
        Truth(sites.truth).add(registry, truth)
    filled.touch()
