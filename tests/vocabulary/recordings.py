"""Replays recorded HTTP exchanges: each is performed in turn, and its answer compared with the recorded one."""

import http.client
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Replay", "agrees"]

KINDS = {
    "token:48hex": r"[0-9a-f]{48}",
    "string": r".+",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?",
    "int": r"\d+",
}
HOLE = re.compile(
    r"\{(token:48hex|string|timestamp|int|number|any|permutation:\d+|mask:\d+:\d+"
    r"|[a-z]\w*(?:\.[A-Za-z_]\w*|\[\d+\])+)\}"
)

Json = Any
State = dict[str, Json]


def agrees(want: Json, got: Json, state: State, *, ordered: bool = True) -> bool:
    """Tell whether an answer fits a recorded one, in which values that vary are written as `{kind}`."""
    match want:
        case str():
            return _text_agrees(want, got, state)
        case dict():
            return (
                isinstance(got, dict)
                and want.keys() == got.keys()
                and all(agrees(want[key], got[key], state, ordered=ordered) for key in want)
            )
        case list() if ordered:
            pairs = zip(want, got, strict=True) if isinstance(got, list) and len(got) == len(want) else None
            return pairs is not None and all(agrees(one, other, state) for one, other in pairs)
        case list():
            return isinstance(got, list) and len(got) == len(want) and _contains(want, got, state)
        case bool() | None:
            return want is got
    return not isinstance(got, bool) and bool(want == got)


def _contains(want: list[Json], got: list[Json], state: State) -> bool:
    return all(any(agrees(one, other, state, ordered=False) for other in got) for one in want)


def _text_agrees(want: str, got: Json, state: State) -> bool:
    hole = HOLE.fullmatch(want)
    match hole and hole.group(1).partition(":")[::2]:
        case ("any", _):
            return True
        case ("int", _):
            return isinstance(got, int) and not isinstance(got, bool)
        case ("number", _):
            return isinstance(got, int | float) and 0 <= got <= 1
        case ("permutation", size):
            return isinstance(got, list) and sorted(got) == list(range(int(size)))
        case ("mask", sizes):
            length, ones = map(int, sizes.split(":"))
            return isinstance(got, list) and len(got) == length and sum(got) == ones
    return isinstance(got, str) and re.fullmatch(_pattern(want, state), got, re.DOTALL) is not None


def _pattern(want: str, state: State) -> str:
    pattern, at = "", 0
    for hole in HOLE.finditer(want):
        known = KINDS.get(hole.group(1))
        pattern += re.escape(want[at : hole.start()]) + (known or re.escape(str(_saved(hole.group(1), state))))
        at = hole.end()
    return pattern + re.escape(want[at:])


def _saved(name: str, state: State) -> Json:
    head, *steps = re.findall(r"\w+", name)
    value = state[head]
    for step in steps:
        value = value[int(step)] if step.isdigit() else value[step]
    return value


def _filled(value: Json, state: State) -> Json:
    match value:
        case str():
            return HOLE.sub(
                lambda hole: hole.group() if hole.group(1) in KINDS else str(_saved(hole.group(1), state)), value
            )
        case list():
            return [_filled(item, state) for item in value]
        case dict():
            return {key: _filled(item, state) for key, item in value.items()}
    return value


class Replay:
    """Performs exchanges against `host:port`; answers that later exchanges need are kept."""

    def __init__(self, address: str, prefix: str, folder: Path) -> None:
        self._address = address
        self._prefix = prefix
        self._folder = folder
        self._state: State = {}

    def difference(self, exchange: Json) -> str | None:
        """Perform an exchange and say how its answer differs from the recorded one, if it does."""
        try:
            return self._difference(exchange)
        except KeyError as missing:
            return f"an earlier answer lacks {missing}"

    def _difference(self, exchange: Json) -> str | None:
        time.sleep(exchange.get("after", 0))
        status, headers, raw = self._poll(exchange) if "poll" in exchange else self._perform(exchange["request"])
        body = json.loads(raw) if "json" in (headers.get("Content-Type") or "") and raw else None
        if "save" in exchange and body is not None:
            self._state[exchange["save"]] = body
        recorded = exchange["response"]
        said = [self._compare(option, status, headers, body, raw) for option in self._options(recorded)]
        return None if None in said else said[0]

    def _options(self, recorded: Json) -> Iterator[Json]:
        yield recorded
        for option in recorded.get("also_right", ()):
            yield {"order": recorded.get("order")} | option

    def _compare(self, want: Json, status: int, headers: Json, body: Json, raw: bytes) -> str | None:
        if status != want["status"]:
            return f"status {status}, not {want['status']}: {raw[:300]!r}"
        for name, value in want.get("headers", {}).items():
            got = headers.get(name) or ""
            if got.split(";")[0].lower() != value.split(";")[0].lower():
                return f"{name} {got!r}, not {value!r}"
        expected = want.get("body")
        if "body_file" in want:
            expected = json.loads((self._folder / want["body_file"]).read_text())
        if expected is None:
            return None
        return None if self._fits(expected, body, want.get("order")) else f"{raw[:400]!r}, not {expected!r:.400}"

    def _fits(self, expected: Json, body: Json, order: str | None) -> bool:
        if order == "groups":
            return isinstance(body, dict) and body.keys() == {"groups"} and _sets(body) == _sets(expected)
        if order == "contains":
            return isinstance(body, list) and _contains(expected, body, self._state)
        return agrees(expected, body, self._state, ordered=order != "any")

    def _poll(self, exchange: Json) -> tuple[int, Json, bytes]:
        poll = exchange["poll"]
        end = time.monotonic() + 30
        while True:
            status, headers, raw = self._perform(exchange["request"])
            answer = json.loads(raw) if status == 200 else {}
            done = status != 200 or any(answer.get(key) in values for key, values in poll.get("until", {}).items())
            if done or time.monotonic() > end:
                return status, headers, raw
            time.sleep(0.02)

    def _perform(self, request: Json) -> tuple[int, Json, bytes]:
        headers = _filled(request.get("headers", {}), self._state)
        body = self._body(request)
        target = ("" if request.get("no_prefix") else self._prefix) + _filled(request["path"], self._state)
        connection = http.client.HTTPConnection(self._address, timeout=60)
        try:
            if request.get("chunked"):
                pieces = (body[at : at + 1000] for at in range(0, len(body), 1000))
                connection.request(request["method"], target, pieces, headers, encode_chunked=True)
            else:
                connection.request(request["method"], target, body or None, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def _body(self, request: Json) -> bytes:
        if "json" in request:
            return json.dumps(_filled(request["json"], self._state)).encode()
        if "text" in request:
            return str(_filled(request["text"], self._state)).encode()
        return (self._folder / request["file"]).read_bytes() if "file" in request else b""


def _sets(body: Json) -> set[frozenset[tuple[int, int]]]:
    return {frozenset((dset, record) for dset, record in group) for group in body["groups"]}
