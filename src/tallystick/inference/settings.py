"""What an operator may choose about serving models."""

from typing import Annotated

from tallystick.platform.settings import Section, about

__all__ = ["InferenceSettings"]


class InferenceSettings(Section, frozen=True, kw_only=True):
    """Serving models."""

    threads: Annotated[int, about("Threads that predict; quick models predict without one.", ge=1)] = 2
    engine_threads: Annotated[int, about("Threads that one prediction may use inside its engine.", ge=1)] = 1
    queue: Annotated[int, about("Predictions that may wait for a thread; more are answered 503.", ge=0)] = 256
    largest_body: Annotated[int, about("Bytes that a request may have.", ge=1024)] = 64 * 1024 * 1024
    reload_s: Annotated[float, about("Seconds between two looks at the list of services.", gt=0)] = 0.25
