"""Make `clkhash_vectors.json` with clkhash itself.

clkhash pins an old cryptography, so it runs in an environment of its own:

    uv venv .reference && uv pip install --python .reference -r benchmarks/references/linkage.txt
    .reference/bin/python tests/conformance/linkage/make_clkhash_vectors.py
"""

import base64
import copy
import json
from pathlib import Path
from typing import Any

from clkhash.clk import generate_clks  # type: ignore[import-not-found]
from clkhash.schema import from_json_dict  # type: ignore[import-not-found]

NAMES = ["Ada", "ada", "Grace Hopper", "Ø", "O'Neil-Ünal", "李小龍", "x" * 40, "", "  padded ", "naïve 👩‍🔬"]
KDF = {"type": "HKDF", "hash": "SHA256", "salt": "c2FsdCBhbmQgcGVwcGVy", "info": "dGVzdA==", "keySize": 64}

Schema = dict[str, Any]


def feature(identifier: str = "name", **changes: Any) -> Schema:
    """Describe a text feature in bigrams; `changes` replace members of its format or hashing."""
    hashing: Schema = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 100}}
    hashing |= {key: value for key, value in changes.items() if key != "format"}
    return {"identifier": identifier, "format": changes.get("format", {"type": "string"}), "hashing": hashing}


def schema(*features: Schema, bits: int = 1024, kdf: Schema | None = None, **config: Any) -> Schema:
    """Describe a version 3 linkage schema."""
    return {"version": 3, "clkConfig": {"l": bits, "kdf": kdf or KDF, **config}, "features": list(features)}


def column(values: list[str]) -> list[list[str]]:
    """Turn one column's values into rows."""
    return [[value] for value in values]


def older(version: int) -> Schema:
    """Describe the same two features in the words of an older version."""
    hashing: Schema = {"ngram": 2, "positional": True}
    if version == 1:
        config: Schema = {"l": 512, "k": 15, "hash": {"type": "doubleHash"}, "kdf": KDF}
        first: Schema = hashing | {"weight": 0.7}
        second: Schema = {"ngram": 1, "weight": 0}
    else:
        config = {"l": 512, "kdf": KDF, "xor_folds": 1}
        first = hashing | {"strategy": {"k": 10}}
        second = {"ngram": 1, "strategy": {"numBits": 33}}
    text = {"type": "string", "encoding": "utf-8"}
    features = [
        {"identifier": "name", "format": text, "hashing": first},
        {"identifier": "town", "format": text, "hashing": second},
    ]
    return {"version": version, "clkConfig": config, "features": features}


def cases() -> list[tuple[str, Schema, list[list[str]]]]:
    """List name, schema and rows of every vector."""
    double: Schema = {"type": "doubleHash"}
    names = column(NAMES)
    dates = column(["1984-06-05", "2000-2-29", "1999-12-31"])
    numbers = column(["0", "21", " 23", "-7", "1000000", "+65"])
    fractions = column(["0.1", "21.25", "-3.14159", "7", "1e3"])
    numeric: Schema = {"type": "numeric", "thresholdDistance": 8, "resolution": 3}
    fine: Schema = {"type": "numeric", "thresholdDistance": 0.5, "resolution": 4, "fractional_precision": 2}
    missing: Schema = {"sentinel": "", "replaceWith": "nobody"}
    return [
        ("bigrams, bits a feature", schema(feature()), names),
        ("bigrams, bits a token", schema(feature(strategy={"bitsPerToken": 45})), names),
        ("unigrams", schema(feature(comparison={"type": "ngram", "n": 1})), names),
        ("positional trigrams", schema(feature(comparison={"type": "ngram", "n": 3, "positional": True})), names),
        ("exact", schema(feature(comparison={"type": "exact"}, strategy={"bitsPerToken": 70})), names),
        ("fewer bits than tokens", schema(feature(strategy={"bitsPerFeature": 5})), names),
        ("double hash", schema(feature(hash=double)), names),
        ("double hash of an odd length", schema(feature(hash=double), bits=1000), names),
        (
            "double hash that avoids its singularity",
            schema(feature(hash=double | {"prevent_singularity": True}), bits=8),
            names,
        ),
        ("missing value replaced", schema(feature(missingValue=missing)), names),
        ("missing value kept", schema(feature(missingValue={"sentinel": "Ada"})), names),
        ("utf-16", schema(feature(format={"type": "string", "encoding": "utf-16"})), names),
        ("utf-32", schema(feature(format={"type": "string", "encoding": "utf-32"})), names),
        ("ascii", schema(feature(format={"type": "string", "encoding": "ascii"})), column(["plain", "A-1"])),
        ("dates", schema(feature(format={"type": "date", "format": "%Y-%m-%d"})), dates),
        (
            "short dates",
            schema(feature(format={"type": "date", "format": "%d %b %y"})),
            column(["1 Feb 69", "31 dec 68"]),
        ),
        ("integers", schema(feature(format={"type": "integer"})), numbers),
        ("numbers nearby", schema(feature(format={"type": "integer"}, comparison=numeric)), numbers),
        ("fractions nearby", schema(feature(comparison=fine)), fractions),
        ("fractions cut off", schema(feature(comparison=numeric)), fractions),
        ("enum", schema(feature(format={"type": "enum", "values": ["F", "M"]})), column(["F", "M"])),
        ("no salt, no info", schema(feature(), kdf={"type": "HKDF"}), names),
        ("SHA-512 and short keys", schema(feature(), kdf=KDF | {"hash": "SHA512", "keySize": 20}), names),
        ("folded twice", schema(feature(), bits=256, xor_folds=2), names),
        ("folding that has no effect", schema(feature(), xorFolds=1), names),
        ("64 bits", schema(feature(), bits=64), names),
        (
            "several features, one ignored",
            schema(feature("first"), {"identifier": "id", "ignored": True}, feature("last", hash=double)),
            [["Ada", "1", "Lovelace"], ["Grace", "2", "Hopper"], ["", "", ""]],
        ),
        ("version 1", older(1), [["Ada", "London"], ["Grace", "New York"]]),
        ("version 2", older(2), [["Ada", "London"], ["Grace", "New York"]]),
    ]


def encoded(document: Schema, rows: list[list[str]], secret: str) -> list[str]:
    """Encode with clkhash."""
    clks = generate_clks(rows, from_json_dict(copy.deepcopy(document)), secret, max_workers=1)
    return [base64.b64encode(clk.tobytes()).decode() for clk in clks]


def main() -> None:
    """Write the vectors beside this script."""
    vectors = []
    for number, (name, document, rows) in enumerate(cases()):
        secret = f"secret {number} ö"
        clks = encoded(document, rows, secret)
        vectors.append({"name": name, "secret": secret, "schema": document, "rows": rows, "clks": clks})
    lines = ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in vectors)
    Path(__file__).with_name("clkhash_vectors.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
