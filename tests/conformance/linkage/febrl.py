"""Make `febrl.json`: what clkhash makes of FEBRL's people, as digests of 500 encodings each.

clkhash pins an old cryptography, so it runs in an environment of its own:

    uv venv .reference && uv pip install --python .reference -r benchmarks/references/linkage.txt
    .venv/bin/python tests/conformance/linkage/febrl.py rows |
        .reference/bin/python tests/conformance/linkage/febrl.py digests
"""

import hashlib
import json
import sys
from pathlib import Path

DATASETS = ("4a", "4b")
SECRET = "the registries' secret"
STEP = 500
DIGESTS = Path(__file__).with_name("febrl.json")


def rows() -> dict[str, list[list[str]]]:
    """Read the columns that the demo encodes."""
    from tallystick.demo.febrl import people
    from tallystick.demo.schema import COLUMNS_ENCODED

    return {
        dataset: [[person.value(column) for column in COLUMNS_ENCODED] for person in people(dataset)]
        for dataset in DATASETS
    }


def digests(clks: bytes, size: int) -> list[str]:
    """Digest encodings of `size` bytes, 500 at a time."""
    return [hashlib.sha256(clks[at : at + STEP * size]).hexdigest() for at in range(0, len(clks), STEP * size)]


def main() -> None:
    """Print the rows, or encode them with clkhash."""
    if sys.argv[1] == "rows":
        from tallystick.demo.schema import linkage_schema

        json.dump({"schema": json.loads(linkage_schema()), "rows": rows()}, sys.stdout)
        return
    from clkhash.clk import generate_clks  # type: ignore[import-not-found]
    from clkhash.schema import from_json_dict  # type: ignore[import-not-found]

    given = json.load(sys.stdin)
    made = {}
    for dataset, people in given["rows"].items():
        clks = generate_clks(people, from_json_dict(given["schema"]), SECRET, max_workers=1)
        made[dataset] = digests(b"".join(clk.tobytes() for clk in clks), len(clks[0].tobytes()))
    DIGESTS.write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
