"""How a problem reads: as RFC 9457 has it, or as the reference that a capability stands in for has it."""

from collections.abc import Callable
from typing import Any

from tallystick.platform.http.problem import Problem
from tallystick.platform.http.reply import Reply
from tallystick.platform.http.request import Request

__all__ = ["ProblemShape", "problem_json"]

ProblemShape = Callable[[Problem, Request[Any]], Reply]
"""Words a problem for the client; a capability whose reference has its own error body passes its own."""


def problem_json(problem: Problem, request: Request[Any]) -> Reply:
    """Word a problem as RFC 9457 does, with the request's id as its instance."""
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
