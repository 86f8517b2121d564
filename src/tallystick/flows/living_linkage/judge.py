"""The served pair model as the judge of pairs in the grey zone."""

import numpy as np
from numpy.typing import NDArray

from tallystick.flows.living_linkage import pair_model
from tallystick.inference.client import ModelClient
from tallystick.inference.domain.manifest import Manifest
from tallystick.inference.domain.revision import Service
from tallystick.inference.errors import InferenceError
from tallystick.inference.service import ModelService
from tallystick.linkage.domain.living.judge import JudgeUnavailable

__all__ = ["ServedJudge", "apply_pair_model"]


class ServedJudge:
    """Asks a model server about pairs, over V2 with binary tensors."""

    def __init__(self, client: ModelClient, model: str = pair_model.NAME) -> None:
        self._client = client
        self._model = model

    def judge(self, pairs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability that each pair is one person; raises `JudgeUnavailable` while nobody can say."""
        try:
            answer = self._client.infer(self._model, {pair_model.INPUT: pairs}, [pair_model.OUTPUT])
        except InferenceError as error:
            raise JudgeUnavailable(f"the pair model cannot be asked: {error}") from error
        return answer[pair_model.OUTPUT].astype(np.float64)


def apply_pair_model(models: ModelService) -> Service:
    """Make the packaged pair model the desired revision of its service; applying it again changes nothing."""
    return models.apply(Manifest(name=pair_model.NAME, format="onnx", storage_uri=pair_model.MODEL.as_uri()))
