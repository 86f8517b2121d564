"""Read a configuration: a wrong value is refused by its key path, an unknown or idle key is warned of."""

import types
import typing
from collections.abc import Iterator, Mapping

import msgspec

from tallystick.edge.domain.configuration import Configuration
from tallystick.edge.errors import ConfigurationInvalid

__all__ = ["read"]

IDLE_KEYS = {
    "daemon": "use a process supervisor",
    "restart_timeout": "workers are threads",
    "master_ipc": "it is not served",
    "tracing": "its modules need OpenSSL",
    "stapling": "no staple is sent",
    "log.facility": "the log goes to standard error",
    "log.syslog": "the log goes to standard error",
    "frontend.reneg_window": "renegotiation is refused",
    "frontend.reneg_limit": "renegotiation is refused",
    "ecdh": "curves are chosen by the engine",
    "dh": "key exchange is elliptic",
    "ticket_key": "ticket keys are drawn at random",
    "ticket_timeout": "ticket keys rotate by themselves",
    "ticket_rotate": "ticket keys rotate by themselves",
    "external": "backends take turns",
}


def read(text: bytes | str) -> tuple[Configuration, list[str]]:
    """Parse a configuration; returns it with warnings.

    >>> read('{"backend": [{"port": 8080}], "wrokers": 2}')[1]
    ['wrokers: unknown key, ignored']
    >>> read('{"backend": [{"port": "http"}]}')
    Traceback (most recent call last):
    ...
    tallystick.edge.errors.ConfigurationInvalid: backend[0].port: Expected `int`, got `str`
    """
    try:
        raw = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ConfigurationInvalid("", f"Failed to load or parse JSON: {error}") from error
    if not isinstance(raw, dict):
        raise ConfigurationInvalid("", "Invalid json, root should be an object")
    raw = _without_nulls(raw)
    try:
        configuration = msgspec.convert(raw, Configuration)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        raise ConfigurationInvalid(path.strip(".`"), reason) from error
    return configuration, [*_unknown(raw, Configuration, ""), *_idle(raw, "")]


def _without_nulls(value: object) -> typing.Any:  # noqa: ANN401  any JSON value
    match value:
        case dict():
            return {key: _without_nulls(item) for key, item in value.items() if item is not None}
        case list():
            return [_without_nulls(item) for item in value]
        case _:
            return value


def _unknown(raw: Mapping[str, object], struct: type[msgspec.Struct], place: str) -> Iterator[str]:
    known = {item.encode_name: item.type for item in msgspec.structs.fields(struct)}
    for key, value in raw.items():
        path = f"{place}{key}"
        if key not in known:
            yield f"{path}: unknown key, ignored"
            continue
        inner = _struct_within(known[key])
        if inner is None:
            continue
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            if isinstance(item, dict):
                yield from _unknown(item, inner, f"{path}." if index is None else f"{path}[{index}].")


def _struct_within(declared: object) -> type[msgspec.Struct] | None:
    if isinstance(declared, type) and not isinstance(declared, types.GenericAlias):
        return declared if issubclass(declared, msgspec.Struct) else None
    return next(filter(None, map(_struct_within, typing.get_args(declared))), None)


def _idle(raw: object, place: str) -> Iterator[str]:
    match raw:
        case dict():
            for key, value in raw.items():
                path = f"{place}.{key}" if place else str(key)
                reason = IDLE_KEYS.get(path) or (IDLE_KEYS.get(str(key)) if place else None)
                if reason is None:
                    yield from _idle(value, path)
                elif value and value != {"dso": []} and not _is_disabled(value):
                    yield f"{path}: ignored, {reason}"
        case list():
            for index, item in enumerate(raw):
                yield from _idle(item, f"{place}[{index}]")


def _is_disabled(value: object) -> bool:
    return isinstance(value, dict) and value.get("enabled") is False
