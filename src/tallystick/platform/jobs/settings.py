"""How much work a worker process takes on."""

from typing import Annotated

from tallystick.platform.settings import Section, about

__all__ = ["JobsSettings"]


class JobsSettings(Section, frozen=True, kw_only=True):
    """The workers of an organisation."""

    slots: Annotated[int, about("How many jobs one worker process runs at once.", ge=1, le=256)] = 1
    lease_s: Annotated[
        float, about("Seconds after which the job of a worker that fell silent goes to another.", ge=1, le=3600)
    ] = 15.0
    drain_s: Annotated[float, about("Seconds that a task has to stop when it is asked to.", ge=0, le=3600)] = 5.0
