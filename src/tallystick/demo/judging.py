"""How the served pair model answers: a single pair at a time, as a client would ask over V2."""

import math
import statistics
import time
from collections.abc import Mapping, Sequence

import numpy as np

from tallystick.flows.living_linkage import pair_model
from tallystick.inference.client import ModelClient
from tallystick.linkage.domain.living.features import FEATURES
from tallystick.server.wiring import Organisation

__all__ = ["measure", "percentile"]

REQUESTS = 200


def measure(organisation: Organisation, verdicts: Mapping[str, int]) -> dict[str, object]:
    """Count what the model decided, and time predictions of one pair on its server's socket."""
    pair = np.full((1, len(FEATURES)), 0.5, np.float32)
    times: list[float] = []
    with ModelClient(organisation.models_socket) as client:
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            client.infer(pair_model.NAME, {pair_model.INPUT: pair}, [pair_model.OUTPUT])
            times.append((time.perf_counter() - begun) * 1000)
    confirmed, rejected = verdicts.get("confirmed", 0), verdicts.get("rejected", 0)
    return {
        "model": pair_model.NAME,
        "judged": confirmed + rejected,
        "confirmed": confirmed,
        "rejected": rejected,
        "requests": REQUESTS,
        "predict_median_ms": round(statistics.median(times), 2),
        "predict_p95_ms": round(percentile(sorted(times), 0.95), 2),
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the ordered values does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
