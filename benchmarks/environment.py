"""Environments of the references: each installed from its own hashed lock, apart from ours."""

import hashlib
import shutil
import subprocess
from pathlib import Path

__all__ = ["reference_python"]

_HERE = Path(__file__).parent
_LOCAL_UV = _HERE.parent / ".uv" / "bin" / "uv"


def reference_python(name: str) -> Path:
    """Install `references/NAME.txt` into `.venv-NAME` unless it is there already; return its interpreter."""
    lock = _HERE / "references" / f"{name}.txt"
    folder = _HERE.parent / f".venv-{name}"
    python = folder / "bin" / "python"
    stamp, wanted = folder / ".lock", hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        uv = str(_LOCAL_UV) if _LOCAL_UV.exists() else shutil.which("uv") or "uv"
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "python3", folder], check=True)
        subprocess.run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, lock], check=True)
        stamp.write_text(wanted)
    return python
