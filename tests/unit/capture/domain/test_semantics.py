"""Values whose meaning the schema alone tells."""

import base64
import json

import pytest

from tallystick.capture.domain.semantics import Semantic, readable, semantics_of

TIME = "io.debezium.time."
DECIMAL = Semantic("org.apache.kafka.connect.data.Decimal", {"scale": "2"})


def digits(number: int) -> str:
    return base64.b64encode(number.to_bytes(3, signed=True)).decode()


@pytest.mark.parametrize(
    ("semantic", "value", "text"),
    [
        (Semantic(TIME + "Date"), 5269, "1984-06-05"),
        (Semantic(TIME + "Date"), -1, "1969-12-31"),
        (Semantic(TIME + "Date"), 2**31 - 1, None),
        (Semantic(TIME + "Timestamp"), 1_500, "1970-01-01 00:00:01.500000"),
        (Semantic(TIME + "MicroTimestamp"), -1, "1969-12-31 23:59:59.999999"),
        (Semantic(TIME + "MicroTimestamp"), 2**63 - 1, None),
        (Semantic(TIME + "MicroTime"), 3_600_000_000, "01:00:00"),
        (DECIMAL, digits(-12345), "-123.45"),
        (DECIMAL, digits(7), "0.07"),
        (Semantic("io.debezium.data.VariableScaleDecimal"), {"scale": 0, "value": digits(12)}, "12"),
        (Semantic("io.debezium.data.Uuid"), "00-11", "00-11"),
        (Semantic(TIME + "Date"), None, None),
    ],
)
def test_values_become_texts(semantic: Semantic, value: object, text: str | None) -> None:
    assert readable({"a": value, "plain": 7}, {"a": semantic}) == {"a": text, "plain": 7}


def test_columns_are_found_in_the_image_of_the_row_after() -> None:
    born = {"type": "int32", "name": TIME + "Date", "version": 1, "field": "born"}
    images = [{"type": "struct", "fields": [born], "field": name} for name in ("before", "after")]
    found = semantics_of(json.dumps({"type": "struct", "fields": images}).encode())
    assert found == {"born": Semantic(TIME + "Date")}


def test_an_event_without_schema_means_what_it_says() -> None:
    assert semantics_of(b"{}") == {}
