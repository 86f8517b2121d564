"""The route by which a registry joins: `POST /v1/parties/join`, with the invitation's token."""

from tallystick.edge.errors import WrongAuthority
from tallystick.flows.living_linkage.errors import InvitationUsed
from tallystick.flows.living_linkage.joining import JOIN_SCOPE, Joined, Joining, JoinRequest
from tallystick.platform.http import Problem, Request, Route

__all__ = ["joining_routes"]


def joining_routes(joining: Joining) -> list[Route]:
    """Make the route."""

    def join(request: Request[JoinRequest]) -> Joined:
        try:
            return joining.join(request.principal.token_id, sorted(request.principal.scopes), request.body)
        except WrongAuthority as error:
            raise Problem(400, detail=f"authority: {error}", field="authority") from error

    return [
        Route(
            "POST",
            "/v1/parties/join",
            join,
            request=JoinRequest,
            response=Joined,
            status=201,
            scope=JOIN_SCOPE,
            summary="Become a party of a linkage, by invitation",
            errors=(401, 403),
            failures={InvitationUsed: 403},
            tags=("living linkages",),
        )
    ]
