"""Ask a child whether it serves; be the child that says so."""

import asyncio
import os
from pathlib import Path

from tallystick.platform.supervisor.child import Probe, ReadySocket

__all__ = ["READY_PATH", "announce_ready", "passes"]

READY_PATH = "TALLY_READY_PATH"
ANSWER_WITHIN_S = 2.0


def announce_ready() -> None:
    """Tell the supervisor that this process serves; without a supervisor, do nothing."""
    if path := os.environ.get(READY_PATH):
        Path(path).touch(mode=0o600)


async def passes(probe: Probe, ready_file: Path) -> bool:
    """Tell whether the child is ready now."""
    if isinstance(probe, ReadySocket):
        return await _answers(probe)
    return ready_file.exists()


async def _answers(probe: ReadySocket) -> bool:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_unix_connection(probe.socket)
            try:
                writer.write(f"GET {probe.path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                status_line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False
    return status_line.split()[1:2] == [b"200"]
