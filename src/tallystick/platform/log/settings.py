"""Where events lie."""

from typing import Annotated

from tallystick.platform.settings import Section, about

__all__ = ["LogSettings"]


class LogSettings(Section, frozen=True, kw_only=True):
    """The event log; an empty URL means the store's own tables."""

    url: Annotated[str, about("kafka://HOST:PORT[,HOST:PORT]; empty: the store itself keeps the log.")] = ""
