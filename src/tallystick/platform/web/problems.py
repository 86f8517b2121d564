"""Show a problem to a person."""

from typing import Any

from jinja2 import Environment

from tallystick.platform.http import Problem, ProblemShape, Reply, Request, problem_json
from tallystick.platform.web.shell import PAGE_HEADERS

__all__ = ["problem_page"]

UNAUTHORISED = 401

ADVICE = {
    400: "Something in the address or the form is not as it should be.",
    401: "This console opens with a link that works once.",
    403: "Your login does not hold the right that this page needs.",
    404: "There is nothing at this address. It may have been removed, or mistyped.",
    405: "This address answers, but not to this kind of request.",
    500: "The fault is ours. The log of this process tells what happened, under the request below.",
    503: "A part that this page needs is not ready. Try again in a moment.",
}


def problem_page(templates: Environment, organisation: str, otherwise: ProblemShape = problem_json) -> ProblemShape:
    """Word problems as pages for browsers, and as `otherwise` words them for everybody else."""

    def shape(problem: Problem, request: Request[Any]) -> Reply:
        if "text/html" not in request.headers.get("accept", ""):
            return otherwise(problem, request)
        body = templates.get_template("platform/web/problem.html").render(
            organisation=organisation,
            problem=problem,
            advice=ADVICE.get(problem.status, ""),
            login=problem.status == UNAUTHORISED,
            request=request,
        )
        return Reply(body, status=problem.status, headers=PAGE_HEADERS, media_type="text/html; charset=utf-8")

    return ProblemShape(shape, otherwise.name, otherwise.schema, otherwise.media_type)
