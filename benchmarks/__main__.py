"""Run every benchmark, or those that are named: `python -m benchmarks [NAME ...]`. Each has a process of its own."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted(file.stem for file in HERE.glob("*.py") if "def main()" in file.read_text() and file.stem != "__main__")


def run(names: list[str]) -> int:
    """Run benchmarks one after the other; return the exit code of the first that failed, or 0."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    codes = []
    for name in names or NAMES:
        print(f"\n== {name}", flush=True)
        codes.append(
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent, check=False).returncode
        )
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
