import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.vocabulary.tls import echoing_door

from tallystick.edge.authority import Authority, ensure_authority
from tallystick.edge.client import Door, DoorClient, Timeouts
from tallystick.edge.errors import DoorRefused, DoorTimeout, DoorUnreachable, DoorUntrusted


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return ensure_authority(tmp_path / "ca", "Unit")


@pytest.fixture
def address(authority: Authority) -> Iterator[str]:
    with echoing_door(authority, "unit.localhost") as address:
        yield address


def test_the_name_is_asked_for_at_another_address(authority: Authority, address: str) -> None:
    with DoorClient(Door(address, "unit.localhost", authority.certificate), token="t") as client:
        assert client.request("GET", "/v1").text == "unit.localhost /v1 Bearer t"


def test_a_refusal_carries_status_and_body(authority: Authority, address: str) -> None:
    with DoorClient(Door(address, "unit.localhost", authority.certificate)) as client:
        with pytest.raises(DoorRefused, match=r"answered GET /missing with 404") as refused:
            client.request("GET", "/missing")
        assert (refused.value.status, refused.value.body) == (404, b"unit.localhost /missing -")


def test_an_expected_status_is_no_failure(authority: Authority, address: str) -> None:
    with DoorClient(Door(address, "unit.localhost", authority.certificate)) as client:
        assert client.request("GET", "/missing", accept=(404,)).status_code == 404


def test_a_body_can_be_read_piece_by_piece(authority: Authority, address: str) -> None:
    client = DoorClient(Door(address, "unit.localhost", authority.certificate))
    with client, client.stream("GET", "/") as response:
        assert b"".join(response.iter_bytes()) == b"unit.localhost / -"


def test_another_name_is_not_believed(authority: Authority, address: str) -> None:
    client = DoorClient(Door(address, "other.localhost", authority.certificate))
    with client, pytest.raises(DoorUntrusted, match=r"other\.localhost at 127"):
        client.request("GET", "/")


def test_another_authority_is_not_believed(tmp_path: Path, address: str) -> None:
    stranger = ensure_authority(tmp_path / "other", "Other")
    client = DoorClient(Door(address, "unit.localhost", stranger.certificate))
    with client, pytest.raises(DoorUntrusted, match=str(stranger.certificate)):
        client.request("GET", "/")


def test_a_missing_authority_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DoorUntrusted, match=r"missing\.pem"):
        DoorClient(Door("127.0.0.1:1", "unit.localhost", tmp_path / "missing.pem"))


def test_a_closed_address_is_named(authority: Authority) -> None:
    client = DoorClient(Door("127.0.0.1:1", "unit.localhost", authority.certificate))
    with client, pytest.raises(DoorUnreachable, match=r"unit.localhost at 127.0.0.1:1"):
        client.request("GET", "/")


def test_silence_is_a_timeout(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        door = Door(f"127.0.0.1:{silent.getsockname()[1]}", "unit.localhost", authority.certificate)
        with DoorClient(door, timeouts=Timeouts(connect=0.1)) as client, pytest.raises(DoorTimeout):
            client.request("GET", "/")
