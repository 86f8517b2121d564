import numpy as np

from tallystick.linkage.domain.living.features import FEATURES, features, rivals


def test_sides_do_not_matter() -> None:
    score = np.array([0.8, 0.75])
    left, right = np.array([300, 310]), np.array([320, 280])
    rival = np.array([0.7, 0.72]), np.array([0.79, 0.7])
    number = np.array([1, 3]), np.array([2, 1])
    forth = features(score, (left, right), rival, number)
    back = features(score, (right, left), rival[::-1], number[::-1])
    assert forth.shape == (2, len(FEATURES))
    assert np.array_equal(forth, back)


def test_the_best_pair_rivals_the_second_and_all_others_rival_the_best() -> None:
    rival, number = rivals(np.array([7, 3, 7, 7]), np.array([0.8, 0.9, 0.95, 0.85]), 0.7)
    assert rival.tolist() == [0.95, 0.7, 0.85, 0.95]
    assert number.tolist() == [3, 1, 3, 3]


def test_no_candidates_have_no_rivals() -> None:
    rival, number = rivals(np.array([], np.int64), np.array([]), 0.7)
    assert len(rival) == len(number) == 0
