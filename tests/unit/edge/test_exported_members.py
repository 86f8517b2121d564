import pytest

from tallystick.edge import authority, client, client_authorities, errors, settings, wiring


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (authority, {"Authority", "Credential", "ensure_authority"}),
        (client, {"Door", "DoorClient", "Timeouts"}),
        (client_authorities, {"ClientAuthorities", "one_authority"}),
        (settings, {"EdgeSettings"}),
        (wiring, {"Loaded", "OrganisationDoor", "authority_of", "client_authorities_of", "load"}),
    ],
)
def test_the_public_names_are_these(module: object, names: set[str]) -> None:
    assert set(vars(module)["__all__"]) == names


def test_every_error_has_one_root() -> None:
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), errors.EdgeError)
