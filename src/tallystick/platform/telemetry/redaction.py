"""Keep secrets out of what a process says about itself."""

import re
from collections.abc import Mapping
from typing import Any

from structlog.typing import EventDict, WrappedLogger

from tallystick.platform.settings import Secret

__all__ = ["MASK", "redact", "redact_event"]

MASK = "********"

SECRET_KEYS = re.compile(
    r"(^|[_\-.])(secret|password|passwd|passphrase|token|authorization|cookie|credential|credentials|private_key|"
    r"api_key|apikey|session|salt|hmac_key|linkage_key)s?$",
    re.IGNORECASE,
)
# password=x, secret: 'x', ?token=x, "database.password": "x", and the same again quoted inside of another text. A text
# that ends inside of the value was cut there.
NAMED_SECRET = re.compile(
    r"""
    ( (?: password | passwd | passphrase | secret | token | api[_.-]?key ) s? (?: \\*["']\s*: | \s*= ) \s*
    | (?: password | passwd | passphrase | secret ) s? \s*:\s* )
    (?: b? (\\*) (["']) .*? (?: (?<!\\) \2\3 | \Z ) | [^\s,;&'"]+ )
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
SECRET_TEXTS = (
    (re.compile(r"\btally_([a-z0-9]+)_[A-Za-z0-9_-]+"), rf"tally_\1_{MASK}"),
    (re.compile(r"(?i)\b(bearer|basic) +[A-Za-z0-9._~+/=-]+"), rf"\1 {MASK}"),
    (re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@"), rf"\1:{MASK}@"),
    (NAMED_SECRET, rf"\1\2\3{MASK}\2\3"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
)


def redact(value: Any, key: str = "") -> Any:  # noqa: ANN401 -- whatever a log line may hold
    """Give `value` with every secret in it masked; `key` is the name under which it stands.

    >>> redact({"user": "ann", "password": "hunter2", "url": "postgresql://ann:hunter2@db/people"})
    {'user': 'ann', 'password': '********', 'url': 'postgresql://ann:********@db/people'}
    """
    if isinstance(value, Secret) or (value and SECRET_KEYS.search(key)):
        return MASK
    match value:
        case str():
            return _redact_text(value)
        case bytes():
            return f"<{len(value)} bytes>"
        case Mapping():
            return {name: redact(inner, str(name)) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact(inner) for inner in value]
        case None | bool() | int() | float():
            return value
        case _:
            return _redact_text(str(value))


def redact_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Redact a whole log line, as the last processor before it is rendered."""
    return {name: redact(value, name) for name, value in event.items()}


def _redact_text(text: str) -> str:
    for pattern, replacement in SECRET_TEXTS:
        text = pattern.sub(replacement, text)
    return text
