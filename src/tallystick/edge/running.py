"""Hold an organisation's door until told to stop."""

from collections.abc import Callable
from contextlib import ExitStack

from tallystick.edge.adapters.descriptors import raise_limit
from tallystick.edge.adapters.metrics import shown
from tallystick.edge.adapters.signals import Signals
from tallystick.edge.service import Edge
from tallystick.edge.wiring import OrganisationDoor
from tallystick.platform import telemetry

__all__ = ["hold_door"]


def hold_door(held: OrganisationDoor, *, ready: Callable[[list[str]], None]) -> None:
    """Serve until SIGTERM, which drains; certificates and client authorities follow their files.

    `ready` is called with the bound addresses. Takes over this process's signals; raises `EdgeError`.
    """
    signals = Signals()
    raise_limit()
    running = Edge(held.snapshot, drain_s=held.settings.drain_s)
    ready(running.addresses)
    with ExitStack() as stack:
        stack.enter_context(running)
        stack.enter_context(shown(running.metrics, telemetry.metrics.registry))
        signals.run(running.reload, changed=held.watch())
