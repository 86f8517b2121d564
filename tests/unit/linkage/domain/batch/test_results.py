"""Serialised scores."""

import json

import numpy as np

from tallystick.linkage.domain.batch.matching import CANDIDATE
from tallystick.linkage.domain.batch.results import score_bytes, score_json


def test_scores_are_serialised_as_anonlink_does() -> None:
    kept = score_bytes(np.array([(0.5, 0, 1, 2, 3)], CANDIDATE))
    assert kept.hex() == "01080404" + "000000000000e03f" + "00000000" + "01000000" + "02000000" + "03000000"


def test_json_is_written_in_pieces_that_join() -> None:
    many = np.zeros(25_000, CANDIDATE)
    many["rec0"] = np.arange(25_000)
    whole = json.loads(b"".join(score_json(score_bytes(many))))
    assert whole["similarity_scores"][24_999] == [[0, 24_999], [0, 0], 0.0]
    assert len(whole["similarity_scores"]) == 25_000


def test_no_score_is_an_empty_list() -> None:
    assert json.loads(b"".join(score_json(score_bytes(np.empty(0, CANDIDATE))))) == {"similarity_scores": []}
