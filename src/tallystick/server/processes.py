"""What an organisation's supervisor runs: each process, when it is wanted, and what it does.

What a process does is imported when it does it.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tallystick.flows.living_linkage.errors import UnitUnavailable
from tallystick.platform.supervisor import Child, ReadyFile, ReadySocket, announce_ready
from tallystick.platform.telemetry import logger
from tallystick.server.settings import OrganisationSettings
from tallystick.server.wiring import Organisation

__all__ = ["PROCESSES", "Process", "children"]

Run = Callable[[Organisation, threading.Event], None]
MEMBERSHIP_POLL_S = 0.25
UNIT_PAUSE_S = (0.2, 5.0)

log = logger("tallystick.server")


@dataclass(frozen=True)
class Process:
    """One kind of process: `wanted` says whether the settings ask for it, `run` works until its event is set.

    Of the registry's secrets it is given only `secrets`.
    """

    name: str
    wanted: Callable[[OrganisationSettings], bool]
    run: Run
    secrets: frozenset[str] = frozenset()


def children(organisation: Organisation, config: Path | None) -> list[Child]:
    """List the processes that the settings ask for, as the supervisor wants them."""
    words = ["--config", str(config)] if config else []
    return [
        Child(
            name=process.name,
            argv=[sys.executable, "-m", "tallystick.server.process", process.name, *words],
            ready=_probe(process, organisation),
            stop_s=organisation.settings.edge.drain_s + 5,
            reloads=process.name == "edge",
        )
        for process in PROCESSES
        if process.wanted(organisation.settings)
    ]


def _probe(process: Process, organisation: Organisation) -> ReadyFile | ReadySocket:
    match process.name:
        case "api":
            return ReadySocket(organisation.api_socket)
        case "models":
            return ReadySocket(organisation.models_socket, "/v2/health/ready")
        case _:
            return ReadyFile()


def _edge(organisation: Organisation, _: threading.Event) -> None:
    from tallystick.edge.running import hold_door

    hold_door(organisation.door, ready=lambda _: announce_ready())


def _api(organisation: Organisation, stop: threading.Event) -> None:
    from tallystick.server.api import run_api

    run_api(organisation, stop)


def _capture(organisation: Organisation, stop: threading.Event) -> None:
    from tallystick.capture.wiring import run_worker
    from tallystick.flows.living_linkage.connector import declare

    settings = organisation.registry.settings
    declaring = threading.Thread(
        target=declare,
        args=(organisation.capture.service, organisation.settings.name, settings, stop),
        name="declare",
        daemon=True,
    )
    declaring.start()
    announce_ready()
    run_worker(organisation.capture, stop)


def _encoder(organisation: Organisation, stop: threading.Event) -> None:
    if _joined(organisation, stop):
        encoder = organisation.registry.encoder(organisation.capture)
        announce_ready()
        _while_the_unit_answers(encoder.run, stop)


def _collector(organisation: Organisation, stop: threading.Event) -> None:
    if _joined(organisation, stop):
        collector = organisation.registry.collector()
        announce_ready()
        _while_the_unit_answers(collector.run, stop)


def _linker(organisation: Organisation, stop: threading.Event) -> None:
    worker = organisation.living.worker
    announce_ready()
    worker.run(stop)


def _worker(organisation: Organisation, stop: threading.Event) -> None:
    from tallystick.server.working import run_worker

    run_worker(organisation, stop)


def _relay(organisation: Organisation, stop: threading.Event) -> None:
    from tallystick.platform.log.opening import relay_outbox

    relay_outbox(organisation.settings.log.url, organisation.platform.store, stop, ready=announce_ready)


def _models(organisation: Organisation, stop: threading.Event) -> None:
    from tallystick.flows.living_linkage.judge import apply_pair_model
    from tallystick.inference.server import serve_models

    if organisation.settings.linkage and organisation.settings.unit.judge_model:
        apply_pair_model(organisation.inference.service)
    serve_models(organisation.inference, listen=organisation.models_socket, stop=stop)


def _catalog(organisation: Organisation, stop: threading.Event) -> None:
    watch = organisation.catalog.watch
    announce_ready()
    watch.run(stop)


def _joined(organisation: Organisation, stop: threading.Event) -> bool:
    """Wait until the registry has joined a linkage; tell whether it has."""
    membership = organisation.registry.membership
    if not membership.exists():
        log.info("not joined yet", hint="tally party join INVITATION")
        announce_ready()  # it serves as far as it can
    while not membership.exists() and not stop.wait(MEMBERSHIP_POLL_S):
        pass
    return membership.exists()


def _while_the_unit_answers(work: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Work; while the unit does not answer, try again with growing pauses. Nothing is lost meanwhile."""
    shortest, longest = UNIT_PAUSE_S
    pause = shortest
    while not stop.is_set():
        begun = time.monotonic()
        try:
            work(stop)
        except UnitUnavailable as error:
            if time.monotonic() - begun > longest:
                pause = shortest
            log.warning("the unit does not answer", reason=str(error), again_s=pause)
            stop.wait(pause)
            pause = min(2 * pause, longest)


PROCESSES = (
    Process("edge", lambda _: True, _edge),
    Process("api", lambda _: True, _api),
    Process("capture", lambda settings: settings.registry is not None, _capture, frozenset({"registry.database"})),
    Process(
        "encoder",
        lambda settings: settings.registry is not None,
        _encoder,
        frozenset({"registry.linkage_secret", "registry.record_key_secret"}),
    ),
    Process("collector", lambda settings: settings.registry is not None, _collector),
    Process("catalog", lambda settings: settings.catalog is not None, _catalog),
    Process("linker", lambda settings: settings.linkage is not None, _linker),
    Process("models", lambda settings: settings.inference is not None, _models),
    Process("worker", lambda _: True, _worker),
    Process("relay", lambda settings: bool(settings.log.url), _relay),
)
