"""Raw settings from every source become one frozen object, with the origin of each value."""

import difflib
import json
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from tallystick.platform.settings.declaration import Secret, Section
from tallystick.platform.settings.errors import MissingSetting, SettingsError, UnknownSetting, WrongSetting
from tallystick.platform.settings.shape import Shape, shape_of

__all__ = ["Effective", "Loaded", "load"]

PREFIX = "TALLYSTICK_"
SECRET_FILE = "_file"  # noqa: S105 -- the suffix that names a secret's file, not a secret

S = TypeVar("S", bound=Section)
Path_ = tuple[str, ...]


@dataclass(frozen=True)
class Effective:
    """One effective value: its dotted name, the value as text (secrets masked) and where it came from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True)
class Loaded(Generic[S]):
    """Settings and the origin of each of their values; what is not in `origins` is a default."""

    settings: S
    origins: Mapping[Path_, str]

    def effective(self) -> list[Effective]:
        """List every value in declaration order."""
        return [
            Effective(".".join(path), _text(value), self.origins.get(path, "default"))
            for path, value in _leaves(self.settings, ())
        ]


@dataclass(frozen=True)
class _Raw:
    """A value before typing: its path, its text or TOML value, where it stood, and where relative file names start."""

    path: Path_
    value: object
    origin: str
    base: Path = Path()


def load(
    declaration: type[S],
    *,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    withheld: Collection[str] = (),
) -> Loaded[S]:
    """Read settings: the TOML `file`, then the environment, which wins.

    Secrets whose dotted names are `withheld` stay empty, and the files that hold them are not opened.
    Raises `SettingsError` that names the setting and the place of a wrong value.
    """
    shape = shape_of(declaration)
    found = [*(_from_file(file) if file else ()), *_from_environment(os.environ if environ is None else environ)]
    raws = [_withhold(raw, withheld) for raw in found]
    tree: dict[str, Any] = {}
    origins: dict[Path_, str] = {}
    for raw in raws:
        path, value = _resolve(shape, raw)
        _plant(tree, path, value, origins)
        origins[path] = raw.origin
    return Loaded(_typed(declaration, tree, origins), origins)


def _from_file(file: Path) -> Iterator[_Raw]:
    try:
        document = tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"settings file {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {file}: {error}") from error
    yield from (_Raw(path, value, str(file), file.parent) for path, value in _flatten(document, ()))


def _from_environment(environ: Mapping[str, str]) -> Iterator[_Raw]:
    for name in sorted(environ):
        if name.startswith(PREFIX) and "__" in name:
            path = tuple(name.removeprefix(PREFIX).lower().split("__"))
            yield _Raw(path, environ[name], f"environment variable {name}")


def _withhold(raw: _Raw, withheld: Collection[str]) -> _Raw:
    *above, name = raw.path
    path = (*above, name.removesuffix(SECRET_FILE))
    return _Raw(path, "", raw.origin) if ".".join(path) in withheld else raw


def _flatten(node: Mapping[str, Any], path: Path_) -> Iterator[tuple[Path_, Any]]:
    for key, value in node.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, (*path, key))
        else:
            yield (*path, key), value


def _resolve(shape: Shape, raw: _Raw) -> tuple[Path_, object]:
    """Find the declared setting that a raw path means; a secret's `..._file` is read."""
    here, *rest = raw.path
    if shape.open:
        if shape.item is None or not rest:
            return raw.path, _structured(raw.value)
        inner, value = _resolve(shape.item, _Raw(tuple(rest), raw.value, raw.origin, raw.base))
        return (here, *inner), value
    if here not in shape.fields and here.endswith(SECRET_FILE) and not rest:
        target = here.removesuffix(SECRET_FILE)
        if target in shape.fields and shape.fields[target].secret:
            return (target,), _secret_from(raw)
    if here not in shape.fields:
        raise UnknownSetting(_unknown(shape, raw, here))
    if not rest:
        return raw.path, raw.value if shape.fields[here].secret else _structured(raw.value)
    try:
        inner, value = _resolve(shape.fields[here], _Raw(tuple(rest), raw.value, raw.origin, raw.base))
    except SettingsError as error:
        raise type(error)(f"{here}.{error}") from error
    return (here, *inner), value


def _structured(value: object) -> object:
    """Let an environment variable hold a list or table, written as JSON."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _secret_from(raw: _Raw) -> str:
    try:
        return (raw.base / str(raw.value)).read_text().rstrip("\n")
    except OSError as error:
        raise WrongSetting(f"{raw.path[0]}: {raw.value}: {error.strerror} ({raw.origin})") from error
    except ValueError:  # its text would show a part of the secret
        raise WrongSetting(f"{raw.path[0]}: {raw.value}: it is not a file of text ({raw.origin})") from None


def _unknown(shape: Shape, raw: _Raw, key: str) -> str:
    near = difflib.get_close_matches(key, shape.fields, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(shape.fields))}"
    return f"{key}: no such setting; {hint} ({raw.origin})"


def _plant(tree: dict[str, Any], path: Path_, value: object, origins: Mapping[Path_, str]) -> None:
    for depth, key in enumerate(path[:-1], 1):
        below = tree.setdefault(key, {})
        if not isinstance(below, dict):
            name, origin = ".".join(path[:depth]), origins.get(path[:depth], "")
            raise WrongSetting(f"{name}: expected a table of settings{f' ({origin})' if origin else ''}")
        tree = below
    tree[path[-1]] = value


def _typed(declaration: type[S], tree: dict[str, Any], origins: Mapping[Path_, str]) -> S:
    try:
        return msgspec.convert(tree, declaration, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        name = place.strip("`.") or "settings"
        origin = next((o for path, o in origins.items() if ".".join(path) == name), "")
        kind = MissingSetting if "missing required field" in text else WrongSetting
        raise kind(f"{name}: {text}{f' ({origin})' if origin else ''}") from None


def _decode(kind: type, value: object) -> object:
    if kind is Secret:
        if isinstance(value, dict | list):
            raise ValueError("expected text")
        return Secret(str(value))
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)


def _leaves(node: object, path: Path_) -> Iterator[tuple[Path_, object]]:
    if isinstance(node, Section):
        for name in node.__struct_fields__:
            yield from _leaves(getattr(node, name), (*path, name))
    elif isinstance(node, dict) and node:
        for name, value in node.items():
            yield from _leaves(value, (*path, str(name)))
    else:
        yield path, node


def _text(value: object) -> str:
    return (
        str(value) if isinstance(value, Secret | Path | str) else json.dumps(msgspec.to_builtins(value, enc_hook=str))
    )
