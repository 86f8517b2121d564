import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import pytest
from tests.vocabulary.models import doubling, manifest, opened
from tests.vocabulary.processes import eventually

from tallystick.inference.client import ModelClient
from tallystick.inference.errors import InvalidRequest, ModelNotFound, ServerUnreachable

ISVC = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: {name}}}
spec: {{predictor: {{model: {{modelFormat: {{name: onnx}}, storageUri: "{uri}"}}}}}}
"""
X = {"x": np.array([[1, 2]], np.float32)}


def tally(*words: str | Path) -> list[str]:
    return [sys.executable, "-c", "from tallystick.cli import main; main()", "inference", *map(str, words)]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(tally(*words), capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def server(*words: str | Path) -> Iterator[tuple[subprocess.Popen[str], ModelClient]]:
    """Start a model server, wait for its address, and kill it at the end unless the test did."""
    command = tally("serve", "--listen", "127.0.0.1:0", *words)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            with ModelClient(f"http://{address}") as client:
                yield process, client
        finally:
            process.kill()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(doubling())
    return path


def test_a_killed_server_serves_the_same_again(tmp_path: Path, model: Path) -> None:
    (tmp_path / "isvc.yaml").write_text(ISVC.format(name="double", uri=model.as_uri()))
    applied = run("apply", "-f", tmp_path / "isvc.yaml", "--data-dir", tmp_path / "data")
    assert applied.stdout.startswith("double: version 1 "), applied.stderr
    model.unlink()
    for _ in range(2):
        with server("--data-dir", tmp_path / "data") as (process, client):
            eventually(lambda client=client: client.ready("double"))  # type: ignore[misc]
            assert client.infer("double", X)["y"].tolist() == [[2, 4]]
            process.send_signal(signal.SIGKILL)
            process.wait()


def test_a_file_that_is_no_model_is_refused_and_not_kept(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    (tmp_path / "isvc.yaml").write_text(ISVC.format(name="double", uri=(tmp_path / "model.onnx").as_uri()))
    data = ("--data-dir", tmp_path / "data")
    for words in (("apply", "-f", tmp_path / "isvc.yaml"), ("serve", "--model-dir", tmp_path)):
        refused = run(*words, *data)
        assert (refused.returncode, "the file is no ONNX model that can be loaded" in refused.stderr) == (1, True)
    assert run("list", *data).stdout == ""
    assert [path for path in (tmp_path / "data" / "objects").rglob("*") if path.is_file()] == []


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    refused = run("serve", "--data-dir", tmp_path / "data", "--model-dir", tmp_path)
    assert (refused.returncode, f"--model-dir {tmp_path}: no model lies in it" in refused.stderr) == (1, True)


def test_a_server_follows_what_is_applied(tmp_path: Path, model: Path) -> None:
    with server("--data-dir", tmp_path / "data") as (process, client):
        eventually(lambda: not client.ready("double") and process.poll() is None)
        with opened(tmp_path / "data") as inference:
            inference.service.apply(manifest(model))
            eventually(lambda: client.ready("double"))
            inference.service.delete("double")
            eventually(lambda: not client.ready("double"))
        process.terminate()
        assert process.wait(15) == 0


def test_a_folder_is_served_under_a_name(tmp_path: Path, model: Path) -> None:
    words = ("--data-dir", tmp_path / "data", "--model-dir", model.parent, "--model-name", "mine")
    with server(*words) as (_, client):
        eventually(lambda: client.ready("mine"))
        with pytest.raises(ModelNotFound, match="Model with name other does not exist"):
            client.infer("other", X)
        with pytest.raises(InvalidRequest, match=r"inputs\[0\].name: the model has no input 'z'"):
            client.infer("mine", {"z": X["x"]})


def test_a_client_without_a_server_says_so(tmp_path: Path) -> None:
    with ModelClient(tmp_path / "none.sock") as client:
        assert not client.ready("double")
        with pytest.raises(ServerUnreachable, match="does not answer"):
            client.infer("double", X)


def test_applying_a_wrong_document_names_the_field(tmp_path: Path) -> None:
    path = tmp_path / "isvc.yaml"
    for text, complaint in (
        (ISVC.format(name="Double", uri="file:///x"), "metadata.name: 'Double'"),
        (ISVC.format(name="double", uri="file:///none"), "storageUri: /none: No such file"),
        ("a: [", "not YAML"),
    ):
        path.write_text(text)
        ended = run("apply", "-f", path, "--data-dir", tmp_path / "data")
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1].startswith("Error: ")
        assert complaint in ended.stderr
    assert run("list", "--data-dir", tmp_path / "data").stdout == ""


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with server("--data-dir", tmp_path / "data") as (_, client):
        address = httpx2.URL(str(client.address)).netloc.decode()
        ended = run("serve", "--listen", address, "--data-dir", tmp_path / "other")
        assert ended.returncode == 1
        assert address in ended.stderr


def test_a_document_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("[" * 5000)
    applied = run("apply", "-f", tmp_path / "deep.yaml", "--data-dir", tmp_path / "data")
    assert applied.returncode == 1
    assert applied.stderr.endswith("deep.yaml: YAML is nested too deeply\n")
