"""How a problem reads: as RFC 9457 has it, or as the reference that a capability stands in for has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.platform.http.problem import Problem
from tallystick.platform.http.reply import Reply
from tallystick.platform.http.request import Request

__all__ = ["ProblemShape", "problem_json"]


@dataclass(frozen=True)
class ProblemShape:
    """Words a problem for the client; a capability whose reference has its own error body passes its own.

    `name`, `schema` (a JSON schema) and `media_type` describe the body in the OpenAPI document.
    """

    word: Callable[[Problem, Request[Any]], Reply]
    name: str
    schema: Mapping[str, object]
    media_type: str = "application/json"

    def __call__(self, problem: Problem, request: Request[Any]) -> Reply:
        """Word `problem` for the client that sent `request`."""
        return self.word(problem, request)


def _problem_json(problem: Problem, request: Request[Any]) -> Reply:
    body: dict[str, object] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "instance": f"urn:tallystick:request:{request.id}",
    }
    if problem.detail is not None:
        body["detail"] = problem.detail
    if problem.faults:
        body["errors"] = problem.faults
    return Reply(body, status=problem.status, media_type="application/problem+json")


_PROBLEM: dict[str, object] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

problem_json = ProblemShape(_problem_json, "Problem", _PROBLEM, "application/problem+json")
"""Words a problem as RFC 9457 does, with the request's id as its instance."""
