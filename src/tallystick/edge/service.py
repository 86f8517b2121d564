"""One running edge: starts a snapshot, reloads another, tells the log what happens, drains."""

import contextlib
import json
import re
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tallystick.edge.domain.snapshot import Snapshot, encode
from tallystick.edge.errors import ConfigurationInvalid, EdgeError, EdgeStartFailed
from tallystick.native import MalformedInput, NativeError
from tallystick.native.edge import EdgeServer
from tallystick.platform import telemetry

__all__ = ["Edge", "Load", "check"]

Load = Callable[[], Snapshot]

EVENT_INTERVAL_S = 0.5
CONTEXT = re.compile(r"\bcontexts\[(\d+)\]")


def check(snapshot: Snapshot) -> None:
    """Read certificates and keys as serving would; raises `ConfigurationInvalid`."""
    try:
        EdgeServer.check(encode(snapshot))
    except MalformedInput as error:
        raise _invalid(error) from error


class Edge:
    """A data plane with its log; leaving the context drains it.

    `load` makes the snapshot, at the start and at every reload.
    """

    def __init__(self, load: Load, *, drain_s: float = 30.0) -> None:
        self._load = load
        self._drain_ms = round(drain_s * 1000)
        self._log = telemetry.logger("tallystick.edge")
        self._ended = threading.Event()
        self._events = threading.Thread(target=self._tell, name="edge-events", daemon=True)
        try:
            self._server = EdgeServer(encode(load()))
        except MalformedInput as error:
            raise _invalid(error) from error
        except NativeError as error:
            raise EdgeStartFailed(str(error)) from error
        self._events.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drain()

    @property
    def addresses(self) -> list[str]:
        """Bound addresses, in the order of the snapshot's doors."""
        return self._server.addresses()

    def reload(self) -> bool:
        """Serve a fresh snapshot to new connections; on failure the old one stays, and the log says why."""
        try:
            self._server.apply(encode(self._load()))
        except (EdgeError, NativeError) as error:
            self._log.error("reload failed, the old configuration stays", reason=str(error))
            return False
        self._log.info("reloaded", addresses=self.addresses)
        return True

    def metrics(self) -> str:
        """Return counters as Prometheus text."""
        return self._server.metrics()

    def drain(self, patience_s: float | None = None) -> int:
        """Stop accepting and let connections end; returns how many were cut when patience ended."""
        patience_ms = self._drain_ms if patience_s is None else round(patience_s * 1000)
        cut = self._server.drain(patience_ms)
        self._ended.set()
        self._events.join()
        if cut:
            self._log.warning("connections were cut at the end of the drain", connections=cut)
        return cut

    def _tell(self) -> None:
        while not self._ended.wait(EVENT_INTERVAL_S):
            self._tell_once()
        self._tell_once()

    def _tell_once(self) -> None:
        for line in self._server.events():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                self._log.info(event.pop("event"), **event)


def _invalid(error: MalformedInput) -> ConfigurationInvalid:
    """Name the place as a configuration does: its frontend is the snapshot's first context."""

    def written(context: re.Match[str]) -> str:
        index = int(context.group(1))
        return f"contexts[{index - 1}]" if index else "frontend"

    return ConfigurationInvalid("", CONTEXT.sub(written, str(error)))
