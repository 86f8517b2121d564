from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from starlette.testclient import TestClient

from tallystick.edge.authority import ensure_authority
from tallystick.edge.settings import EdgeSettings
from tallystick.edge.wiring import OrganisationDoor, client_authorities_of
from tallystick.flows.living_linkage.http import joining_routes
from tallystick.flows.living_linkage.joining import Door, Joining
from tallystick.linkage.living.settings import LivingSettings
from tallystick.linkage.living.wiring import BRANCH, build_living
from tallystick.platform.auth import Tokens
from tallystick.platform.auth.authenticator import Authenticator
from tallystick.platform.http import Group, application
from tallystick.platform.wiring import Platform, PlatformSettings, open_platform

UNIT = Door("127.0.0.1:8443", "unit.localhost", "-----BEGIN CERTIFICATE-----")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    opened = open_platform(PlatformSettings(), tmp_path / "unit", [BRANCH])
    yield opened
    opened.close()


@pytest.fixture
def joining(platform: Platform) -> Joining:
    living = build_living(LivingSettings(), platform).service
    living.create("people", parties=["north", "south"], threshold=0.7)
    return Joining(living, Tokens(platform.store), client_authorities_of(platform.data_dir))


@pytest.fixture
def client(joining: Joining, platform: Platform) -> TestClient:
    client = TestClient(application("unit", [Group("", joining_routes(joining))], auth=Authenticator(platform.store)))
    token = joining.invite("people", "north", UNIT, days=1, by="operator").token
    client.headers["authorization"] = f"Bearer {token}"
    return client


def join(client: TestClient, authority: str) -> Any:
    return client.post("/v1/parties/join", json={"authority": authority})


@pytest.fixture
def north(tmp_path: Path) -> str:
    return ensure_authority(tmp_path / "north", "North").certificate.read_text()


def test_what_is_no_authority_is_refused_and_the_invitation_stays_good(
    client: TestClient, joining: Joining, north: str, tmp_path: Path
) -> None:
    issued = ensure_authority(tmp_path / "north", "North").issue(["north.localhost"]).certificate.read_text()
    begin = "-----BEGIN CERTIFICATE-----"
    for wrong in (begin, f"{begin}\nAAAA\n-----END CERTIFICATE-----\n", north + north, issued, f"{begin}\u00e9"):
        answer = join(client, wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "authority")
    assert joining.trusted.files() == []
    assert join(client, north).status_code == 201


def test_the_authority_alone_is_kept_and_opens_the_door(
    client: TestClient, joining: Joining, platform: Platform, north: str
) -> None:
    assert join(client, f"{north}whatever else was in the file").status_code == 201
    (kept,) = joining.trusted.files()
    assert kept.name == "people.north.pem"
    assert kept.read_bytes() == load_pem_x509_certificate(north.encode()).public_bytes(Encoding.PEM)
    door = OrganisationDoor(EdgeSettings(listen="127.0.0.1:0"), platform.data_dir, "Unit", platform.data_dir / "s")
    assert north in door.snapshot().contexts[0].client_authorities
    assert join(client, north).status_code in (401, 403)
