"""Settings of the catalog: what is watched, and how far a foreign archive may go."""

from pathlib import Path
from typing import Annotated

from tallystick.platform.settings import Section, about

__all__ = ["CatalogSettings"]


class CatalogSettings(Section, frozen=True, kw_only=True):
    """Known files; the limits hold for one archive together with what is nested in it."""

    folders: Annotated[tuple[Path, ...], about("Folders whose files are catalogued, now and when they change.")] = ()
    poll_s: Annotated[float, about("How often the folders are looked at.", gt=0)] = 2.0
    depth: Annotated[int, about("How deep nested archives are opened.", ge=0, le=16)] = 3
    largest_entry: Annotated[int, about("Bytes one file inside an archive may have.", ge=1)] = 16 << 30
    largest_total: Annotated[int, about("Bytes that an archive may expand to.", ge=1)] = 64 << 30
    largest_ratio: Annotated[int, about("How many times its size an archive may expand to.", ge=1)] = 250
    most_entries: Annotated[int, about("Entries an archive may have.", ge=1)] = 2_000_000
    memory_mb: Annotated[int, about("Memory of the process that reads an archive.", ge=128)] = 512
    spool_mb: Annotated[int, about("How large a nested zip may be, in memory, to be opened.", ge=1)] = 128
    deadline_s: Annotated[int, about("Seconds after which reading an archive is given up.", ge=1)] = 3600
