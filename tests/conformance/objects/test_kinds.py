"""What is particular to one kind of object store."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest

from tallystick.platform.objects import (
    CorruptObjectError,
    InvalidObjectsUrlError,
    Objects,
    ObjectsUnavailableError,
)
from tallystick.platform.settings import Secret

UPLOAD = """
import sys, time
from tallystick.platform.objects import Objects
def source():
    while True:
        yield b"x" * 1024 * 1024
        print("sent", flush=True)
Objects.open(sys.argv[1]).put(source())
"""


def test_a_local_store_is_private(tmp_path: Path) -> None:
    Objects.open(f"file://{tmp_path}/objects")
    assert stat.S_IMODE((tmp_path / "objects").stat().st_mode) == 0o700


def test_damaged_contents_are_noticed(tmp_path: Path) -> None:
    objects = Objects.open(f"file://{tmp_path}")
    digest = objects.put(b"tally")
    (tmp_path / "sha256" / digest.sha256[:2] / digest.sha256).write_bytes(b"tilly")
    with pytest.raises(CorruptObjectError, match=digest.sha256):
        b"".join(objects.read(digest))


def test_a_killed_upload_leaves_only_what_sweep_removes(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", UPLOAD, f"file://{tmp_path}"], stdout=subprocess.PIPE)
    assert process.stdout
    for _ in range(40):
        process.stdout.readline()
    process.kill()
    process.communicate()
    objects = Objects.open(f"file://{tmp_path}")
    assert list(tmp_path.glob("sha256/*/*")) == []
    assert objects.sweep() == 0
    assert objects.sweep(older_than_s=-60) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("in the way")
    with pytest.raises(InvalidObjectsUrlError, match="cannot use"):
        Objects.open(f"file://{tmp_path}/objects")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "is no object store"),
        ("/var/lib", "is no object store"),
        ("ftp://somewhere", "is no object store"),
        ("file://relative/path", "absolute path"),
        ("s3:///prefix", "needs a bucket"),
        ("s3://bucket?endpiont=x", "no option 'endpiont'"),
    ],
)
def test_a_wrong_url_says_what_is_wrong(url: str, complaint: str) -> None:
    with pytest.raises(InvalidObjectsUrlError, match=complaint):
        Objects.open(url)


def test_a_missing_bucket_is_an_error(s3_endpoint: str) -> None:
    objects = Objects.open(
        f"s3://no-such-bucket?endpoint={s3_endpoint}&region=us-east-1",
        access_key_id="key",
        secret_access_key=Secret("secret"),
    )
    with pytest.raises(ObjectsUnavailableError):
        objects.put(b"x")
    with pytest.raises(ObjectsUnavailableError):
        objects.put_named("x", b"x")


def test_a_silent_server_is_an_error_in_bounded_time() -> None:
    objects = Objects.open(
        "s3://bucket?endpoint=http://127.0.0.1:9", access_key_id="key", secret_access_key=Secret("planted-secret")
    )
    began = time.monotonic()
    with pytest.raises(ObjectsUnavailableError) as failure:
        objects.put_named("x", b"x")
    assert time.monotonic() - began < 35
    assert "planted-secret" not in str(failure.value)


def test_memory_stays_bounded(tmp_path: Path) -> None:
    script = """
import resource, sys
from tallystick.platform.objects import Objects
objects = Objects.open(sys.argv[1])
objects.put(bytes(1024))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
digest = objects.put(bytes(1024 * 1024) for _ in range(400))
assert sum(map(len, objects.read(digest))) == digest.size == 400 * 1024 * 1024
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, f"file://{tmp_path}"], capture_output=True, text=True, check=True, env=os.environ
    )
    assert int(done.stdout) < 120


def test_s3_keeps_everything_below_the_prefix(s3_endpoint: str) -> None:
    url = f"s3://tally/some/prefix?endpoint={s3_endpoint}&region=us-east-1"
    objects = Objects.open(url, access_key_id="key", secret_access_key=Secret("secret"))
    objects.put_named("x", b"x")
    client = boto3.client(
        "s3", endpoint_url=s3_endpoint, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    listed = client.list_objects_v2(Bucket="tally", Prefix="some/")
    assert [found["Key"] for found in listed["Contents"]] == ["some/prefix/named/x"]
