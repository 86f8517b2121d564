"""Lines say which process wrote them, from whichever thread."""

import json
import logging
import threading
from collections.abc import Iterator

import pytest
import structlog

from tallystick.platform.telemetry import configure, logger


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    """Leave logging to the next test as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_every_thread_names_its_process(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", process="capture")
    logger("here").info("one")
    other = threading.Thread(target=lambda: logger("there").info("two"))
    other.start()
    other.join()
    logging.getLogger("a.library").warning("three")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["process"]) for line in lines] == [(e, "capture") for e in ("one", "two", "three")]
