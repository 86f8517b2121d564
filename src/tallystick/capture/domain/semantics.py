"""What the bare numbers and bytes of an event mean: Debezium names it in the event's schema."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import msgspec

__all__ = ["Semantic", "readable", "semantics_of"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Semantic(msgspec.Struct, frozen=True):
    """A column's semantic type, such as `io.debezium.time.Date`, and its parameters."""

    name: str = ""
    parameters: Mapping[str, str] = {}


class _Column(Semantic, frozen=True):
    field: str = ""


class _Image(msgspec.Struct, frozen=True):
    field: str = ""
    fields: tuple[_Column, ...] = ()


class _Schema(msgspec.Struct, frozen=True):
    fields: tuple[_Image, ...] = ()


_schema = msgspec.json.Decoder(_Schema)


@lru_cache(64)
def semantics_of(schema: bytes) -> Mapping[str, Semantic]:
    """Return the columns that have a semantic type, by name, from an envelope's schema."""
    images = (image for image in _schema.decode(schema).fields if image.field == "after")
    return {column.field: Semantic(column.name, column.parameters) for image in images for column in image.fields}


def readable(row: Mapping[str, Any], semantics: Mapping[str, Semantic]) -> dict[str, Any]:
    """Write dates, times and decimal numbers of a row as text: ISO 8601, and digits.

    A date that no calendar writes (PostgreSQL's infinity, years before 1 or after 9999) is None.

    >>> readable({"born": 5269}, {"born": Semantic("io.debezium.time.Date")})
    {'born': '1984-06-05'}
    """
    return {name: _readable(value, semantics.get(name)) for name, value in row.items()}


def _readable(value: Any, semantic: Semantic | None) -> Any:  # noqa: ANN401 -- any value of JSON
    if value is None or semantic is None or (write := _WRITERS.get(semantic.name)) is None:
        return value
    try:
        return write(value, semantic)
    except OverflowError:
        return None


def _date(days: int, _: Semantic) -> str:
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def _instant(unit: timedelta) -> Callable[[int, Semantic], str]:
    return lambda count, _: (EPOCH + count * unit).replace(tzinfo=None).isoformat(" ")


def _time(unit: timedelta) -> Callable[[int, Semantic], str]:
    return lambda count, _: (EPOCH + count * unit).time().isoformat()


def _decimal(digits: str, semantic: Semantic) -> str:
    return _number(digits, int(semantic.parameters["scale"]))


def _variable(value: Mapping[str, Any], _: Semantic) -> str:
    return _number(value["value"], value["scale"])


def _number(digits: str, scale: int) -> str:
    unscaled = int.from_bytes(base64.b64decode(digits), signed=True)
    return f"{Decimal(unscaled).scaleb(-scale):f}"


_WRITERS: Final[Mapping[str, Callable[[Any, Semantic], str]]] = {
    "io.debezium.time.Date": _date,
    "io.debezium.time.Time": _time(timedelta(milliseconds=1)),
    "io.debezium.time.MicroTime": _time(timedelta(microseconds=1)),
    "io.debezium.time.Timestamp": _instant(timedelta(milliseconds=1)),
    "io.debezium.time.MicroTimestamp": _instant(timedelta(microseconds=1)),
    "org.apache.kafka.connect.data.Decimal": _decimal,
    "io.debezium.data.VariableScaleDecimal": _variable,
}
