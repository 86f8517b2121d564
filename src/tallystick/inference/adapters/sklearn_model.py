"""scikit-learn models, from skops files or from pickles that an operator trusts by their digest."""

import io
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from tallystick.inference.domain.tensors import ANY, Signature, Tensors, TensorSpec, datatype_of
from tallystick.inference.errors import InvalidRequest, ModelRefused, PredictionFailed

__all__ = ["SklearnModel", "load_pickle", "load_skops"]

# Types that skops does not vouch for by itself and that hold plain arrays alone.
_HARMLESS = frozenset(("sklearn.tree._tree.Tree",))
_OUTPUT = "output-0"


class SklearnModel:
    """An estimator behind its `predict`, or behind `predict_proba` where `PREDICT_PROBA=true` asks for it.

    It takes its one input under any name and in any numeric datatype, and answers `output-0`.
    """

    platform = "sklearn"

    def __init__(self, estimator: Any) -> None:  # noqa: ANN401 -- any estimator
        if not hasattr(estimator, "predict"):
            raise ModelRefused(f"a {type(estimator).__name__} has no predict method")
        probabilities = os.environ.get("PREDICT_PROBA", "").lower() == "true"
        self._predict = estimator.predict_proba if probabilities else estimator.predict
        width = int(getattr(estimator, "n_features_in_", ANY))
        sample = self._sample(width)
        self.signature = Signature(
            (TensorSpec("input-0", "FP64", (ANY, width)),),
            (TensorSpec(_OUTPUT, datatype_of(sample), (ANY, *sample.shape[1:])),),
            lenient=True,
        )

    def predict(self, inputs: Tensors, outputs: Sequence[str]) -> Tensors:
        """Ask the estimator; text results become BYTES."""
        (array,) = inputs.values()
        try:
            answer = _plain(np.asarray(self._predict(array)))
        except ValueError as error:
            raise InvalidRequest(f"inputs[0]: {error}") from error
        except Exception as error:
            raise PredictionFailed(f"{type(error).__name__}: {error}") from error
        return dict.fromkeys(outputs, answer)

    def _sample(self, width: int) -> Any:  # noqa: ANN401 -- whatever the estimator gives
        """Predict one row of zeros, which tells the output's datatype and shows that the model works at all."""
        try:
            return _plain(np.asarray(self._predict(np.zeros((1, max(width, 1))))))
        except Exception as error:
            raise ModelRefused(f"the estimator fails on a row of zeros: {error}") from error


def load_skops(content: bytes) -> SklearnModel:
    """Load a skops file; types beyond scikit-learn's own are refused by name."""
    try:
        from skops import io as skops_io
    except ImportError as error:
        raise _extra_missing() from error
    try:
        foreign = sorted(set(skops_io.get_untrusted_types(data=content)) - _HARMLESS)
        if foreign:
            raise ModelRefused(f"the file needs types that are not trusted: {', '.join(foreign)}")
        estimator = skops_io.loads(content, trusted=sorted(_HARMLESS))
    except ModelRefused:
        raise
    except Exception as error:
        raise ModelRefused(f"the file is no skops model that can be loaded: {error}") from error
    return SklearnModel(estimator)


def load_pickle(content: bytes) -> SklearnModel:
    """Load a joblib file or pickle, which runs the code in it: the caller has checked that it is trusted."""
    try:
        import joblib
    except ImportError as error:
        raise _extra_missing() from error
    try:
        estimator = joblib.load(io.BytesIO(content))
    except Exception as error:
        raise ModelRefused(f"the file is no model that joblib can load: {error}") from error
    return SklearnModel(estimator)


def _plain(answer: Any) -> Any:  # noqa: ANN401 -- numpy in, numpy out
    """Return text as an object array of `str`, everything else as it is."""
    if answer.dtype.kind not in "US" and answer.dtype != np.object_:
        return answer
    plain = np.empty(answer.shape, dtype=np.object_)
    plain[...] = [str(element) for element in answer.flat] if answer.ndim == 1 else answer.astype(str).tolist()
    return plain


def _extra_missing() -> ModelRefused:
    return ModelRefused('scikit-learn models need the extra: pip install "tallystick[sklearn]"')
