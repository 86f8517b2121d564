"""Every setting of an organisation, with its bounds, default and sentence."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import msgspec.inspect as inspect
from tools.reference.markdown import code, page, table

from tallystick.platform.settings import Secret, Section
from tallystick.server.settings import OrganisationSettings

__all__ = ["settings_page"]

INTRODUCTION = """# Settings

An organisation's settings are one TOML file, by default `tally.toml` where `tally` is called. An environment variable
`TALLYSTICK_SECTION__KEY` wins over the file (`TALLYSTICK_EDGE__LISTEN`; lists and tables as JSON). A secret can stand
in a file of its own, which `KEY_file` names: `database_file = "database.secret"`. What stands in no section, `name` and
`data_dir`, is said by the file alone. A key that is not listed here is an error that names it. `tally settings` prints
each effective value and where it came from, secrets masked."""

HEAD = ["setting", "value", "default", "meaning"]
OPTIONAL_TABLE = "Off unless the table is there."


@dataclass(frozen=True)
class _Table:
    """One TOML table: its dotted name, whether it may be missing, its sentence and its fields."""

    name: str
    optional: bool
    kind: inspect.StructType


def settings_page() -> str:
    """Write the page."""
    whole = inspect.type_info(OrganisationSettings)
    assert isinstance(whole, inspect.StructType)  # noqa: S101 -- a Section is one
    return page(INTRODUCTION, *(block for each in _tables(_Table("", False, whole)) for block in _blocks(each)))


def _tables(above: _Table) -> Iterator[_Table]:
    yield above
    for each in above.kind.fields:
        kind, optional = _bare(each.type)
        name = f"{above.name}.{each.encode_name}".lstrip(".")
        if isinstance(kind, inspect.StructType):
            yield from _tables(_Table(name, optional, kind))
        elif isinstance(kind, inspect.DictType) and isinstance(kind.value_type, inspect.StructType):
            yield from _tables(_Table(f"{name}.ID", False, kind.value_type))


def _blocks(section: _Table) -> Iterator[str]:
    yield f"## {f'[{section.name}]' if section.name else 'The organisation'}"
    yield " ".join(filter(None, [section.kind.cls.__doc__, OPTIONAL_TABLE if section.optional else ""]))
    yield table(HEAD, (_row(each) for each in section.kind.fields if not _is_table(each)))


def _is_table(field: inspect.Field) -> bool:
    kind, _ = _bare(field.type)
    return isinstance(kind, inspect.StructType) or (
        isinstance(kind, inspect.DictType) and isinstance(kind.value_type, inspect.StructType)
    )


def _row(field: inspect.Field) -> list[str]:
    described = field.type.extra_json_schema if isinstance(field.type, inspect.Metadata) else None
    sentence = str((described or {}).get("description", ""))
    return [code(field.encode_name), _value(_bare(field.type)[0]), _default(field), sentence]


def _bare(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """Take description and `None` off a type; tell whether `None` was there."""
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType) and kind.includes_none:
        return _bare(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))[0], True
    return kind, False


def _value(kind: inspect.Type) -> str:
    match kind:
        case inspect.LiteralType(values=values):
            return ", ".join(code(str(each)) for each in values)
        case inspect.IntType() | inspect.FloatType():
            name = "integer" if isinstance(kind, inspect.IntType) else "number"
            return f"{name} {', '.join(_bounds(kind))}".strip()
        case inspect.StrType(pattern=pattern):
            return f"text matching {code(pattern)}" if pattern else "text"
        case inspect.BoolType():
            return "`true`, `false`"
        case inspect.CustomType(cls=cls) if cls is Secret:
            return "secret"
        case inspect.CustomType(cls=cls) if cls is Path:
            return "path"
        case inspect.VarTupleType(item_type=item):
            return f"list: {_value(_bare(item)[0])}"
        case inspect.TupleType(item_types=items):
            return f"list of {len(items)}: {_value(_bare(items[0])[0])}"
        case inspect.DictType(value_type=item):
            return f"table: {_value(_bare(item)[0])}"
        case _:
            raise TypeError(f"no words for a setting of {kind}")


def _bounds(kind: inspect.IntType | inspect.FloatType) -> list[str]:
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    return [f"{sign} {bound:g}" for name, sign in signs.items() if (bound := getattr(kind, name)) is not None]


def _default(field: inspect.Field) -> str:
    if field.required:
        return "required"
    default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if isinstance(default, Secret | Section) or default is None:
        return ""
    return code(str(default) if isinstance(default, str | Path) else json.dumps(default))
