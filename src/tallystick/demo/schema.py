"""The clkhash linkage schema of the demo's table: which columns are encoded, and how many bits each may set."""

import json

__all__ = ["COLUMNS_ENCODED", "linkage_schema"]

BITS = 1024
PLAN = (
    # column, characters a token, positional, bits
    ("given_name", 2, False, 200),
    ("surname", 2, False, 200),
    ("street_number", 1, False, 60),
    ("address_1", 2, False, 120),
    ("suburb", 2, False, 120),
    ("postcode", 1, True, 80),
    ("date_of_birth", 1, True, 200),
)
COLUMNS_ENCODED = tuple(column for column, *_ in PLAN)


def linkage_schema() -> bytes:
    """Write the schema, version 3, as JSON."""
    schema = {
        "version": 3,
        "clkConfig": {
            "l": BITS,
            "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "dGFsbHlzdGljaw==", "info": "ZGVtbw==", "keySize": 64},
        },
        "features": [_feature(*line) for line in PLAN],
    }
    return json.dumps(schema, indent=2).encode()


def _feature(column: str, n: int, positional: bool, bits: int) -> dict[str, object]:
    return {
        "identifier": column,
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {
            "comparison": {"type": "ngram", "n": n, "positional": positional},
            "strategy": {"bitsPerFeature": bits},
            "hash": {"type": "blakeHash"},
        },
    }
