import os
import pickle
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto
from tests.vocabulary.models import doubling, manifest, opened

from tallystick.inference.domain.manifest import Manifest
from tallystick.inference.errors import InvalidManifest, ModelNotFound, ModelNotReady, ModelRefused
from tallystick.inference.serving import elements_of
from tallystick.inference.wiring import Inference
from tallystick.platform.objects import Digest, Objects, ObjectsUnavailableError

X = {"x": np.array([[1, 2]], np.float32)}


def apply(inference: Inference, folder: Path, content: bytes) -> int:
    path = folder / "model.onnx"
    path.write_bytes(content)
    return inference.service.apply(manifest(path)).version


def test_an_applied_model_serves(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling())
        inference.serving.synchronise()
        model = inference.serving.find("double")
        assert model.predict(X, ["y"])["y"].tolist() == [[2, 4]]
        assert inference.service.service("double").state == "ready"
        assert inference.serving.ready


def test_before_its_first_look_a_server_knows_no_answer(tmp_path: Path) -> None:
    with opened(tmp_path) as inference:
        assert not inference.serving.ready
        with pytest.raises(ModelNotReady):
            inference.serving.find("double")


def test_the_same_model_is_no_new_version(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        assert [apply(inference, tmp_path, doubling()) for _ in range(2)] == [1, 1]
        assert apply(inference, tmp_path, doubling(3)) == 2


def test_a_revision_that_fails_leaves_the_previous_one_serving(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling())
        inference.serving.synchronise()
        apply(inference, tmp_path, b"broken")
        inference.serving.synchronise()
        assert inference.serving.find("double").version == 1
        assert inference.serving.ready
        service = inference.service.service("double")
        assert (service.state, service.serving_version) == ("failed", 1)
        assert "no ONNX model" in service.failure


def test_a_restart_serves_the_same_even_behind_a_failed_revision(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling())
        inference.serving.synchronise()
        apply(inference, tmp_path, b"broken")
    with opened(tmp_path / "data") as inference:
        inference.serving.synchronise()
        assert inference.serving.find("double", "1").predict(X, ["y"])["y"].tolist() == [[2, 4]]


def test_a_mended_revision_takes_over(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        for content in (doubling(), b"broken", doubling(kind=TensorProto.DOUBLE)):
            apply(inference, tmp_path, content)
            inference.serving.synchronise()
        assert inference.serving.find("double").signature.inputs[0].datatype == "FP64"
        assert inference.service.service("double").failure == ""


def test_a_deleted_model_is_gone(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling())
        inference.serving.synchronise()
        inference.service.delete("double")
        inference.serving.synchronise()
        with pytest.raises(ModelNotFound):
            inference.serving.find("double")
        with pytest.raises(ModelNotFound):
            inference.service.delete("double")


def test_a_file_that_is_gone_from_the_object_store_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling())
        for path in (tmp_path / "data" / "objects").rglob("*"):
            if path.is_file():
                path.unlink()
        inference.serving.synchronise()
        assert "cannot be read from the object store" in inference.service.service("double").failure


def test_an_object_store_that_is_away_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling())
        with monkeypatch.context() as patch:
            patch.setattr(Objects, "read", away)
            inference.serving.synchronise()
            assert inference.service.service("double").state == "pending"
        inference.serving.synchronise()
        assert inference.service.service("double").state == "ready"


def away(_: Objects, __: Digest) -> bytes:
    raise ObjectsUnavailableError("the object store does not answer")


def test_a_storage_uri_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with opened(tmp_path / "data") as inference:
        for uri, text in (
            ("s3://bucket/model", "none that can be read here"),
            ("file://model.onnx/x", "none that can be read here"),
            ("model.onnx", "needs an absolute path"),
            ((tmp_path / "none").as_uri(), "No such file"),
            ((tmp_path / "pipe").as_uri(), "pipe is no regular file"),
            ("file:///dev/zero", "/dev/zero is no regular file"),
            ("file:///tmp/%00x", "storageUri: 'file:///tmp/%00x' holds a NUL"),
            ("file://[x", "storageUri: 'file://"),
        ):
            with pytest.raises(InvalidManifest, match=text):
                inference.service.apply(Manifest(name="m", format="onnx", storage_uri=uri))


def test_a_folder_must_hold_one_model(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        with pytest.raises(ModelRefused, match=r"expected exactly one .onnx file, found none"):
            inference.service.apply(manifest(tmp_path))
        for name in ("a.onnx", "b.onnx"):
            (tmp_path / name).write_bytes(doubling())
        with pytest.raises(ModelRefused, match=r"found a.onnx, b.onnx"):
            inference.service.apply(manifest(tmp_path))


class Trap:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_runs_nothing_unless_its_digest_is_trusted(tmp_path: Path) -> None:
    content = pickle.dumps(Trap(tmp_path / "ran"))
    (tmp_path / "model.pkl").write_bytes(content)
    wanted = manifest(tmp_path / "model.pkl", model_format="sklearn")
    with opened(tmp_path / "data") as inference:
        with pytest.raises(ModelRefused, match=f"--trust-pickle {sha256(content).hexdigest()}"):
            inference.service.apply(wanted)
        inference.serving.synchronise()
        assert not (tmp_path / "ran").exists()
        inference.service.apply(wanted, trusted_pickles=[sha256(content).hexdigest()])
        inference.serving.synchronise()
        assert (tmp_path / "ran").exists()
        assert "has no predict method" in inference.service.service("double").failure


def test_a_quick_model_is_known_to_be_quick(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling())
        inference.serving.synchronise()
        model = inference.serving.find("double")
        assert model.expected_s(1) == float("inf")
        model.predict(X, ["y"])
        assert model.expected_s(1) < 1


def test_a_row_of_many_elements_is_expected_to_take_longer_than_one_of_few(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as inference:
        apply(inference, tmp_path, doubling(None))
        inference.serving.synchronise()
        model = inference.serving.find("double")
        model.predict(X, ["y"])
        assert model.expected_s(elements_of({"x": np.ones((1, 10**8), np.float32)})) > 1
