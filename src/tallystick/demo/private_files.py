"""Files for their owner's eyes, whole or not there."""

import os
from pathlib import Path

__all__ = ["write_private"]


def write_private(file: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: a process killed on the way leaves no half of it."""
    draft = file.with_name(file.name + ".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
    draft.replace(file)
