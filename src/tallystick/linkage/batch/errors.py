"""What can go wrong with projects and runs. The texts are the reference's: its clients read them.

BatchError                      base of all
├── AccessRefused               the token is not one of this project, or there is no such project or run
├── TokenUsed                   the party has uploaded already
├── BlockingMismatch            the upload names blocks and the project has none, or the other way round
├── UploadRefused               the upload is malformed: mend it and send it again
├── ProjectInvalid              the project is described in a way that cannot be
├── RunIncomplete               ask again when the run is completed
├── ProjectFaulty               the project's uploads are unusable: make a new project
└── RunFailed                   the run ended in an error: its status says which
"""

__all__ = [
    "AccessRefused",
    "BatchError",
    "BlockingMismatch",
    "ProjectFaulty",
    "ProjectInvalid",
    "RunFailed",
    "RunIncomplete",
    "TokenUsed",
    "UploadRefused",
]


class BatchError(Exception):
    """Base of batch linkage's errors."""


class AccessRefused(BatchError, PermissionError):
    """Nothing is told about what a token does not open."""

    def __init__(self) -> None:
        super().__init__("Invalid access token or project doesn't exist")


class TokenUsed(BatchError, PermissionError):
    """An update token takes one good upload."""

    def __init__(self) -> None:
        super().__init__("This token has already been used to upload clks.")


class BlockingMismatch(BatchError, ValueError):
    """Blocks are expected and missing, or given and not expected."""

    def __init__(self, *, expected: bool) -> None:
        missing = 'Expecting blocking information. Either in "blocks" or "clksnblocks"'
        unexpected = "Blocking has been disabled for this project, but received blocking information"
        super().__init__(missing if expected else unexpected)


class UploadRefused(BatchError, ValueError):
    """The upload is malformed."""


class ProjectInvalid(BatchError, ValueError):
    """No such project can be."""


class RunIncomplete(BatchError, LookupError):
    """The result is not there yet."""

    def __init__(self) -> None:
        super().__init__("run is not complete")


class ProjectFaulty(BatchError, RuntimeError):
    """No run can be made of these uploads."""

    def __init__(self) -> None:
        super().__init__("Can't post run as project has errors")


class RunFailed(BatchError, RuntimeError):
    """The run has no result."""

    def __init__(self) -> None:
        super().__init__("Error during computation of run")
