import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from tallystick.edge.authority import ensure_authority
from tallystick.edge.errors import AuthorityUnusable

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_same_directory_gives_the_same_authority(tmp_path: Path) -> None:
    first = ensure_authority(tmp_path / "ca", "North").certificate.read_bytes()
    assert ensure_authority(tmp_path / "ca", "North").certificate.read_bytes() == first


def test_private_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path / "ca", "North")
    issued = authority.issue(["north.localhost"])
    assert (mode(tmp_path / "ca"), mode(authority.key), mode(issued.key)) == (0o700, 0o600, 0o600)


def test_a_server_certificate_proves_its_names(tmp_path: Path) -> None:
    issued = ensure_authority(tmp_path, "North").issue(["north.localhost", "*.north.localhost", "127.0.0.1"])
    certificate = x509.load_pem_x509_certificate(issued.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["north.localhost", "*.north.localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_a_client_certificate_proves_an_identity(tmp_path: Path) -> None:
    issued = ensure_authority(tmp_path, "The Unit").issue_client("north")
    certificate = x509.load_pem_x509_certificate(issued.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["urn:tallystick:The%20Unit:north"]


def test_openssl_loads_what_is_issued(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, "North")
    issued = authority.issue(["north.localhost"])
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.load_cert_chain(issued.certificate, issued.key)


@pytest.mark.parametrize(("days", "renewed"), [(0, False), (59, False), (61, True), (200, True)])
def test_a_certificate_is_renewed_when_a_third_of_its_life_is_left(tmp_path: Path, days: int, renewed: bool) -> None:
    before = ensure_authority(tmp_path, "North", clock=lambda: NOW).issue(["n"]).certificate.read_bytes()
    later = ensure_authority(tmp_path, "North", clock=lambda: NOW + datetime.timedelta(days=days))
    assert (later.issue(["n"]).certificate.read_bytes() != before) is renewed


def test_other_names_get_another_certificate(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, "North")
    assert authority.issue(["a"]).certificate != authority.issue(["a", "b"]).certificate


def test_a_key_that_does_not_fit_is_replaced(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, "North")
    issued = authority.issue(["a"])
    issued.key.write_bytes(authority.issue(["b"]).key.read_bytes())
    before = issued.certificate.read_bytes()
    assert authority.issue(["a"]).certificate.read_bytes() != before


def test_a_damaged_authority_is_named(tmp_path: Path) -> None:
    ensure_authority(tmp_path, "North").certificate.write_bytes(b"not a certificate")
    with pytest.raises(AuthorityUnusable, match=str(tmp_path)):
        ensure_authority(tmp_path, "North")


def test_an_expired_authority_is_named(tmp_path: Path) -> None:
    ensure_authority(tmp_path, "North", clock=lambda: NOW)
    with pytest.raises(AuthorityUnusable, match="expired"):
        ensure_authority(tmp_path, "North", clock=lambda: NOW + datetime.timedelta(days=3651))


def test_a_certificate_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one name"):
        ensure_authority(tmp_path, "North").issue([])
