"""Which tables a connector captures: include and exclude lists of anchored, case-insensitive regular expressions."""

import re
from dataclasses import dataclass

__all__ = ["Selection", "broken", "matches"]

SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema"})


@dataclass(frozen=True)
class Selection:
    """The four lists; an empty include list includes everything but the system's schemas."""

    included_schemas: tuple[str, ...] = ()
    excluded_schemas: tuple[str, ...] = ()
    included_tables: tuple[str, ...] = ()
    excluded_tables: tuple[str, ...] = ()

    def takes(self, schema: str, table: str) -> bool:
        """Tell whether a table is captured.

        >>> Selection(included_tables=("public.person",)).takes("public", "person")
        True
        """
        if schema in SYSTEM_SCHEMAS or schema.startswith("pg_t"):
            return False
        name = f"{schema}.{table}"
        return (
            (not self.included_schemas or matches(self.included_schemas, schema))
            and not matches(self.excluded_schemas, schema)
            and (not self.included_tables or matches(self.included_tables, name))
            and not matches(self.excluded_tables, name)
        )

    def faults(self) -> list[str]:
        """List the expressions that are none."""
        lists = {
            "schema.include.list": self.included_schemas,
            "schema.exclude.list": self.excluded_schemas,
            "table.include.list": self.included_tables,
            "table.exclude.list": self.excluded_tables,
        }
        wrong = [f"The '{key}' value is invalid: {fault}" for key, items in lists.items() for fault in broken(items)]
        wrong += [
            f"The '{noun}.exclude.list' value is invalid: \"{noun}.include.list\" is already specified"
            for noun in ("schema", "table")
            if lists[f"{noun}.include.list"] and lists[f"{noun}.exclude.list"]
        ]
        return wrong


def matches(expressions: tuple[str, ...], name: str) -> bool:
    """Tell whether one of the expressions is the whole name."""
    return any(re.fullmatch(expression, name, re.IGNORECASE) for expression in expressions)


def broken(expressions: tuple[str, ...]) -> list[str]:
    """Say of each expression that is none why it is not."""
    wrong = []
    for expression in expressions:
        try:
            re.compile(expression)
        except re.error as error:
            wrong.append(f"{expression} is no regular expression: {error}")
    return wrong
