"""The settings of living linkage: at a registry, and at a linkage unit."""

from pathlib import Path
from typing import Annotated

import msgspec

from tallystick.platform.settings import Secret, Section, about

__all__ = ["BatchSettings", "RegistrySettings", "UnitSettings"]


class RegistrySettings(Section, frozen=True, kw_only=True):
    """A registry: the table whose people are encoded and linked."""

    database: Annotated[Secret, about("postgresql://USER:PASSWORD@HOST:PORT/DATABASE of the people.")]
    table: Annotated[str, about("The table of people, SCHEMA.TABLE.", pattern=r"^[^.]+\.[^.]+\Z")] = "public.person"
    schema: Annotated[Path, about("The clkhash linkage schema (version 3) that all registries share.")]
    linkage_secret: Annotated[Secret, about("The secret of the encodings, shared by the registries alone.")]
    record_key_secret: Annotated[Secret, about("The secret of the record keys, which only this registry holds.")]
    connector: Annotated[str, about("Name of the connector that captures the table.", min_length=1)] = "people"
    batch: Annotated[int, about("Changes sent to the unit at once.", ge=1, le=10_000)] = 1000


class BatchSettings(Section, frozen=True, kw_only=True):
    """One linkage of a unit."""

    parties: Annotated[tuple[str, ...], about("Names of the parties, in the order that breaks ties.")]
    threshold: Annotated[float, about("Least score of a candidate pair.", gt=0, le=1)] = 0.7
    grey_zone: Annotated[
        tuple[float, float], about("Scores from the first up to the second are judged by the model.")
    ] = (0.72, 0.85)


class UnitSettings(Section, frozen=True, kw_only=True):
    """A linkage unit: its linkages, and what is asked of them beyond comparing."""

    linkages: Annotated[dict[str, BatchSettings], about("The linkages, by id.")] = msgspec.field(default_factory=dict)
    judge_model: Annotated[str, about("Served pair model that judges the grey zone; empty: nobody judges.")] = "pair"
    invitation_days: Annotated[int, about("Days until an invitation that nobody used ends.", ge=1, le=90)] = 7
