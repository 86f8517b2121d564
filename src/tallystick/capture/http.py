"""Kafka Connect's REST API over our connectors."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

import msgspec

from tallystick.capture.domain.configuration import CLASS_NAMES, CONNECTOR_CLASS
from tallystick.capture.domain.connector import TargetState
from tallystick.capture.domain.keys import KEYS
from tallystick.capture.errors import (
    ConnectorExists,
    InvalidConfiguration,
    UnknownConnector,
    WrongState,
)
from tallystick.capture.service import Connectors
from tallystick.capture.views import Views
from tallystick.native import __version__
from tallystick.platform.http import Failures, Group, Origin, Problem, ProblemShape, Reply, Request, Route, Routes

__all__ = ["connect_problem", "connect_routes"]

FAILURES: Failures = {UnknownConnector: 404, ConnectorExists: 409, WrongState: 400}
HINT = "You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`"
PLAIN = ("Connector config {", "Failed to find any class")
TASK_NUMBER = re.compile("[0-9]{1,9}")
TARGETS: dict[str, TargetState] = {"pause": "PAUSED", "resume": "RUNNING", "stop": "STOPPED"}

Handler = Callable[[Request[Any]], object]
Value = str | int | float | bool | None


class NewConnector(msgspec.Struct, forbid_unknown_fields=True):
    """What creates a connector."""

    name: str
    config: dict[str, Value]
    initial_state: TargetState = "RUNNING"


def _connect_problem(problem: Problem, _: Request[Any]) -> Reply:
    text = problem.detail or problem.title
    if problem.origin is Origin.ROUTER:
        text = f"HTTP {problem.status} {problem.title}"
    return Reply({"error_code": problem.status, "message": text}, status=problem.status, headers=problem.headers)


_CONNECT_ERROR: dict[str, object] = {
    "type": "object",
    "required": ["error_code", "message"],
    "properties": {"error_code": {"type": "integer"}, "message": {"type": "string"}},
}
connect_problem = ProblemShape(_connect_problem, "ConnectError", _CONNECT_ERROR)
"""Words an error as Kafka Connect does."""


class _Door:
    def __init__(self, service: Connectors, views: Views) -> None:
        self._service = service
        self._views = views

    def root(self, _: Request[None]) -> object:
        return {"version": __version__, "commit": "tallystick", "kafka_cluster_id": "tallystick"}

    def health(self, _: Request[None]) -> object:
        return {"status": "healthy", "message": "Worker has completed startup and is ready to handle requests."}

    def connectors(self, request: Request[None]) -> object:
        expansions = [word for word in request.query_values.getlist("expand") if word in ("status", "info")]
        if not request.query_values.getlist("expand"):
            return self._service.names()
        return dict(self._expanded(expansions))

    def _expanded(self, expansions: list[str]) -> Iterator[tuple[str, object]]:
        shown = {"status": self._views.status, "info": self._views.info}
        for name in self._service.names():
            with suppress(UnknownConnector):  # one that was deleted meanwhile is no longer listed
                yield name, {word: shown[word](name) for word in expansions}

    def create(self, request: Request[NewConnector]) -> Reply:
        name = request.body.name.strip()
        texts = _texts(request.body.config)
        _check_name(name, texts)
        with _worded():
            self._service.create(name, texts, request.body.initial_state)
        return Reply(self._views.info(name), status=201, headers=_location(request, name))

    def info(self, request: Request[None]) -> object:
        return self._views.info(_name(request))

    def remove(self, request: Request[None]) -> None:
        self._service.remove(_name(request))

    def configuration(self, request: Request[None]) -> object:
        return self._service.connector(_name(request)).texts

    def put_configuration(self, request: Request[dict[str, Value]]) -> Reply:
        name, texts = _name(request), _texts(request.body)
        _check_name(name, texts)
        with _worded():
            _, new = self._service.put(name, texts)
        headers = _location(request, name) if new else {}
        return Reply(self._views.info(name), status=201 if new else 200, headers=headers)

    def patch_configuration(self, request: Request[dict[str, Value]]) -> object:
        changes = {key: None if value is None else _text(value) for key, value in request.body.items()}
        _check_name(_name(request), _texts(request.body))
        with _worded():
            self._service.patch(_name(request), changes)
        return self._views.info(_name(request))

    def status(self, request: Request[None]) -> object:
        try:
            return self._views.status(_name(request))
        except UnknownConnector:
            raise Problem(404, detail=f"No status found for connector {_name(request)}") from None

    def tasks(self, request: Request[None]) -> object:
        return self._views.tasks(_name(request))

    def task_status(self, request: Request[None]) -> object:
        return self._task(request, "No status found for task {}")

    def aim(self, request: Request[None]) -> None:
        verb = request.path.rpartition("/")[2]
        self._service.aim(_name(request), TARGETS[verb])

    def restart(self, request: Request[None]) -> Reply:
        name = _name(request)
        try:
            failed_only = _asked(request, "onlyFailed")
            if not failed_only or self._views.failed(name):
                self._service.restart(name)
        except UnknownConnector:
            raise Problem(404, detail=f"Unknown connector: {name}") from None
        if failed_only or _asked(request, "includeTasks"):
            return Reply(self._views.status(name), status=202)
        return Reply(status=204)

    def restart_task(self, request: Request[None]) -> None:
        try:
            self._service.connector(_name(request))
        except UnknownConnector:
            raise Problem(404, detail=f"Unknown connector: {_name(request)}") from None
        self._task(request, "Unknown task: {}")
        self._service.restart(_name(request))

    def topics(self, request: Request[None]) -> object:
        return {_name(request): {"topics": self._service.topics(_name(request))}}

    def offsets(self, request: Request[None]) -> object:
        name = _name(request)
        offset = self._service.offset(name)
        prefix = self._service.connector(name).texts.get("topic.prefix", "")
        return {"offsets": [] if offset is None else [{"partition": {"server": prefix}, "offset": offset}]}

    def reset_offsets(self, request: Request[None]) -> object:
        self._service.reset_offset(_name(request))
        return {
            "message": "The Connect framework-managed offsets for this connector have been reset successfully. "
            "However, if this connector manages offsets externally, they will need to be manually reset in the "
            "system that the connector uses."
        }

    def plugins(self, _: Request[None]) -> object:
        return [{"class": CONNECTOR_CLASS, "type": "source", "version": __version__}]

    def plugin_keys(self, request: Request[None]) -> object:
        if (plugin := request.path_values["plugin"]) not in CLASS_NAMES:
            raise Problem(404, detail=f"Unknown plugin {plugin}.")
        return [self._views.definition(key) for key in KEYS.values()]

    def validate(self, request: Request[dict[str, Value]]) -> object:
        plugin, texts = request.path_values["plugin"], _texts(request.body)
        given = texts.get("connector.class")
        if given is None:
            raise Problem(400, detail="Connector config {} contains no connector type")
        if given != plugin:
            raise Problem(400, detail=f"Included connector type {given} does not match request type {plugin}")
        if plugin not in CLASS_NAMES:
            known = "Failed to find any class that implements Connector and which name matches"
            raise Problem(400, detail=f"{known} {plugin}")
        return self._views.validation(plugin, texts)

    def _task(self, request: Request[None], unknown: str) -> object:
        name, number = _name(request), request.path_values["task"]
        try:
            tasks = self._views.task_states(name)
        except UnknownConnector:
            tasks = []
        if not TASK_NUMBER.fullmatch(number) or int(number) >= len(tasks):
            raise Problem(404, detail=unknown.format(f"{name}-{number}"))
        return tasks[int(number)]


def connect_routes(service: Connectors, views: Views) -> Routes:
    """Make the routes of Kafka Connect 4.3's worker."""
    door = _Door(service, views)
    named = "/connectors/{name}"
    plugin = "/connector-plugins/{plugin}/config"
    settings = dict[str, Value]
    routes = [
        _reads("/", door.root, "Name the worker."),
        Route("GET", "/health", door.health, summary="Say whether the worker is ready."),
        _reads("/connectors", door.connectors, "List connectors."),
        _writes("POST", "/connectors", door.create, 201, "Create a connector.", NewConnector),
        _reads(named, door.info, "Show a connector."),
        _writes("DELETE", named, door.remove, 204, "Delete a connector."),
        _reads(f"{named}/config", door.configuration, "Show a configuration."),
        _writes("PUT", f"{named}/config", door.put_configuration, 200, "Create or change a connector.", settings),
        _writes("PATCH", f"{named}/config", door.patch_configuration, 200, "Change some keys.", settings),
        _reads(f"{named}/status", door.status, "Show the states of a connector and its tasks."),
        _writes("POST", f"{named}/restart", door.restart, 204, "Begin anew."),
        _writes("PUT", f"{named}/pause", door.aim, 202, "Pause."),
        _writes("PUT", f"{named}/resume", door.aim, 202, "Resume."),
        _writes("PUT", f"{named}/stop", door.aim, 204, "Stop, and end the tasks."),
        _reads(f"{named}/tasks", door.tasks, "Show the tasks' configurations."),
        _reads(f"{named}/tasks/{{task}}/status", door.task_status, "Show a task's state."),
        _writes("POST", f"{named}/tasks/{{task}}/restart", door.restart_task, 204, "Restart a task."),
        _reads(f"{named}/topics", door.topics, "List the topics a connector made."),
        _reads(f"{named}/offsets", door.offsets, "Show how far a connector has come."),
        _writes("DELETE", f"{named}/offsets", door.reset_offsets, 200, "Begin with a new snapshot."),
        _reads("/connector-plugins", door.plugins, "List connector classes."),
        _reads(plugin, door.plugin_keys, "List a class's configuration keys."),
        _writes("PUT", f"{plugin}/validate", door.validate, 200, "Check a configuration.", settings),
    ]
    return [Group("", routes, failures=FAILURES, problem=connect_problem)]


def _reads(path: str, handler: Handler, summary: str) -> Route:
    return Route("GET", path, handler, scope="capture:read", summary=summary)


def _writes(method: str, path: str, handler: Handler, status: int, summary: str, request: object = None) -> Route:
    return Route(method, path, handler, request=request, status=status, scope="capture:write", summary=summary)


@contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except InvalidConfiguration as error:
        if len(error.faults) == 1 and error.faults[0].startswith(PLAIN):
            raise Problem(400, detail=error.faults[0]) from None
        head = f"Connector configuration is invalid and contains the following {len(error.faults)} error(s):"
        raise Problem(400, detail="\n".join([head, *error.faults, HINT])) from None


def _check_name(name: str, texts: Mapping[str, str]) -> None:
    if (named := texts.get("name", name)) != name:
        raise Problem(
            400, detail=f"Connector name configuration ({named}) doesn't match connector name in the URL ({name})"
        )


def _asked(request: Request[Any], key: str) -> bool:
    return request.query_values.get(key, "").lower() == "true"


def _name(request: Request[Any]) -> str:
    return str(request.path_values["name"])


def _texts(values: Mapping[str, Value]) -> dict[str, str]:
    return {key: _text(value) for key, value in values.items() if value is not None}


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _location(request: Request[Any], name: str) -> dict[str, str]:
    scheme = "https" if request.secure else "http"
    mounted = request.path.partition("/connectors")[0]
    host = request.headers.get("host", "localhost")
    return {"location": f"{scheme}://{host}{mounted}/connectors/{quote(name)}"}
