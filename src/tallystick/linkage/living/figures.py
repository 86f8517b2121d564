"""What the console shows of a linkage, as the linker last saw it."""

from collections.abc import Mapping
from typing import Self

import msgspec

from tallystick.linkage.living.epoch_link import EpochLink

__all__ = ["Figures"]


class Figures(msgspec.Struct, frozen=True):
    """Records by party, candidates, and candidates by score in equal bins of [0, 1]."""

    epoch: str | None = None
    records: Mapping[str, int] = {}
    candidates: int = 0
    histogram: tuple[int, ...] = ()

    @classmethod
    def of(cls, link: EpochLink | None) -> Self:
        """Count what an epoch holds now."""
        if link is None:
            return cls()
        graph = link.matcher.graph
        return cls(link.epoch, link.records(), len(graph), tuple(graph.histogram))
