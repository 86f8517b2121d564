"""One process of an organisation: `python -m tallystick.server.process NAME --config FILE`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from tallystick.platform.telemetry import Publication, configure
from tallystick.server.mendable import MENDABLE
from tallystick.server.processes import PROCESSES
from tallystick.server.settings import REGISTRY_SECRETS, loaded_settings
from tallystick.server.wiring import Organisation

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run one process until SIGTERM."""
    parser = argparse.ArgumentParser(prog="tallystick.server.process")
    parser.add_argument("name", choices=[process.name for process in PROCESSES])
    parser.add_argument("--config", type=Path)
    asked = parser.parse_args(arguments)
    process = next(each for each in PROCESSES if each.name == asked.name)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = loaded_settings(asked.config, withheld=REGISTRY_SECRETS - process.secrets).settings
        configure(settings.telemetry.format, level=settings.telemetry.level, process=process.name)
        organisation = Organisation(settings)
        with Publication(organisation.metrics_dir, process.name):
            process.run(organisation, stop)
    except MENDABLE as error:
        print(f"{asked.name}: {error}", file=sys.stderr)  # noqa: T201 -- the last words of a process, for its log
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
