"""Secrets stay out of log lines."""

import io
import json
import logging
import sys

import pytest
import structlog

from tallystick.platform.settings import Secret
from tallystick.platform.telemetry import MASK, bound, configure, logger, redact


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": "hunter2"}, {"password": MASK}),
        ({"linkage_secret": "hunter2"}, {"linkage_secret": MASK}),
        ({"tokens": ["hunter2"]}, {"tokens": MASK}),
        ({"outer": [{"x-api-key": 1, "api_key": "hunter2"}]}, {"outer": [{"x-api-key": 1, "api_key": MASK}]}),
        (Secret("hunter2"), MASK),
        ("Authorization: Bearer hunter2", f"Authorization: Bearer {MASK}"),
        ("tally_ab12_hunter2", f"tally_ab12_{MASK}"),
        ("postgresql://ann:hunter2@db/people", f"postgresql://ann:{MASK}@db/people"),
        ("host=db password=hunter2 user=ann", f"host=db password={MASK} user=ann"),
        ("host=db password='hunter2 too' user=ann", f"host=db password='{MASK}' user=ann"),
        ("/topics?token=hunter2&limit=3", f"/topics?token={MASK}&limit=3"),
        ("linkage_secret: hunter2", f"linkage_secret: {MASK}"),
        ('{"database.password": "hunter2","n":3}', f'{{"database.password": "{MASK}","n":3}}'),
        ('{"clientSecret":"hun\\"ter2", "n": 3}', f'{{"clientSecret":"{MASK}", "n": 3}}'),
        ("{'api_key': b'hunter2', 'n': 3}", f"{{'api_key': '{MASK}', 'n': 3}}"),
        (r'["{\"access_token\":\"hunter2\",\"n\":3}"]', rf'["{{\"access_token\":\"{MASK}\",\"n\":3}}"]'),
        ('{"user": "ann", "apikey": "hunt', f'{{"user": "ann", "apikey": "{MASK}"'),
        ("unexpected token: ','", "unexpected token: ','"),
        ('{"tokenizer": "bigram"}', '{"tokenizer": "bigram"}'),
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", MASK),
        ({"tokenizer": "bigram", "secretary": "Ann", "n": 3}, {"tokenizer": "bigram", "secretary": "Ann", "n": 3}),
        (b"hunter2", "<7 bytes>"),
    ],
)
def test_a_secret_is_masked(value: object, shown: object) -> None:
    assert redact(value) == shown


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure("json", process="api")
    return written


def test_a_line_is_json_with_its_context(lines: io.StringIO) -> None:
    with bound(request="r-1"):
        logger("tallystick.example").info("opened", url="postgresql://ann:hunter2@db/people")
    line = json.loads(lines.getvalue())
    assert (line["event"], line["logger"], line["level"]) == ("opened", "tallystick.example", "info")
    assert (line["process"], line["request"]) == ("api", "r-1")
    assert line["url"] == f"postgresql://ann:{MASK}@db/people"


def test_a_trace_is_redacted(lines: io.StringIO) -> None:
    try:
        raise RuntimeError("password=hunter2")
    except RuntimeError as error:
        logger("tallystick.example").error("failed", exc_info=error)
    assert "hunter2" not in lines.getvalue()
    assert "RuntimeError" in lines.getvalue()


def test_lines_of_libraries_are_redacted(lines: io.StringIO) -> None:
    logging.getLogger("library").warning("token is %s", "tally_ab12_hunter2")
    assert "hunter2" not in lines.getvalue()


@pytest.fixture(autouse=True)
def _as_before() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)
