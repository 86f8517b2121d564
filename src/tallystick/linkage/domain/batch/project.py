"""Projects, their parties and their runs."""

from enum import StrEnum
from typing import Any

import msgspec

__all__ = ["MOST_PARTIES", "Party", "PartyState", "Project", "ResultType", "Run", "RunState", "encoding_problem"]


MOST_PARTIES = 1000
"""Each party of a project has a token and a row before it has sent anything."""


class ResultType(StrEnum):
    """What a project's runs yield."""

    GROUPS = "groups"
    PERMUTATIONS = "permutations"
    SIMILARITY_SCORES = "similarity_scores"


class PartyState(StrEnum):
    """How far a party's upload is; a party may upload again after an error."""

    NOT_STARTED = "not_started"
    DONE = "done"
    ERROR = "error"


class RunState(StrEnum):
    """How far a run is; it is created before the parties have uploaded, and queued when all have."""

    CREATED = "created"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    ERROR = "error"


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """One party of a project; `folder` holds its upload of `count` encodings of `size` bytes."""

    position: int
    state: PartyState
    count: int = 0
    size: int = 0
    folder: str = ""
    message: str | None = None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A linkage of the encodings that its parties upload; `message` says what makes its uploads unusable."""

    id: str
    name: str
    notes: str
    schema: dict[str, Any]
    result_type: ResultType
    uses_blocking: bool
    parties: tuple[Party, ...]
    message: str | None = None

    @property
    def contributed(self) -> int:
        """How many parties have uploaded."""
        return sum(party.state == PartyState.DONE for party in self.parties)

    @property
    def complete(self) -> bool:
        """Whether every party has uploaded."""
        return self.contributed == len(self.parties)

    @property
    def error(self) -> str | None:
        """Say what is wrong with the uploads, if anything is."""
        return self.message or next((party.message for party in self.parties if party.state == PartyState.ERROR), None)

    @property
    def schema_bytes(self) -> int | None:
        """The size of an encoding that the schema asks for, where it does."""
        config = self.schema.get("clkConfig")
        length = config.get("l") if isinstance(config, dict) else None
        return length // 8 if isinstance(length, int) else None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run over a project's parties; times are milliseconds UTC, `comparisons` is known when it has completed."""

    id: str
    project: str
    threshold: float
    name: str
    notes: str
    state: RunState
    added: int
    started: int | None = None
    completed: int | None = None
    comparisons: int | None = None
    job: str | None = None
    message: str | None = None


def encoding_problem(project: Project, least: int, most: int) -> str | None:
    """Say what makes the sizes of a complete project's encodings unusable."""
    sizes = {party.size for party in project.parties}
    if not all(least <= size <= most for size in sizes):
        return "Encoding size out of configured bounds"
    if project.schema_bytes is not None:
        sizes.add(project.schema_bytes)
    return "Mismatch in encoding sizes. Stopping" if len(sizes) > 1 else None
