import msgspec
import numpy as np
import onnxruntime
import pytest
from tools.pair_model.fitting import best_cut
from tools.pair_model.graph import graph_of
from tools.pair_model.pairs import ZONE, Pairs, solved_pairs
from tools.pair_model.people import Population, deal, population, split
from tools.pair_model.training import Report, report, train

from tallystick.flows.living_linkage import pair_model


@pytest.fixture(scope="module")
def people() -> Population:
    return population()


def probabilities(model: bytes, pairs: Pairs) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    session = onnxruntime.InferenceSession(model)
    (answer,) = session.run([pair_model.OUTPUT], {pair_model.INPUT: pairs.features})
    return np.asarray(answer)


def test_training_again_gives_the_committed_scores(people: Population) -> None:
    everybody = np.arange(len(people.person))
    pairs = solved_pairs(people, *deal(people, everybody, np.random.default_rng(99))).between(0.7, 1.0)
    trained = train(people)
    again = probabilities(graph_of(trained).SerializeToString(), pairs)
    committed = probabilities(pair_model.MODEL.read_bytes(), pairs)
    assert len(pairs.same) > 1000
    np.testing.assert_allclose(again, committed, rtol=0, atol=1e-6)
    np.testing.assert_allclose(trained.probability(pairs), committed, rtol=0, atol=1e-6)


def test_the_model_beats_the_threshold_on_people_it_never_saw(people: Population) -> None:
    made = report(people)
    assert made.f1_model > made.f1_threshold
    assert len(made.splits) == 5
    committed = msgspec.json.decode(pair_model.REPORT.read_bytes(), type=Report)
    assert made.f1_model == pytest.approx(committed.f1_model, abs=1e-6)
    assert made.f1_threshold == pytest.approx(committed.f1_threshold, abs=1e-6)


def test_a_split_parts_by_original(people: Population) -> None:
    trained, held_out = split(people, np.random.default_rng(0), 0.6)
    assert not set(people.person[trained]) & set(people.person[held_out])
    assert len(trained) + len(held_out) == 5000


def test_a_registry_is_dealt_a_person_once(people: Population) -> None:
    left, right = deal(people, np.arange(5000), np.random.default_rng(0))
    for side in (left, right):
        assert len(set(people.person[side])) == len(side)


def test_the_zone_keeps_its_lower_end_alone() -> None:
    scores = np.array([[ZONE[0] - 0.01], [ZONE[0] + 0.001], [ZONE[1]]], np.float32)
    assert len(Pairs(scores, np.array([True, True, False])).between(*ZONE).same) == 1


def test_the_best_cut_parts_true_from_false() -> None:
    assert best_cut(np.array([False, False, True, True]), [0.1, 0.2, 0.6, 0.9]) == pytest.approx(0.4)
