"""What V1 and V2 clients send, and what they get back: docs/compatibility/inference.md, line by line."""

import gzip
import struct
from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec
import numpy as np
import pytest
from tests.vocabulary.models import doubling, echo, manifest, opened, served, tensor

INFER = "/v2/models/double/infer"
PREDICT = "/v1/models/double:predict"
ROWS = [[1.0, 2.0], [3.0, 4.5]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Serve three models: `double`, `text`, and `broken`, which never loads."""
    folder = tmp_path_factory.mktemp("models")
    contents = {"double": doubling(), "text": echo(), "broken": b"not a model"}
    with opened(folder / "data") as inference:
        for name, content in contents.items():
            (folder / f"{name}.onnx").write_bytes(content)
            inference.service.apply(manifest(folder / f"{name}.onnx", name))
        with served(inference) as connected:
            yield connected


def infer(client: httpx2.Client, *inputs: dict[str, object], **more: object) -> httpx2.Response:
    return client.post(INFER, json={"inputs": list(inputs), **more})


def error(answer: httpx2.Response, status: int = 400) -> str:
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    return str(answer.json()["error"])


def test_the_root_is_alive(client: httpx2.Client) -> None:
    assert client.get("/").json() == {"status": "alive"}


def test_the_viewer_needs_no_network(client: httpx2.Client) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http" not in answer.text.replace("http://www.w3.org", "")
    assert "/v2/models/{model}/infer" in client.get("/openapi.json").json()["paths"]


def test_v1_lists_models(client: httpx2.Client) -> None:
    assert client.get("/v1/models").json() == {"models": ["broken", "double", "text"]}


def test_v1_says_that_a_model_is_ready(client: httpx2.Client) -> None:
    assert client.get("/v1/models/double").json() == {"name": "double", "ready": True}


def test_v1_predicts_instances(client: httpx2.Client) -> None:
    assert client.post(PREDICT, json={"instances": ROWS}).json() == {"predictions": [[2.0, 4.0], [6.0, 9.0]]}


def test_v1_predicts_inputs(client: httpx2.Client) -> None:
    assert client.post(PREDICT, json={"inputs": ROWS}).json() == {"predictions": [[2.0, 4.0], [6.0, 9.0]]}


def test_v1_predicts_named_columns(client: httpx2.Client) -> None:
    assert client.post(PREDICT, json={"inputs": {"x": ROWS}}).json() == {"predictions": [[2.0, 4.0], [6.0, 9.0]]}


def test_v1_predicts_objects(client: httpx2.Client) -> None:
    rows = [{"x": row} for row in ROWS]
    assert client.post(PREDICT, json={"instances": rows}).json() == {"predictions": [[2.0, 4.0], [6.0, 9.0]]}


def test_v1_predicts_text(client: httpx2.Client) -> None:
    answer = client.post("/v1/models/text:predict", json={"instances": ["a", "ä"]})
    assert answer.json() == {"predictions": ["a", "ä"]}


@pytest.mark.parametrize("content_type", [None, "application/json", "application/json; charset=utf-8", "text/plain"])
def test_v1_reads_json_under_any_content_type(client: httpx2.Client, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    assert client.post(PREDICT, content=b'{"instances": [[1, 2]]}', headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "Unrecognized request format: "),
        (b'{"other": 1}', 'Expected "instances" or "inputs"'),
        (b'{"instances": 1}', 'Expected "instances" to be a list'),
        (b'{"instances": [[1, 2], [3]]}', "instances[1]: the array is ragged"),
        (b'{"instances": [[1, "x"]]}', "instances[0][1]: expected a number, found a string"),
        (b'{"instances": [[1, 2, 3]]}', "instances.shape: [1, 3], but input 'x' takes [-1, 2]"),
        (b'{"instances": [{"z": [1, 2]}]}', "instances[].z.name: the model has no input 'z'; it takes 'x'"),
        (b'{"instances": [{"x": [1, 2]}, {}]}', "instances[1]: its members differ"),
    ],
)
def test_v1_names_what_is_wrong(client: httpx2.Client, body: bytes, text: str) -> None:
    assert text in error(client.post(PREDICT, content=body))


def test_text_that_is_no_unicode_is_refused(client: httpx2.Client) -> None:
    assert error(client.post("/v1/models/text:predict", content=b'{"instances": ["\\ud800"]}'))


@pytest.mark.parametrize("path", ["/v1/models/none", "/v2/models/none", "/v2/models/none/ready"])
def test_an_unknown_model_is_404(client: httpx2.Client, path: str) -> None:
    assert error(client.get(path), 404) == "Model with name none does not exist."


@pytest.mark.parametrize("path", ["/v1/models/none:predict", "/v2/models/none/infer"])
def test_an_unknown_model_predicts_nothing(client: httpx2.Client, path: str) -> None:
    assert error(client.post(path, json={}), 404) == "Model with name none does not exist."


@pytest.mark.parametrize("path", ["/v1/models/broken", "/v2/models/broken/ready", "/v2/models/broken"])
def test_a_model_that_did_not_load_is_503(client: httpx2.Client, path: str) -> None:
    answer = client.get(path)
    assert error(answer, 503) == "Model with name broken is not ready."
    assert answer.headers["retry-after"] == "1"


def test_v2_describes_the_server(client: httpx2.Client) -> None:
    for path in ("/v2", "/v2/"):
        document = client.get(path).json()
        assert document["name"] == "tallystick"
        assert document["extensions"] == ["binary_tensor_data"]


def test_v2_is_live_and_truly_not_ready(client: httpx2.Client) -> None:
    assert client.get("/v2/health/live").json() == {"live": True}
    assert error(client.get("/v2/health/ready"), 503) == "Models are not ready."


@pytest.mark.parametrize("path", ["/v2/models/double", "/v2/models/double/versions/1"])
def test_v2_describes_a_model(client: httpx2.Client, path: str) -> None:
    assert client.get(path).json() == {
        "name": "double",
        "versions": ["1"],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 2]}],
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 2]}],
    }


def test_v2_refuses_another_version(client: httpx2.Client) -> None:
    answer = client.get("/v2/models/double/versions/7")
    assert error(answer, 404) == "Model with name double has no version 7; it serves 1."


@pytest.mark.parametrize("path", [INFER, "/v2/models/double/versions/1/infer"])
@pytest.mark.parametrize("data", [ROWS, [1.0, 2.0, 3.0, 4.5]])
def test_v2_infers(client: httpx2.Client, path: str, data: object) -> None:
    answer = client.post(path, json={"id": "7", "inputs": [tensor(data, [2, 2])]})
    assert answer.json() == {
        "model_name": "double",
        "model_version": "1",
        "id": "7",
        "outputs": [{"name": "y", "shape": [2, 2], "datatype": "FP32", "data": [2.0, 4.0, 6.0, 9.0]}],
    }


def test_v2_makes_an_id(client: httpx2.Client) -> None:
    assert len(infer(client, tensor(ROWS, [2, 2])).json()["id"]) == 36


def test_v2_gives_the_outputs_that_are_asked_for(client: httpx2.Client) -> None:
    assert infer(client, tensor(ROWS, [2, 2]), outputs=[{"name": "y"}]).status_code == 200
    text = error(infer(client, tensor(ROWS, [2, 2]), outputs=[{"name": "z"}]))
    assert text == "outputs[0].name: Unexpected inference output 'z'; the model gives 'y'"


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (tensor([1], [2, 2]), "inputs[0].data: 1 elements, but the shape [2, 2] needs 4"),
        (tensor(ROWS, [4]), "inputs[0].data: nested as [2, 2], but the shape says [4]"),
        (tensor([1, 2, 3, 4], [4]), "inputs[0].shape: [4], but input 'x' takes [-1, 2]"),
        (tensor([1, 2], [-1, 2]), "inputs[0].shape: a length is negative"),
        (tensor([], [2**62, 2**62, 0]), "inputs[0].shape: "),
        (tensor([], [2**70, 0]), "inputs[0].shape: "),
        (tensor([], [0] * 70), "inputs[0].shape: "),
        (tensor([1, 2], [1, 2], "FP64"), "inputs[0].datatype: FP64, but input 'x' takes FP32"),
        (tensor([1, 2], [1, 2], "fp32"), "inputs[0].datatype: 'fp32' is none of BOOL, "),
        (tensor([1, 2], [1, 2], "BF16"), "inputs[0].datatype: 'BF16' is none of BOOL, "),
        (tensor([1, 2], [1, 2], "FP16"), 'inputs[0].data: datatype "FP16" cannot be written as JSON numbers'),
        (tensor([1, 2], [1, 2], name="z"), "inputs[0].name: the model has no input 'z'; it takes 'x'"),
        (tensor([1, None, "a"], [1, 3]), "inputs[0].data[2]: expected a number, found a string"),
        ({"name": "x", "shape": [1, 2], "datatype": "FP32"}, "inputs[0]: has neither data nor"),
        ({"shape": [1, 2], "datatype": "FP32"}, "missing required field `name` - at `$.inputs[0]`"),
    ],
)
def test_v2_names_what_is_wrong(client: httpx2.Client, wrong: dict[str, object], text: str) -> None:
    assert text in error(infer(client, wrong))


def test_v2_names_an_input_that_is_missing_or_twice(client: httpx2.Client) -> None:
    assert error(infer(client)) == "inputs: 'x' is missing"
    one = tensor(ROWS, [2, 2])
    assert error(infer(client, one, one)) == "inputs[1].name: 'x' comes twice"


def test_v2_malformed_json_is_400(client: httpx2.Client) -> None:
    assert error(client.post(INFER, content=b"{")).startswith("Unrecognized request format: ")


def binary(
    client: httpx2.Client, document: dict[str, Any], tail: bytes, length: int | None = None, name: str = "double"
) -> httpx2.Response:
    text = msgspec.json.encode(document)
    headers = {
        "content-type": "application/octet-stream",
        "inference-header-content-length": str(len(text) if length is None else length),
    }
    return client.post(f"/v2/models/{name}/infer", content=text + tail, headers=headers)


def header(shape: list[int], size: object, datatype: str = "FP32") -> dict[str, Any]:
    return {"inputs": [{"name": "x", "shape": shape, "datatype": datatype, "parameters": {"binary_data_size": size}}]}


def test_v2_takes_and_gives_binary_tensors(client: httpx2.Client) -> None:
    rows = np.array(ROWS, np.float32)
    answer = binary(client, {**header([2, 2], 16), "parameters": {"binary_data_output": True}}, rows.tobytes())
    length = int(answer.headers["inference-header-content-length"])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert msgspec.json.decode(answer.content[:length])["outputs"][0]["parameters"] == {"binary_data_size": 16}
    assert np.frombuffer(answer.content[length:], np.float32).tolist() == [2.0, 4.0, 6.0, 9.0]


def test_v2_an_output_overrules_the_request(client: httpx2.Client) -> None:
    document = {
        **header([1, 2], 8),
        "parameters": {"binary_data_output": True},
        "outputs": [{"name": "y", "parameters": {"binary_data": False}}],
    }
    answer = binary(client, document, struct.pack("<2f", 1, 2))
    assert answer.json()["outputs"][0]["data"] == [2.0, 4.0]


def test_v2_takes_binary_text(client: httpx2.Client) -> None:
    tail = b"\x02\0\0\0hi\0\0\0\0"
    answer = binary(client, header([2], len(tail), "BYTES"), tail, name="text")
    assert answer.json()["outputs"][0]["data"] == ["hi", ""]


@pytest.mark.parametrize(
    ("document", "tail", "text"),
    [
        (header([1, 2], 2**40), b"", "inputs[0].parameters.binary_data_size: 1099511627776, but 0 bytes follow"),
        (header([1, 2], 8), b"\0" * 9, "1 bytes of binary data belong to no input"),
        (header([1, 2], 7), b"\0" * 7, "inputs[0].data: 7 bytes are no whole number of FP32 elements"),
        (header([1, 2], "8"), b"\0" * 8, "inputs[0].parameters.binary_data_size: '8' is no number of bytes"),
        (header([1, 2], 4), b"\0" * 4, "inputs[0].data: 1 elements, but the shape [1, 2] needs 2"),
        (
            {"inputs": [tensor([1, 2], [1, 2], parameters={"binary_data_size": 8})]},
            b"\0" * 8,
            "inputs[0]: has both data and parameters.binary_data_size",
        ),
    ],
)
def test_v2_names_what_is_wrong_in_binary(
    client: httpx2.Client, document: dict[str, Any], tail: bytes, text: str
) -> None:
    assert text in error(binary(client, document, tail))


def test_v2_refuses_a_header_length_beyond_the_body(client: httpx2.Client) -> None:
    assert "Inference-Header-Content-Length" in error(binary(client, header([1, 2], 8), b"", length=10**6))
    answer = client.post(INFER, content=b"{}", headers={"inference-header-content-length": "-1"})
    assert "Inference-Header-Content-Length" in error(answer)


def test_v2_binary_without_its_header_is_400(client: httpx2.Client) -> None:
    answer = client.post(INFER, content=b"\0", headers={"content-type": "application/octet-stream"})
    assert error(answer) == "received byte inputs, but the 'inference-header-content-length' header is missing."


def test_a_compressed_body_is_read(client: httpx2.Client) -> None:
    body = gzip.compress(b'{"instances": [[1, 2]]}')
    answer = client.post(PREDICT, content=body, headers={"content-encoding": "gzip"})
    assert answer.json() == {"predictions": [[2.0, 4.0]]}


def test_a_compressed_body_that_is_broken_or_strange_is_refused(client: httpx2.Client) -> None:
    assert "gzip" in error(client.post(PREDICT, content=b"{}", headers={"content-encoding": "gzip"}))
    assert "br" in error(client.post(PREDICT, content=b"{}", headers={"content-encoding": "br"}), 415)


@pytest.mark.parametrize("rest", [b"junk", gzip.compress(b"[]")])
def test_what_follows_a_compressed_body_is_refused(client: httpx2.Client, rest: bytes) -> None:
    body = gzip.compress(b'{"instances": [[1, 2]]}') + rest
    answer = client.post(PREDICT, content=body, headers={"content-encoding": "gzip"})
    assert error(answer) == "Content-Encoding: something follows the gzip body"


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (INFER, b'{"inputs": [], "parameters": {"a": ' + DEEP),
        (INFER, b'{"inputs": [{"name": "x", "shape": [1], "datatype": "FP32", "parameters": ' + b'{"a": ' * 100_000),
        (INFER, b'{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": ' + DEEP),
        (PREDICT, b'{"instances": ' + DEEP),
        (PREDICT, b'{"inputs": {"x": ' + DEEP),
        ("/v1/models/text:predict", b'{"instances": ' + b"[" * 500 + b'"a"' + b"]" * 500 + b"}"),
    ],
)
def test_json_that_is_nested_too_deeply_is_400(client: httpx2.Client, path: str, body: bytes) -> None:
    assert error(client.post(path, content=body))


def test_a_body_beyond_the_limit_is_413(client: httpx2.Client) -> None:
    headers = {"content-encoding": "gzip"}
    assert "larger than" in error(client.post(PREDICT, content=gzip.compress(b" " * (65 << 20)), headers=headers), 413)


def test_unknown_routes_and_verbs(client: httpx2.Client) -> None:
    assert client.get("/v3").status_code == 404
    assert client.get("/v3").json() == {"detail": "Not Found"}
    answer = client.get(PREDICT)
    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})
    assert answer.headers["allow"] == "POST"


def test_metrics_count_requests(client: httpx2.Client) -> None:
    client.post(PREDICT, json={"instances": ROWS})
    text = client.get("/metrics").text
    assert 'request_predict_seconds_count{model_name="double"}' in text
    assert 'tallystick_inference_requests_total{code="200",model_name="double",protocol="v1"}' in text
