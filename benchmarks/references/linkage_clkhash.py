"""Encode with clkhash in an environment of its own: a request on standard input, the answer on standard output."""

import base64
import json
import sys
import time

from clkhash.clk import generate_clks  # type: ignore[import-not-found]
from clkhash.schema import from_json_dict  # type: ignore[import-not-found]


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    schema = from_json_dict(request["schema"])
    start = time.process_time()
    clks = generate_clks(request["rows"], schema, request["secret"], max_workers=1)
    seconds = time.process_time() - start
    json.dump({"seconds": seconds, "clks": [base64.b64encode(clk.tobytes()).decode() for clk in clks]}, sys.stdout)


if __name__ == "__main__":
    main()
