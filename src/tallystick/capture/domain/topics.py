"""Which topic a table's changes go to; no two tables share one, since their keys would be mixed up."""

import re
from collections.abc import Iterable

__all__ = ["shared", "topic_of"]

_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]")


def topic_of(prefix: str, schema: str, table: str) -> str:
    """Name the topic of a table; what no topic's name may hold becomes `_`.

    >>> topic_of("p", "public", "odd name")
    'p.public.odd_name'
    """
    return _ILLEGAL.sub("_", f"{prefix}.{schema}.{table}")


def shared(prefix: str, tables: Iterable[tuple[str, str]]) -> tuple[str, str, str] | None:
    """Return a topic and two tables, given as schema and name, that would both go to it; None when there are none."""
    taken: dict[str, str] = {}
    for schema, name in tables:
        topic, table = topic_of(prefix, schema, name), f"{schema}.{name}"
        if topic in taken:
            return topic, taken[topic], table
        taken[topic] = table
    return None
