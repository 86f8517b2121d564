"""Log lines: JSON for machines, readable text for people, always on standard error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from tallystick.platform.telemetry.redaction import redact_event

__all__ = ["bound", "configure", "logger"]

Format = Literal["json", "text"]

TALKATIVE = ("alembic", "httpcore2", "httpx2", "uvicorn.error")  # below a warning they tell whole URLs, or nothing new


def logger(name: str) -> FilteringBoundLogger:
    """Give a logger whose lines carry `name`.

    >>> logger("tallystick.linkage").info("run started", run="r1")  # doctest: +SKIP
    """
    given: FilteringBoundLogger = structlog.get_logger(name)
    return given


def configure(form: Format = "text", *, level: str = "INFO", process: str = "") -> None:
    """Set the form of every line of this process, those of libraries that use `logging` included."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        *([_naming(process)] if process else []),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(form)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel("WARNING")


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Put `values` on every line written inside the block, by whichever logger."""
    with structlog.contextvars.bound_contextvars(**values):
        yield


def _naming(process: str) -> Processor:
    """Put the process's name on every line, whichever thread writes it."""

    def named(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("process", process)
        return event

    return named


def _rendering(form: Format) -> list[Processor]:
    if form == "json":
        return [structlog.processors.format_exc_info, redact_event, structlog.processors.JSONRenderer(default=str)]
    return [
        structlog.processors.format_exc_info,
        redact_event,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]
