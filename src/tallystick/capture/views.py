"""Connectors as Kafka Connect's REST API shows them."""

from collections.abc import Mapping
from typing import Any

from tallystick.capture.domain.configuration import faults
from tallystick.capture.domain.connector import Connector, Task
from tallystick.capture.domain.keys import KEYS, Key, is_secret
from tallystick.capture.service import Connectors
from tallystick.native import __version__

__all__ = ["Views"]


class Views:
    """Makes answers of what the service knows."""

    def __init__(self, service: Connectors) -> None:
        self._service = service

    def info(self, name: str) -> dict[str, Any]:
        """Show a connector's configuration and tasks."""
        connector = self._service.connector(name)
        tasks = [{"connector": name, "task": 0}] if self._has_task(connector) else []
        return {"name": name, "config": connector.texts, "tasks": tasks, "type": "source"}

    def status(self, name: str) -> dict[str, Any]:
        """Show what a connector and its task do."""
        connector = self._service.connector(name)
        task = self._service.task(name)
        state = connector.target if connector.target != "RUNNING" or _runs(task) else "UNASSIGNED"
        shown = {"state": state, "worker_id": task.worker if task else "", "version": __version__}
        return {"name": name, "connector": shown, "tasks": self.task_states(name), "type": "source"}

    def task_states(self, name: str) -> list[dict[str, Any]]:
        """Show the states of a connector's tasks."""
        connector = self._service.connector(name)
        task = self._service.task(name)
        if task is None or not self._has_task(connector):
            return []
        shown = {"id": 0, "state": _state(connector, task), "worker_id": task.worker, "version": __version__}
        return [shown | {"trace": task.trace} if shown["state"] == "FAILED" else shown]

    def tasks(self, name: str) -> list[dict[str, Any]]:
        """Show the configurations of a connector's tasks."""
        connector = self._service.connector(name)
        if not self._has_task(connector):
            return []
        configuration = {**connector.texts, "task.class": "io.debezium.connector.postgresql.PostgresConnectorTask"}
        return [{"id": {"connector": name, "task": 0}, "config": configuration}]

    def failed(self, name: str) -> bool:
        """Tell whether a connector's task has failed."""
        return any(task["state"] == "FAILED" for task in self.task_states(name))

    def definition(self, key: Key) -> dict[str, Any]:
        """Show a key's definition."""
        return {
            "name": key.name,
            "type": key.kind,
            "required": key.required,
            "default_value": key.default,
            "importance": key.importance,
            "documentation": key.documentation,
            "group": "Postgres",
            "order_in_group": list(KEYS).index(key.name) + 1,
            "width": "MEDIUM",
            "display_name": key.name,
            "dependents": [],
        }

    def validation(self, plugin: str, texts: Mapping[str, str]) -> dict[str, Any]:
        """Show what is wrong with a configuration, key by key."""
        wrong = faults(texts)
        values = [self._value(key, texts, wrong) for key in KEYS.values()]
        return {"name": plugin, "error_count": len(wrong), "groups": ["Postgres"], "configs": values}

    def _value(self, key: Key, texts: Mapping[str, str], wrong: list[str]) -> dict[str, Any]:
        value = {
            "name": key.name,
            "value": None if is_secret(key.name) else texts.get(key.name, key.default),
            "recommended_values": list(key.choices),
            "errors": [fault for fault in wrong if f"'{key.name}'" in fault or f"configuration {key.name}:" in fault],
            "visible": True,
        }
        return {"definition": self.definition(key), "value": value}

    def _has_task(self, connector: Connector) -> bool:
        return connector.target != "STOPPED" and self._service.task(connector.name) is not None


def _runs(task: Task | None) -> bool:
    return task is not None and (task.state == "FAILED" or task.lease_until_ms > 0)


def _state(connector: Connector, task: Task) -> str:
    if task.state == "FAILED":
        return "RESTARTING" if connector.restarts != task.restarts else "FAILED"
    if connector.target == "PAUSED":
        return "PAUSED"
    return "RUNNING" if _runs(task) else "UNASSIGNED"
