"""A scikit-learn model on KServe's own server, with its defaults: `kserve_server.py MODEL.joblib PORT`.

KServe's sklearnserver is not on PyPI; this is what it does for one model. Runs in the reference's environment.
"""

import sys
from typing import Any

import joblib
from kserve import Model, ModelServer  # type: ignore[import-not-found]
from kserve.utils.utils import get_predict_input, get_predict_response  # type: ignore[import-not-found]


class SklearnModel(Model):  # type: ignore[misc]
    """Loads and predicts as KServe's sklearnserver does."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name)
        self._estimator = joblib.load(path)
        self.ready = True

    def predict(self, payload: Any, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401, ARG002
        """Predict one request."""
        instances = get_predict_input(payload)
        return get_predict_response(payload, self._estimator.predict(instances), self.name)


if __name__ == "__main__":
    ModelServer(http_port=int(sys.argv[2]), enable_grpc=False, workers=1).start([SklearnModel("iris", sys.argv[1])])
