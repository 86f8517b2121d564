"""The living linkages' API: `/v1/linkages/...`.

A party's calls need the scope `linkage:ID:party:NAME`, the unit's own `linkage:read` and `linkage:write`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from tallystick.linkage.adapters.contact_store import ContactStore
from tallystick.linkage.domain.living.changes import HIGHEST, Counter, EncodingChange, Position, WrongRecord
from tallystick.linkage.domain.living.linkages import Epoch, Linkage, party_scope
from tallystick.linkage.domain.living.matches import Verdict
from tallystick.linkage.living.errors import (
    BatchReused,
    EpochRetired,
    LinkageExists,
    TooManyEpochs,
    UnknownEpoch,
    UnknownLinkage,
    UnknownParty,
    WrongDefinition,
    WrongEpoch,
)
from tallystick.linkage.living.overview import Overview
from tallystick.linkage.living.service import LivingService, Receipt
from tallystick.linkage.living.settings import LivingSettings
from tallystick.linkage.living.wire import (
    Batch,
    EpochDeclaration,
    FeedPage,
    FeedQuery,
    LinkageDeclaration,
    LinkageStatus,
    OneEncoding,
    PartyDeclaration,
    PartyStatus,
    PositionQuery,
    Scores,
    UnitMatch,
    feed_match,
    unit_match,
)
from tallystick.platform.http import MESSAGE_PACK, Group, Problem, Request, Route

__all__ = ["living_routes"]

FAILURES: Final[Mapping[type[Exception], int]] = {
    UnknownLinkage: 404,
    UnknownParty: 404,
    UnknownEpoch: 404,
    LinkageExists: 409,
    WrongDefinition: 400,
    WrongEpoch: 409,
    TooManyEpochs: 409,
    EpochRetired: 409,
    BatchReused: 409,
}
PARTY: Final = "/{linkage}/parties/{party}"
OWN: Final = party_scope("{linkage}", "{party}")


class MatchesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which matches: `before` is the version of the last one seen."""

    verdict: Verdict | None = None
    before: Counter | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


def living_routes(
    service: LivingService, overview: Overview, contacts: ContactStore, settings: LivingSettings
) -> Group:
    """Make the routes."""
    api = _Api(service, overview, contacts, settings)
    routes = (
        Route(
            "POST",
            "",
            api.create,
            request=LinkageDeclaration,
            response=LinkageStatus,
            status=201,
            scope="linkage:write",
            summary="Make a linkage",
            errors=(409,),
        ),
        Route(
            "GET",
            "",
            api.linkages,
            response=list[LinkageStatus],
            scope="linkage:read",
            summary="List linkages",
        ),
        Route(
            "GET",
            "/{linkage}",
            api.status,
            response=LinkageStatus,
            summary="Sum a linkage up",
            errors=(404,),
        ),
        Route(
            "POST",
            "/{linkage}/parties",
            api.add_party,
            request=PartyDeclaration,
            response=LinkageStatus,
            scope="linkage:write",
            summary="Add a party",
            errors=(404,),
        ),
        Route(
            "GET",
            "/{linkage}/scores",
            api.scores,
            response=Scores,
            scope="linkage:read",
            summary="Count candidates by score",
            errors=(404,),
        ),
        Route(
            "GET",
            "/{linkage}/matches",
            api.matches,
            query=MatchesQuery,
            response=list[UnitMatch],
            scope="linkage:read",
            summary="List the matches that stand, the latest change first",
            errors=(404,),
        ),
        Route(
            "PUT",
            f"{PARTY}/epochs/{{epoch}}",
            api.declare,
            scope=OWN,
            request=EpochDeclaration,
            response=Epoch,
            summary="Declare an epoch",
            errors=(404, 409),
        ),
        Route(
            "GET", PARTY, api.party, scope=OWN, response=PartyStatus, summary="Tell how far a party is", errors=(404,)
        ),
        Route(
            "POST",
            f"{PARTY}/epochs/{{epoch}}/encodings",
            api.upsert,
            scope=OWN,
            request=Batch,
            response=Receipt,
            summary="Hand over a batch of changes",
            errors=(400, 404, 409, 413, 415),
            request_media_types=("application/json", MESSAGE_PACK),
            limit=settings.batch_bytes,
        ),
        Route(
            "PUT",
            f"{PARTY}/epochs/{{epoch}}/encodings/{{key}}",
            api.put,
            scope=OWN,
            request=OneEncoding,
            response=Receipt,
            summary="Hand over one record's encoding",
            errors=(400, 404, 409),
        ),
        Route(
            "DELETE",
            f"{PARTY}/epochs/{{epoch}}/encodings/{{key}}",
            api.delete,
            scope=OWN,
            query=PositionQuery,
            response=Receipt,
            summary="Delete one record's encoding",
            errors=(400, 404, 409),
        ),
        Route(
            "POST",
            f"{PARTY}/epochs/{{epoch}}/snapshots/{{generation:int}}/complete",
            api.complete,
            scope=OWN,
            response=Receipt,
            summary="Declare a snapshot complete: keys that it lacks are gone",
            errors=(404, 409),
        ),
        Route(
            "GET",
            f"{PARTY}/matches",
            api.feed,
            scope=OWN,
            query=FeedQuery,
            response=FeedPage,
            summary="Read what became of a party's own matches",
            errors=(404,),
        ),
    )
    tagged = [replace(route, tags=("living linkages",)) for route in routes]
    return Group("/v1/linkages", tagged, failures=FAILURES)


class _Api:
    """The handlers; each turns a request into one call and its result into one body."""

    def __init__(
        self, service: LivingService, overview: Overview, contacts: ContactStore, settings: LivingSettings
    ) -> None:
        self._service = service
        self._overview = overview
        self._contacts = contacts
        self._settings = settings

    def create(self, request: Request[LinkageDeclaration]) -> LinkageStatus:
        wanted = request.body
        linkage = self._service.create(
            wanted.id,
            parties=wanted.parties,
            threshold=wanted.threshold,
            name=wanted.name,
            grey_zone=wanted.grey_zone,
            schema_hash=wanted.schema_hash,
        )
        return self._overview.status(linkage)

    def linkages(self, _: Request[Any]) -> list[LinkageStatus]:
        return [self._overview.status(linkage) for linkage in self._service.linkages()]

    def status(self, request: Request[Any]) -> LinkageStatus:
        return self._overview.status(self._linkage(request))

    def add_party(self, request: Request[PartyDeclaration]) -> LinkageStatus:
        return self._overview.status(self._service.add_party(request.path_values["linkage"], request.body.name))

    def scores(self, request: Request[Any]) -> Scores:
        return self._overview.scores(self._linkage(request))

    def matches(self, request: Request[Any]) -> list[UnitMatch]:
        query: MatchesQuery = request.query
        found = self._overview.matches(
            self._linkage(request), verdict=query.verdict, before=query.before, limit=query.limit
        )
        return [unit_match(traced) for traced in found]

    def declare(self, request: Request[EpochDeclaration]) -> Epoch:
        (linkage, party), wanted = self._own(request), request.body
        return self._service.declare(
            linkage,
            party,
            request.path_values["epoch"],
            schema_hash=wanted.schema_hash,
            key_id=wanted.key_id,
            encoding_bytes=wanted.encoding_bytes,
        )

    def party(self, request: Request[Any]) -> PartyStatus:
        linkage, party = self._own(request)
        status = self._overview.status(self._service.linkage(linkage))
        if (found := next((each for each in status.parties if each.name == party), None)) is None:
            raise UnknownParty(f"linkage {linkage} has no party {party}")
        return found

    def upsert(self, request: Request[Batch]) -> Receipt:
        batch = request.body
        if len(batch.records) > self._settings.batch_records:
            detail = f"a batch holds at most {self._settings.batch_records} records"
            raise Problem(413, detail=detail, field="records")
        return self._hand_over(request, batch.batch, batch.records)

    def put(self, request: Request[OneEncoding]) -> Receipt:
        return self._change(request, request.body.position, request.body.encoding)

    def delete(self, request: Request[Any]) -> Receipt:
        query: PositionQuery = request.query
        return self._change(request, Position(query.generation, query.lsn, query.row), None)

    def complete(self, request: Request[Any]) -> Receipt:
        (linkage, party), generation = self._own(request), request.path_values["generation"]
        if generation > HIGHEST:
            raise Problem(404, detail=f"generations end at {HIGHEST}", field="path.generation")
        return self._service.complete(linkage, party, request.path_values["epoch"], generation)

    def feed(self, request: Request[Any]) -> FeedPage:
        linkage, party = self._own(request)
        query: FeedQuery = request.query
        feed = self._service.feed(linkage, party, after=query.after, limit=query.limit)
        return FeedPage([feed_match(each, party) for each in feed.matches], feed.cursor, feed.more, feed.anew)

    def _change(self, request: Request[Any], position: Position, encoding: bytes | None) -> Receipt:
        """Make a batch of one change; its id says which, so that a repetition is one."""
        key = request.path_values["key"]
        try:
            change = msgspec.convert({"key": key, "position": position, "encoding": encoding}, EncodingChange)
        except msgspec.ValidationError:
            raise Problem(404, detail="a record key has 64 lower-case hexadecimal digits", field="path.key") from None
        batch = ".".join(str(part) for part in (key, *msgspec.structs.astuple(position)))
        return self._hand_over(request, batch, [change])

    def _hand_over(self, request: Request[Any], batch: str, records: list[EncodingChange]) -> Receipt:
        linkage, party = self._own(request)
        try:
            return self._service.upsert(linkage, party, request.path_values["epoch"], batch, records)
        except WrongRecord as wrong:
            raise Problem(400, detail=str(wrong), field=f"records[{wrong.record}].{wrong.field}") from None

    def _linkage(self, request: Request[Any]) -> Linkage:
        return self._service.linkage(request.path_values["linkage"])

    def _own(self, request: Request[Any]) -> tuple[str, str]:
        """Name the party that speaks, and note that it does; operators, who may speak for anybody, leave no trace."""
        linkage, party = request.path_values["linkage"], request.path_values["party"]
        if party_scope(linkage, party) in request.principal.scopes:
            self._contacts.heard(linkage, party)
        return linkage, party
