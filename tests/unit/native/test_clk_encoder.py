"""What the encoder refuses, and how it says so."""

import json
from typing import Any

import pytest

from tallystick.native import MalformedInput
from tallystick.native.linkage import ClkEncoder


def schema(format_: dict[str, Any], **hashing: Any) -> bytes:
    properties = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}} | hashing
    feature = {"identifier": "field", "format": format_, "hashing": properties}
    return json.dumps({"version": 3, "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}}, "features": [feature]}).encode()


@pytest.mark.parametrize(
    ("format_", "value", "problem"),
    [
        ({"type": "string", "minLength": 3}, "Jo", "has 2 characters, at least 3 are required"),
        ({"type": "string", "maxLength": 3}, "Joan", "has 4 characters, at most 3 are permitted"),
        ({"type": "string", "case": "upper"}, "Joan", "is not in upper case"),
        ({"type": "string", "case": "lower"}, "Joan", "is not in lower case"),
        ({"type": "string", "pattern": "[a-z]+"}, "joan1", "does not match the pattern"),
        ({"type": "string", "encoding": "ascii"}, "Zoë", "has characters outside ASCII"),
        ({"type": "integer"}, "1.5", "is not an integer"),
        ({"type": "integer", "minimum": 0}, "-1", "is less than 0"),
        ({"type": "integer", "maximum": 9}, "10", "is more than 9"),
        ({"type": "date", "format": "%Y-%m-%d"}, "2001-02-29", "is not a day of the calendar"),
        ({"type": "enum", "values": ["F"]}, "M", "is not one of the permitted values"),
    ],
)
def test_a_wrong_value_is_named_by_row_and_feature(format_: dict[str, Any], value: str, problem: str) -> None:
    good = {"string": "joanna", "integer": "5", "date": "2001-02-28", "enum": "F"}[format_["type"]]
    good = good.upper() if format_.get("case") == "upper" else good[:3] if "maxLength" in format_ else good
    with pytest.raises(MalformedInput, match=f'^row 1, feature "field": the value {problem}') as refusal:
        ClkEncoder(schema(format_), b"secret").encode([[good], [value]])
    assert value not in str(refusal.value).replace(problem, "")


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(MalformedInput, match="row 0 has 2 values, the schema has 1 features"):
        ClkEncoder(schema({"type": "string"}), b"secret").encode([["one", "two"]])


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"{", "document"),
        (b"{}", "version: is not 1, 2 or 3"),
        (b'{"version": 3}', "clkConfig"),
        (schema({"type": "strange"}), r"features\[0\] \(field\).*strange"),
        (schema({"type": "date", "format": "%Q"}), "unsupported directive %Q"),
        (schema({"type": "string", "pattern": "("}), "pattern is not supported"),
        (schema({"type": "string"}, comparison={"type": "ngram", "n": 0}), "comparison.n"),
        (schema({"type": "string"}, strategy={"bitsPerToken": 0}), "strategy"),
        (schema({"type": "string"}, surprise=1), "surprise"),
    ],
)
def test_a_wrong_schema_is_refused_with_its_place(document: bytes, problem: str) -> None:
    with pytest.raises(MalformedInput, match=problem):
        ClkEncoder(document, b"secret")


@pytest.mark.parametrize("pattern", ["(?=a)a", "(?!b)a", "(?<=a)b", r"(a)\1"])
def test_patterns_that_look_around_or_back_are_refused(pattern: str) -> None:
    with pytest.raises(MalformedInput, match=r"format\.pattern is not supported"):
        ClkEncoder(schema({"type": "string", "pattern": pattern}), b"secret")


@pytest.mark.parametrize("directive", [*"AGIUVWXZacfpuwxz"])
def test_directives_that_name_no_part_of_a_day_are_refused(directive: str) -> None:
    with pytest.raises(MalformedInput, match=f"unsupported directive %{directive}"):
        ClkEncoder(schema({"type": "date", "format": f"%Y-%m-%d %{directive}"}), b"secret")


@pytest.mark.parametrize("number", ["9" * 40, "\N{ARABIC-INDIC DIGIT THREE}", "\N{FULLWIDTH DIGIT ONE}2"])
def test_integers_are_short_and_of_ascii_digits(number: str) -> None:
    with pytest.raises(MalformedInput, match="is not an integer of at most 38 digits"):
        ClkEncoder(schema({"type": "integer"}), b"secret").encode([[number]])
