"""The shape of a declaration: which keys it knows, which are secret, which tables are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec.inspect as inspect

from tallystick.platform.settings.declaration import Secret

__all__ = ["Shape", "shape_of"]


@dataclass(frozen=True)
class Shape:
    """A node of a declaration: a section with `fields`, an `open` table of `item`s, or a leaf."""

    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    open: bool = False
    item: "Shape | None" = None
    secret: bool = False


def shape_of(declaration: Any) -> Shape:  # noqa: ANN401 -- any type that msgspec can describe
    """Return the shape of a section's type."""
    return _shape(inspect.type_info(declaration))


def _shape(kind: inspect.Type) -> Shape:
    match kind:
        case inspect.Metadata(type=inner):
            return _shape(inner)
        case inspect.StructType(fields=fields):
            return Shape(fields={each.encode_name: _shape(each.type) for each in fields})
        case inspect.DictType(value_type=value):
            item = _shape(value)
            return Shape(open=True, item=item if item.fields or item.open else None)
        case inspect.UnionType(types=types):
            return next((s for s in map(_shape, types) if s.fields or s.open or s.secret), Shape())
        case inspect.CustomType(cls=cls) if cls is Secret:
            return Shape(secret=True)
        case _:
            return Shape()
