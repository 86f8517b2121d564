"""Tasks for tests, importable in the processes that run them."""

import os
import time
from collections.abc import Mapping
from typing import cast

from tallystick.platform.jobs import JobContext, PermanentFailure, Task

__all__ = ["tasks", "unbuildable"]


def tasks() -> Mapping[str, Task]:
    """Build the tasks by kind."""
    return {
        "echo": lambda _, payload: payload,
        "whoami": lambda _context, _payload: f"{os.getpid()}".encode(),
        "count": _count,
        "sleep": _sleep,
        "stubborn": _stubborn,
        "fail": _fail,
        "fail for good": _fail_for_good,
        "vanish": _vanish,
        "log": _log,
        "large": lambda _, payload: bytes(int(payload)),
        "text": cast("Task", lambda _, payload: payload.decode()),
    }


def unbuildable() -> Mapping[str, Task]:
    """Fail where tasks should be built."""
    raise ValueError("no database")


def _count(context: JobContext, payload: bytes) -> bytes:
    total = int(payload)
    for done in range(1, total + 1):
        context.progress(done, total, "steps")
        time.sleep(0.002)
    return payload


def _sleep(context: JobContext, payload: bytes) -> bytes:
    deadline = time.monotonic() + float(payload)
    while time.monotonic() < deadline:
        context.check()
        time.sleep(0.005)
    return b"slept"


def _stubborn(_: JobContext, payload: bytes) -> bytes:
    time.sleep(float(payload))
    return b"at last"


def _fail(_: JobContext, payload: bytes) -> bytes:
    raise ValueError(payload.decode(errors="surrogateescape"))


def _fail_for_good(_: JobContext, payload: bytes) -> bytes:
    raise PermanentFailure(payload.decode(errors="surrogateescape"))


def _vanish(_: JobContext, payload: bytes) -> bytes:
    os._exit(int(payload))


def _log(context: JobContext, payload: bytes) -> bytes:
    """Append a line an attempt to the file that the payload names, then work until killed or done."""
    with open(payload, "a", encoding="utf-8") as file:  # noqa: PTH123 - a bytes path
        file.write(f"{context.epoch} {os.getpid()}\n")
    if context.epoch == 1:
        time.sleep(600)
    return f"epoch {context.epoch}".encode()
