"""What can be done with connectors: declare, change, pause, restart, ask."""

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.capture.adapters.registry import Registry
from tallystick.capture.domain.configuration import CLASS_NAMES, ConnectorConfiguration, masked, unmasked
from tallystick.capture.domain.connector import Connector, Snapshot, TargetState, Task
from tallystick.capture.domain.offset import SourceOffset
from tallystick.capture.domain.sharing import same_server, shared
from tallystick.capture.errors import CaptureError, InvalidConfiguration, UnknownConnector, WrongState
from tallystick.capture.task import source_of
from tallystick.platform.log import Log
from tallystick.platform.store import Store

__all__ = ["Connectors", "Probe"]

Probe = Callable[[ConnectorConfiguration], None]
"""Raise a `CaptureError` unless the database can be captured; owned by the service, answered by an adapter."""


class Connectors:
    """The connectors of one organisation. Unknown names raise `UnknownConnector`."""

    def __init__(self, store: Store, log: Log, registry: Registry, probe: Probe) -> None:
        self._store = store
        self._log = log
        self._registry = registry
        self._probe = probe

    def names(self) -> list[str]:
        """List the connectors' names."""
        return self._registry.names()

    def connector(self, name: str) -> Connector:
        """Return a connector, secrets masked."""
        return _shown(self._registry.connector(name))

    def create(self, name: str, texts: Mapping[str, str], target: TargetState = "RUNNING") -> Connector:
        """Declare a new connector; raise `InvalidConfiguration` or `ConnectorExists`."""
        connector = Connector(name, self._checked(name, texts), target, 0)
        self._registry.add(connector)
        return _shown(connector)

    def put(self, name: str, texts: Mapping[str, str]) -> tuple[Connector, bool]:
        """Declare or change a connector; tell whether it is new. Its task begins anew with what it has recorded."""
        try:
            before = self._registry.connector(name)
        except UnknownConnector:
            return self.create(name, texts), True
        checked = self._checked(name, unmasked(texts, before.texts))
        changed = before if checked == before.texts else self._registry.configure(name, checked)
        return _shown(changed), False

    def patch(self, name: str, changes: Mapping[str, str | None]) -> Connector:
        """Change some keys; None removes one."""
        merged = {**self._registry.connector(name).texts, **changes}
        return self.put(name, {key: value for key, value in merged.items() if value is not None})[0]

    def remove(self, name: str) -> None:
        """Forget a connector. Its offset stays: a connector of the same name goes on where this one ended."""
        self._registry.remove(name)

    def aim(self, name: str, target: TargetState) -> None:
        """Let a connector run, pause or stop."""
        self._registry.aim(name, target)

    def restart(self, name: str) -> None:
        """Begin a connector's task anew, failed or not."""
        self._registry.restart(name)

    def task(self, name: str) -> Task | None:
        """Return what is known of a connector's task."""
        return self._registry.task(name)

    def offset(self, name: str) -> dict[str, Any] | None:
        """Return how far a connector has come, under Debezium's keys; None before its first record."""
        self._registry.connector(name)
        saved = self._log.source_offset(source_of(name))
        offset = None if saved is None else SourceOffset.decode(saved)
        return None if offset is None or offset.reset else offset.connect()

    def reset_offset(self, name: str) -> None:
        """Let a stopped connector begin with a new snapshot."""
        if self._registry.connector(name).target != "STOPPED":
            raise WrongState(
                "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for "
                f"the specified connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint"
            )
        with self._store.write() as connection:
            # A task that was told to stop may still write; fenced first, it cannot overwrite what is saved here.
            self._registry.fence(name, connection)
            saved = self._log.source_offset(source_of(name))
            if saved is None:
                return
            before = SourceOffset.decode(saved)
            begin_anew = SourceOffset(
                generation=before.generation,
                system=before.system,
                snapshotting=True,
                reset=True,
                slot=before.slot,
                publication=before.publication,
            )
            self._log.save_source_offset(source_of(name), begin_anew.encode(), within=connection)

    def topics(self, name: str) -> list[str]:
        """List the topics that a connector has made."""
        return self._registry.topics(name)

    def recorded(self, topic: str) -> int:
        """Count the events that a topic was ever given."""
        return self._log.end(topic)

    def snapshot(self, topic: str) -> Snapshot | None:
        """Return a topic's newest snapshot; None for a topic that is no connector's."""
        return self._registry.snapshot(topic)

    def validate(self, texts: Mapping[str, str]) -> ConnectorConfiguration:
        """Check a configuration without connecting."""
        return ConnectorConfiguration.parse(texts.get("name", ""), texts)

    def _checked(self, name: str, texts: Mapping[str, str]) -> dict[str, str]:
        if not name.strip():
            raise InvalidConfiguration(["Invalid value  for configuration name: String may not be empty"])
        if "/" in name:
            raise InvalidConfiguration([f"Invalid value {name} for configuration name: a path cannot name it"])
        named = {**texts, "name": name}
        _check_class(named)
        configuration = ConnectorConfiguration.parse(name, named)
        self._refuse_sharing(configuration)
        try:
            self._probe(configuration)
        except CaptureError as error:
            raise InvalidConfiguration([f"Error during connection validation: {error}"]) from error
        return named

    def _refuse_sharing(self, configuration: ConnectorConfiguration) -> None:
        for connector in self._registry.connectors():
            other = ConnectorConfiguration(connector.name, connector.texts)
            if other.name == configuration.name or not same_server(configuration, other):
                continue
            if key := shared(configuration, other):
                raise InvalidConfiguration([f"The '{key}' value is invalid: connector {other.name} uses it"])


def _check_class(texts: Mapping[str, str]) -> None:
    given = texts.get("connector.class")
    if given is None:
        raise InvalidConfiguration([f"Connector config {{name={texts['name']}}} contains no connector type"])
    if given not in CLASS_NAMES:
        raise InvalidConfiguration(
            [
                f"Failed to find any class that implements Connector and which name matches {given}, "
                f"available connectors are: {', '.join(sorted(CLASS_NAMES))}"
            ]
        )


def _shown(connector: Connector) -> Connector:
    return Connector(connector.name, masked(connector.texts), connector.target, connector.restarts)
