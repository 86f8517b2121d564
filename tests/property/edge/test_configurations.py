import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.edge.domain.reading import read
from tallystick.edge.domain.rendering import render
from tallystick.edge.errors import ConfigurationInvalid

KEYS = ["workers", "frontend", "backend", "contexts", "port", "host", "cert", "servername", "balance", "npn", "x"]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner),
    max_leaves=12,
)


class AnyPem:
    """Has every file."""

    def text(self, path: str, source: str) -> str:
        return source

    def key(self, path: str, source: str, passphrase: str | None) -> str:
        return source


@given(st.dictionaries(st.sampled_from(KEYS), values))
def test_a_configuration_is_served_or_refused(raw: dict[str, Any]) -> None:
    with suppress(ConfigurationInvalid):
        render(read(json.dumps(raw))[0], AnyPem(), connections=1)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    with suppress(ConfigurationInvalid):
        read(text)
