"""The settings of living linkage: at a registry, and at a linkage unit."""

from pathlib import Path
from typing import Annotated

from tallystick.platform.settings import Secret, Section, about

__all__ = ["RegistrySettings", "UnitSettings"]


class RegistrySettings(Section, frozen=True, kw_only=True):
    """A registry: the table whose people are encoded and linked."""

    topic: Annotated[str, about("Topic of the table's change events, PREFIX.SCHEMA.TABLE.", min_length=1)]
    schema: Annotated[Path, about("The clkhash linkage schema (version 3) that all registries share.")]
    linkage_secret: Annotated[Secret, about("The secret of the encodings, shared by the registries alone.")]
    record_key_secret: Annotated[Secret, about("The secret of the record keys, which only this registry holds.")]
    batch: Annotated[int, about("Changes sent to the unit at once.", ge=1, le=10_000)] = 1000


class UnitSettings(Section, frozen=True, kw_only=True):
    """A linkage unit: what its linkages are asked to do beyond comparing."""

    judge_model: Annotated[
        str, about("Name of the served pair model that judges the grey zone; empty: nobody judges.")
    ] = "pair"
    invitation_days: Annotated[int, about("Days until an invitation that nobody used ends.", ge=1, le=90)] = 7
