from pathlib import Path

import numpy as np
import pytest
from tests.vocabulary.models import opened, served

from tallystick.flows.living_linkage.judge import ServedJudge, apply_pair_model
from tallystick.inference.client import ModelClient
from tallystick.linkage.domain.living.features import FEATURES
from tallystick.linkage.domain.living.judge import JudgeUnavailable

BITS = 620


def pair(score: float, margin: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    known = {
        "score": score,
        "overlap": score,
        "intersection": BITS * score,
        "popcount_low": BITS,
        "popcount_high": BITS,
    }
    return np.array([[known.get(name, margin) for name in FEATURES]], np.float32)


def test_the_served_model_judges(tmp_path: Path) -> None:
    with opened(tmp_path) as inference:
        apply_pair_model(inference.service)
        with served(inference) as door, ModelClient(str(door.base_url)) as client:
            judge = ServedJudge(client)
            assert judge.judge(pair(0.84, 0.1))[0] > 0.9
            assert judge.judge(pair(0.73, 0.0))[0] < 0.1
            assert judge.judge(np.repeat(pair(0.8, 0.02), 1000, axis=0)).shape == (1000,)


def test_applying_the_pair_model_again_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as inference:
        assert apply_pair_model(inference.service) == apply_pair_model(inference.service)


def test_a_server_that_is_away_leaves_pairs_pending(tmp_path: Path) -> None:
    with ModelClient(tmp_path / "none.sock") as client, pytest.raises(JudgeUnavailable):
        ServedJudge(client).judge(pair(0.8, 0.0))


def test_a_model_that_is_missing_leaves_pairs_pending(tmp_path: Path) -> None:
    with (
        opened(tmp_path) as inference,
        served(inference) as door,
        ModelClient(str(door.base_url)) as client,
        pytest.raises(JudgeUnavailable),
    ):
        ServedJudge(client).judge(pair(0.8, 0.0))
