"""Settings of batch linkage."""

from typing import Annotated

from tallystick.platform.settings import Section, about

__all__ = ["BatchSettings"]


class BatchSettings(Section, frozen=True, kw_only=True):
    """How uploads are taken and compared."""

    threads: Annotated[int, about("Threads of one comparison.", ge=1, le=1024)] = 1
    least_encoding_bytes: Annotated[int, about("The smallest encoding that runs accept.", ge=1)] = 1
    most_encoding_bytes: Annotated[int, about("The largest encoding that runs accept.", ge=1, le=8192)] = 1024
    most_candidates: Annotated[
        int, about("Candidate pairs of a run of groups or permutations, above which it fails.", ge=1)
    ] = 100_000_000
    most_scores: Annotated[int, about("Candidate pairs of a run of scores, above which it fails.", ge=1)] = 500_000_000
    upload_limit: Annotated[int, about("Bytes of one upload, above which it is refused.", ge=1)] = 10_000_000_000
    json_upload_limit: Annotated[
        int, about("Bytes of one upload as JSON, which is held in memory, above which it is refused.", ge=1)
    ] = 256_000_000
