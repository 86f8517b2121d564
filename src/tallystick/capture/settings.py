"""Settings of capture's processes; what a connector does stands in its own configuration."""

from typing import Annotated

from tallystick.platform.settings import Section, about

__all__ = ["CaptureSettings"]


class CaptureSettings(Section, frozen=True, kw_only=True):
    """How connectors are run."""

    lease_s: Annotated[float, about("A worker that is silent for so long loses its connectors.", ge=1)] = 10.0
    poll_s: Annotated[float, about("How often a worker looks for connectors to start or stop.", gt=0)] = 0.25
    retention_hours: Annotated[int, about("Change events hold plain rows; they expire after so many hours.", ge=1)] = (
        168
    )
    max_batch_bytes: Annotated[
        int, about("How much of a snapshot or change stream is held in memory at once.", ge=65536)
    ] = 8 << 20
    connect_timeout_s: Annotated[float, about("How long a database may take to answer.", gt=0)] = 10.0
