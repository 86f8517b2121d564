"""The port through which a model decides pairs in the grey zone."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Judge", "JudgeUnavailable"]


class JudgeUnavailable(ConnectionError):
    """The judge cannot answer now; the pairs stay pending and are asked again."""


class Judge(Protocol):
    """Says how probable it is that a pair is one person."""

    def judge(self, pairs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of each of n pairs, given `features` of shape (n, len(FEATURES)).

        The answer must depend on the features alone. Raises `JudgeUnavailable`.
        """
        ...
