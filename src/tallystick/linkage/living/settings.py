"""Settings of living linkages."""

from typing import Annotated

from tallystick.platform.settings import Section, about

__all__ = ["LivingSettings"]


class LivingSettings(Section, frozen=True, kw_only=True):
    """What a unit takes from its parties."""

    batch_bytes: Annotated[int, about("Largest body of a batch of encodings, in bytes.", ge=1024)] = 16 << 20
    batch_records: Annotated[int, about("Most records in a batch.", ge=1)] = 20_000
    most_candidates: Annotated[
        int,
        about("Candidate pairs of an epoch, of 400 bytes each; a batch that would bring more is withheld.", ge=1),
    ] = 10_000_000
    poll_ms: Annotated[int, about("How long the linker waits before it looks again for changes.", ge=1)] = 20
