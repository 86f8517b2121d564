"""Events come out as Debezium 3.6.3 recorded them, byte for byte where the reference is not at fault.

Left out of the comparison: columns of types that are not rendered, the generated column, logical messages.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.vocabulary.capture import Bench

HERE = Path(__file__).parent
RECORDED: dict[str, Any] = json.loads((HERE / "vectors" / "pg_default.json").read_text())
VARYING = ("version", "ts_ms", "ts_us", "ts_ns", "txId", "lsn", "xmin", "sequence")
ENDS_OF_TIME = {-2147472692: 2147483647, -2147472691: -2147483648}
LEFT_OUT = {"c_money", "c_citext", "c_bit1", "c_bit7", "c_varbit", "c_xml", "c_hstore", "c_ltree", "c_point", "c_isbn"}
LEFT_OUT |= {"a_int", "a_text", "a_num", "a_ts", "a_date", "a_bool", "a_uuid", "a_json", "a_mood", "a_bytea", "a_int2d"}
LEFT_OUT |= {"g_stored"}
TABLES = ("all_types", "nokey", "toasty", "full_ident", "composite", "outbox")


def normal(event: Any) -> Any:
    """Blank out what differs from run to run."""
    if event is None:
        return None
    for place in (event, event["source"]):
        for name in VARYING:
            if name in place:
                place[name] = "-"
    event["source"]["db"] = "-"
    return event


def narrowed(value: Any, table: str) -> Any:
    """Keep of a recorded event the columns that are compared; put right what the reference has wrong."""
    if value is None or table != "all_types":
        return value
    for place in ("before", "after"):
        if value[place] is not None:
            row = {name: cell for name, cell in value[place].items() if name not in LEFT_OUT}
            row["c_date"] = ENDS_OF_TIME.get(row["c_date"], row["c_date"])
            value[place] = row
    return value


def recorded(table: str) -> Iterator[tuple[str | None, str | None]]:
    """Give the reference's records of a table: key and value as JSON text."""
    for record in json.loads(json.dumps(RECORDED["records"])):
        if record["topic"] == f"pgs.s1.{table}":
            key, value = (part and part["payload"] for part in (record["key"], record["value"]))
            yield text(key), text(normal(narrowed(value, table)))


def text(tree: Any) -> str | None:
    return None if tree is None else json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def shortened(tree: Any) -> Any:
    """Shorten long texts as the recording does."""
    after = tree and tree["after"]
    if after and len(str(after.get("big"))) > 1000:
        after["big"] = after["big"][:60] + f"…[{len(after['big'])} chars]"
    return tree


@pytest.fixture
def captured(bench: Bench, request: pytest.FixtureRequest) -> Bench:
    """Capture what the reference captured."""
    bench.execute((HERE / "before.sql").read_text())
    schemas = str(request.param).lower()
    bench.capture.service.create(
        "c",
        bench.configuration(
            topic__prefix="pgs",
            schema__include__list="s1",
            skipped__operations="none",
            replica__identity__autoset__values="s1.nokey:FULL",
            key__converter__schemas__enable=schemas,
            value__converter__schemas__enable=schemas,
        ),
    )
    with bench.working():
        bench.wait_for("pgs.s1.all_types", 2)
        for statement in (HERE / "after.sql").read_text().split(";\n\n"):
            bench.execute(statement)
        bench.wait_for("pgs.s1.composite", 8)
    return bench


@pytest.mark.parametrize("captured", [False], indirect=True)
def test_records_are_the_references(captured: Bench) -> None:
    for table in TABLES:
        made = []
        for record in captured.records(f"pgs.s1.{table}"):
            value = None if record.value is None else json.loads(record.value)
            assert record.value is None or text(value) == record.value.decode()
            key = record.key.decode() if record.key else None
            made.append((key, text(normal(shortened(value)))))
        assert made == list(recorded(table)), table


@pytest.mark.parametrize("captured", [False], indirect=True)
def test_a_changed_key_names_the_other_one(captured: Bench) -> None:
    headers = [dict(record.headers) for record in captured.records("pgs.s1.composite")]
    assert headers[1]["__debezium.newkey"] == headers[2]["__debezium.newkey"] == b'{"b":"k","a":2}'
    assert headers[3]["__debezium.oldkey"] == b'{"b":"k","a":1}'


@pytest.mark.parametrize("captured", [True], indirect=True)
def test_schemas_are_the_references(captured: Bench) -> None:
    made: dict[str, list[str | None]] = {}
    for table in TABLES:
        for record in captured.records(f"pgs.s1.{table}"):
            for part in (record.key, record.value):
                schema = json.loads(part)["schema"] if part else None
                if schema:
                    made.setdefault(schema["name"], []).append(text(schema))
    for reference, schema in RECORDED["schemas"].items():
        name = reference.partition("#")[0]
        if name in made:
            assert text(compared(schema)) in made[name], reference


def compared(schema: Any) -> Any:
    """Keep of a recorded schema the columns that are compared."""
    if "all_types" in schema["name"] and "Envelope" in schema["name"]:
        for place in schema["fields"][:2]:
            place["fields"] = [field for field in place["fields"] if field["field"] not in LEFT_OUT]
    return schema
