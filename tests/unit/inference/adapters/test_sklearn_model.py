import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from skops import io as skops_io

from tallystick.inference.adapters.sklearn_model import SklearnModel, load_pickle, load_skops
from tallystick.inference.errors import InvalidRequest, ModelRefused

ROW = {"input-0": np.array([[5.1, 3.5, 1.4, 0.2]])}


@pytest.fixture(scope="module")
def iris() -> Any:
    flowers = load_iris()
    return LogisticRegression(max_iter=1000).fit(flowers.data, flowers.target)


def test_a_skops_file_is_loaded(iris: object) -> None:
    model = load_skops(skops_io.dumps(iris))
    assert model.predict(ROW, ["output-0"])["output-0"].tolist() == [0]
    assert (model.signature.inputs[0].shape, model.signature.outputs[0].datatype) == ((-1, 4), "INT64")


def test_a_forest_is_loaded_from_skops() -> None:
    flowers = load_iris()
    forest = RandomForestClassifier(n_estimators=2).fit(flowers.data, flowers.target)
    assert load_skops(skops_io.dumps(forest)).predict(ROW, ["output-0"])["output-0"].shape == (1,)


def test_text_labels_become_bytes() -> None:
    named = LogisticRegression().fit([[0.0], [1.0]], ["no", "yes"])
    model = SklearnModel(named)
    assert model.signature.outputs[0].datatype == "BYTES"
    assert model.predict({"input-0": np.array([[9.0]])}, ["output-0"])["output-0"].tolist() == ["yes"]


def test_probabilities_are_given_where_the_environment_asks(iris: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREDICT_PROBA", "true")
    assert SklearnModel(iris).signature.outputs[0].shape == (-1, 3)


def test_a_pickle_is_loaded(iris: object) -> None:
    assert load_pickle(pickle.dumps(iris)).predict(ROW, ["output-0"])["output-0"].tolist() == [0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x80\x04."])
def test_a_broken_file_is_refused(content: bytes) -> None:
    with pytest.raises(ModelRefused):
        load_skops(content)
    with pytest.raises(ModelRefused):
        load_pickle(content)


def test_foreign_types_in_skops_are_refused_by_name() -> None:
    with pytest.raises(ModelRefused, match="types that are not trusted"):
        load_skops(skops_io.dumps(Path("/etc/passwd").exists))


def test_what_does_not_predict_is_refused() -> None:
    with pytest.raises(ModelRefused, match="a dict has no predict method"):
        SklearnModel({})


def test_the_wrong_number_of_features_is_the_callers_mistake(iris: object) -> None:
    model = SklearnModel(iris)
    with pytest.raises(InvalidRequest, match=r"inputs\[0\].shape: \[1, 3\], but input 'input-0' takes \[-1, 4\]"):
        model.signature.check("any", np.zeros((1, 3)), field="inputs[0]")
