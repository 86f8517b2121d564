"""Fills the registries' databases before anything captures them."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

from tallystick.demo.febrl import people
from tallystick.demo.person_table import load
from tallystick.demo.sites import REGISTRIES, Sites
from tallystick.demo.truth import Truth

__all__ = ["populate"]

DATASETS = {"north": "4a", "south": "4b"}
FILLED = ".filled"


def populate(sites: Sites, count: int) -> None:
    """Load the people of both registries; what was loaded stays as it is."""
    with ThreadPoolExecutor(len(REGISTRIES)) as pool:
        list(pool.map(lambda registry: _fill(sites, registry, count), REGISTRIES))


def _fill(sites: Sites, registry: str, count: int) -> None:
    database = sites.database(registry)
    filled = database.directory / FILLED
    if filled.exists():
        return
    with subprocess.Popen(database.argv(), stderr=subprocess.DEVNULL) as server:  # noqa: S603 -- our own arguments
        try:
            database.wait_until_ready()
            truth = load(database.url(), people(DATASETS[registry], count=count))
        finally:
            server.terminate()
            server.wait(30)
    if registry not in Truth(sites.truth).read():
        Truth(sites.truth).add(registry, truth)
    filled.touch()
