"""The routes of the anonlink entity service."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tallystick.linkage.batch import errors, wording
from tallystick.linkage.batch.service import BatchService
from tallystick.linkage.batch.status import status_body, timestamp
from tallystick.linkage.domain.batch.project import MOST_PARTIES, ResultType
from tallystick.linkage.domain.batch.uploads import is_upload
from tallystick.linkage.domain.texts import NO_NUL
from tallystick.native import __version__
from tallystick.platform.http import BodyStream, Failures, Group, Problem, Reply, Request, Route

__all__ = ["PREFIX", "batch_routes"]

PREFIX = "/api/v1"
DIALECT = "v1.15.1"
"""The version of the entity service whose interface this is."""

FAILURES: Failures = {
    errors.AccessRefused: 403,
    errors.TokenUsed: 403,
    errors.BlockingMismatch: 403,
    errors.UploadRefused: 400,
    errors.ProjectInvalid: 400,
    errors.RunIncomplete: 404,
    errors.ProjectFaulty: 500,
    errors.RunFailed: 500,
}

CORS = {"access-control-allow-origin": "*"}
GONE = CORS | {"content-type": "application/json"}

TOKEN = {"type": "string", "minLength": 1}
NUMBER = {"type": "integer", "minimum": 0}

PROJECT = "/projects/{project}"
RUN = "/projects/{project}/runs/{run}"


Label = Annotated[str, Meta(pattern=NO_NUL)]


class NewProject(msgspec.Struct):
    """What creates a project."""

    schema: dict[str, Any]
    result_type: ResultType
    number_parties: Annotated[int, Meta(ge=2, le=MOST_PARTIES)] = 2
    name: Label = ""
    notes: Label = ""
    uses_blocking: bool = False


class NewRun(msgspec.Struct):
    """What starts a run."""

    threshold: Annotated[float, Meta(gt=0, le=1)]
    name: Label = ""
    notes: Label = ""


class Encodings(msgspec.Struct):
    """A party's encodings, in base64."""

    clks: list[str]


def batch_routes(service: BatchService, *, upload_limit: int, json_upload_limit: int, list_projects: bool) -> Group:
    """Declare the routes; `list_projects` answers the list of all ids without a token, as the reference does."""
    front = _Front(service)
    routes = [
        _json("GET", "/status", front.status, "Say that the service works."),
        _json("GET", "/version", front.version, "Tell the versions."),
        _json("POST", "/projects", front.create, "Create a project.", request=bytes, described=NewProject, status=201),
        _json("GET", PROJECT, front.describe, "Describe a project."),
        _json("DELETE", PROJECT, front.remove, "Delete a project.", status=204),
        _json("GET", f"{PROJECT}/authorize-external-upload", front.authorize, "Not offered."),
        _json(
            "POST",
            f"{PROJECT}/clks",
            front.upload,
            "Upload JSON.",
            request=bytes,
            described=Encodings,
            status=201,
            limit=min(json_upload_limit, upload_limit),
            before=front.expect_upload,
        ),
        _json(
            "POST",
            f"{PROJECT}/binaryclks",
            front.upload_binary,
            "Upload raw encodings.",
            request=BodyStream,
            described=bytes,
            status=201,
            limit=upload_limit,
        ),
        _json("GET", f"{PROJECT}/runs", front.runs, "List a project's runs.", response=list[dict[str, Any]]),
        _json("POST", f"{PROJECT}/runs", front.start_run, "Start a run.", request=bytes, described=NewRun, status=201),
        _json("GET", RUN, front.run, "Describe a run."),
        _json("DELETE", RUN, front.remove_run, "Delete a run.", status=204),
        _json("GET", f"{RUN}/status", front.run_status, "Say how far a run is."),
        _json("GET", f"{RUN}/result", front.result, "Give a run's result."),
    ]
    if list_projects:
        routes.append(_json("GET", "/projects", front.projects, "List all projects.", response=list[dict[str, Any]]))
    return Group(PREFIX, routes, failures=FAILURES, problem=wording.problem)


def _json(
    method: str,
    path: str,
    handler: Callable[[Request[Any]], Reply],
    summary: str,
    *,
    request: type | None = None,
    described: type | None = None,
    response: object = dict,
    status: int = 200,
    limit: int | None = None,
    before: Callable[[Request[Any]], None] | None = None,
) -> Route:
    """Declare a route whose body, if any, the handler reads itself, because the reference's wording depends on it."""
    parameters = {"header.Authorization": TOKEN} if path.startswith(PROJECT) else {}
    if request is BodyStream:
        parameters |= {"header.Hash-Count": NUMBER, "header.Hash-Size": NUMBER}
    return Route(
        method,
        path,
        handler,
        request=request,
        described=described,
        parameters=parameters,
        response=None if status == 204 else response,
        status=status,
        limit=limit,
        summary=summary,
        errors=(400, 403, 404, 413, 415, 500),
        before=before,
    )


@dataclass(frozen=True)
class _Front:
    """Reads what the reference's clients send, and answers in its shapes."""

    service: BatchService

    def status(self, _: Request[None]) -> Reply:
        count = len(self.service.projects())
        return _answer({"status": "ok", "project_count": count, "rate": self.service.rate()})

    def version(self, _: Request[None]) -> Reply:
        python = platform.python_version()
        return _answer({"anonlink": __version__, "entityservice": f"{DIALECT}+tallystick", "python": python})

    def projects(self, _: Request[None]) -> Reply:
        listed = self.service.projects()
        return _answer([{"project_id": project, "time_added": timestamp(added)} for project, added in listed])

    def create(self, request: Request[bytes]) -> Reply:
        body = wording.properties(wording.json_body(request), ("schema", "result_type"), PROJECT_TYPES)
        kinds = [kind.value for kind in ResultType]
        if body["result_type"] not in kinds:
            raise wording.invalid(f"{wording.shortened(body['result_type'])} is not one of {kinds} - 'result_type'")
        parties = body.get("number_parties", 2)
        if parties < 2:
            raise wording.invalid(f"{parties} is less than the minimum of 2 - 'number_parties'")
        if parties > MOST_PARTIES:
            raise wording.invalid(f"{parties} is greater than the maximum of {MOST_PARTIES} - 'number_parties'")
        created = self.service.create(
            schema=body["schema"],
            result_type=ResultType(body["result_type"]),
            parties=parties,
            name=body.get("name", ""),
            notes=body.get("notes", ""),
            uses_blocking=body.get("uses_blocking", False),
        )
        return _answer(created, 201)

    def describe(self, request: Request[None]) -> Reply:
        project = self.service.project(request.path_values["project"], wording.token(request))
        body = {name: getattr(project, name) for name in ("name", "notes", "schema", "result_type", "uses_blocking")}
        body |= {"project_id": project.id, "number_parties": len(project.parties)}
        body |= {"parties_contributed": project.contributed, "error": project.error is not None}
        return _answer(body)

    def remove(self, request: Request[None]) -> Reply:
        self.service.remove_project(request.path_values["project"], wording.token(request))
        return Reply(status=204, headers=GONE)

    def authorize(self, request: Request[None]) -> Reply:
        self.service.check_update_token(request.path_values["project"], wording.token(request))
        raise wording.disabled("This service has no object store for uploads; use /clks or /binaryclks.")

    def expect_upload(self, request: Request[bytes]) -> None:
        """Refuse whoever may not upload, before the body takes memory."""
        self.service.check_upload(request.path_values["project"], wording.token(request))

    def upload(self, request: Request[bytes]) -> Reply:
        token = wording.token(request)
        body = wording.json_body(request)
        if not is_upload(body) or not isinstance(body, dict):
            raise wording.invalid(f"{wording.shortened(body)} is not valid under any of the given schemas")
        receipt = self.service.upload(request.path_values["project"], token, body)
        return _answer({"message": "Updated", "receipt_token": receipt}, 201)

    def upload_binary(self, request: Request[BodyStream]) -> Reply:
        token = wording.token(request)
        count, size = wording.integer_header(request, "Hash-Count"), wording.integer_header(request, "Hash-Size")
        if request.headers.get("content-type") != "application/octet-stream":
            raise Problem(400, detail="Content Type not supported")
        receipt = self.service.upload_binary(
            request.path_values["project"], token, count=count, size=size, stream=request.body
        )
        return _answer({"message": "Updated", "receipt_token": receipt}, 201)

    def runs(self, request: Request[None]) -> Reply:
        listed = self.service.runs(request.path_values["project"], wording.token(request))
        runs = (progress.run for progress in listed)
        return _answer([{"run_id": run.id, "time_added": timestamp(run.added), "state": run.state} for run in runs])

    def start_run(self, request: Request[bytes]) -> Reply:
        token = wording.token(request)
        body = wording.properties(wording.json_body(request), ("threshold",), RUN_TYPES)
        threshold = float(body["threshold"])
        if not 0 < threshold <= 1:
            raise wording.invalid(f"{body['threshold']} is not above 0 and at most 1 - 'threshold'")
        names = {name: body.get(name, "") for name in ("name", "notes")}
        run = self.service.start_run(request.path_values["project"], token, threshold=threshold, **names)
        return _answer({"run_id": run.id, "threshold": run.threshold, "name": run.name, "notes": run.notes}, 201)

    def run(self, request: Request[None]) -> Reply:
        values = request.path_values
        run = self.service.run(values["project"], values["run"], wording.token(request))
        return _answer({"run_id": run.id, "threshold": run.threshold, "name": run.name, "notes": run.notes})

    def remove_run(self, request: Request[None]) -> Reply:
        values = request.path_values
        self.service.remove_run(values["project"], values["run"], wording.token(request))
        return Reply(status=204, headers=GONE)

    def run_status(self, request: Request[None]) -> Reply:
        values = request.path_values
        progress = self.service.progress(values["project"], values["run"], wording.token(request))
        return _answer(status_body(progress))

    def result(self, request: Request[None]) -> Reply:
        values = request.path_values
        token = wording.token(request)
        pieces = self.service.result(values["project"], values["run"], token)
        scores = self.service.project(values["project"], token).result_type == ResultType.SIMILARITY_SCORES
        if scores and "return-object-store-address" in request.headers:
            raise wording.disabled("This service has no object store; ask without the header.")
        return Reply(pieces, headers=CORS, media_type="application/json")


PROJECT_TYPES = {
    "schema": "object",
    "result_type": "string",
    "number_parties": "integer",
    "name": "string",
    "notes": "string",
    "uses_blocking": "boolean",
}
RUN_TYPES = {"threshold": "number", "name": "string", "notes": "string"}


def _answer(body: object, status: int = 200) -> Reply:
    return Reply(body, status=status, headers=CORS)
