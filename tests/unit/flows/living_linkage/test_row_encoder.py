"""One row that the schema cannot take."""

import json

from tallystick.flows.living_linkage.row_encoder import RowEncoder, Unfit
from tallystick.native.linkage import ClkEncoder

HASHING = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 10}}
BORN = {"identifier": "born", "format": {"type": "date", "format": "%Y-%m-%d"}, "hashing": HASHING}
KDF = {"type": "HKDF", "hash": "SHA256", "salt": "c2FsdA==", "info": "dGVzdA==", "keySize": 64}
SCHEMA = {"version": 3, "clkConfig": {"l": 64, "kdf": KDF}, "features": [BORN]}


def test_an_unfit_row_leaves_the_others_as_they_are() -> None:
    encode = RowEncoder(ClkEncoder(json.dumps(SCHEMA).encode(), b"secret"))
    first, unfit, last = encode([["1999-01-01"], ["13.1.1999"], ["1984-06-05"]])
    assert [first, last] == encode([["1999-01-01"], ["1984-06-05"]])
    assert unfit == Unfit('feature "born": the value is not a date of the format')
