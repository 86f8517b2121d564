"""Encodings are those that clkhash 0.18.3 makes, bit for bit."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.native.linkage import ClkEncoder

VECTORS = json.loads(Path(__file__).with_name("clkhash_vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_encodings_are_clkhashs(vector: dict[str, Any]) -> None:
    encoder = ClkEncoder(json.dumps(vector["schema"]).encode(), vector["secret"].encode())
    assert encoder.encode(vector["rows"]) == b"".join(base64.b64decode(clk) for clk in vector["clks"])


def test_folds_that_have_no_effect_are_told() -> None:
    [vector] = [vector for vector in VECTORS if vector["name"] == "folding that has no effect"]
    [warning] = ClkEncoder(json.dumps(vector["schema"]).encode(), b"").warnings
    assert "xorFolds has no effect" in warning
