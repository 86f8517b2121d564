"""A batch linkage on a store of its own, in words that tests read like sentences."""

import base64
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.batch.wiring import BRANCH, Batch, build_batch
from tallystick.platform.jobs import Threads, Worker
from tallystick.platform.wiring import Platform, PlatformSettings, open_platform

__all__ = ["Unit", "clks"]


def clks(seed: int, count: int, size: int = 128) -> dict[str, list[str]]:
    """Make encodings of which the first ones are alike whatever the seed."""
    people = np.random.default_rng(0).integers(0, 256, (count, size), np.uint8)
    noise = np.random.default_rng(seed).integers(0, 256, (4, count, size), np.uint8)
    filters = people ^ np.bitwise_and.reduce(noise)
    return {"clks": [base64.b64encode(row.tobytes()).decode() for row in filters]}


class Unit:
    """A linkage unit in a folder, and a worker that works when it is told."""

    def __init__(self, folder: Path, settings: BatchSettings | None = None) -> None:
        self.platform: Platform = open_platform(PlatformSettings(), folder, [BRANCH])
        self.batch: Batch = build_batch(settings or BatchSettings(), self.platform)
        self.service = self.batch.service
        self.folder = folder

    def work(self) -> None:
        """Do every queued run."""
        stop = threading.Event()
        worker = Worker(self.platform.store, Threads(lambda: self.batch.tasks), [*self.batch.tasks])
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        for job in self.jobs():
            self.platform.jobs.wait(job, timeout_s=20)
        stop.set()
        thread.join()

    def jobs(self) -> list[str]:
        """List the jobs that have not ended."""
        return [job.id for job in self.platform.jobs.list() if not job.over]

    def result(self, project: str, run: str, token: str) -> Any:
        """Read a result."""
        return json.loads(b"".join(self.service.result(project, run, token)))

    def close(self) -> None:
        """Give the store back."""
        self.platform.close()
