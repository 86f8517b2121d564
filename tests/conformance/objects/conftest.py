"""Each kind of object store, on something real: a directory, memory, an S3 server."""

import os
from collections.abc import Iterator
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from tallystick.platform.objects import Objects
from tallystick.platform.settings import Secret

BUCKET = "tally"


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Serve S3 on a free port, with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    ).create_bucket(Bucket=BUCKET)
    yield endpoint
    server.stop()


@pytest.fixture(params=["file", "memory", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """Open an empty store of each kind."""
    match request.param:
        case "file":
            return Objects.open(f"file://{tmp_path}/objects")
        case "memory":
            return Objects.open("memory:///")
        case _:
            endpoint = request.getfixturevalue("s3_endpoint")
            return s3(endpoint, prefix=os.urandom(8).hex())


def s3(endpoint: str, *, bucket: str = BUCKET, prefix: str = "") -> Objects:
    """Open an S3 store at the endpoint."""
    url = f"s3://{bucket}/{prefix}?endpoint={endpoint}&region=us-east-1"
    return Objects.open(url, access_key_id="key", secret_access_key=Secret("secret"))
