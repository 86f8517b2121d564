import pytest

from tallystick.flows.living_linkage.domain.invitation import Invitation
from tallystick.flows.living_linkage.errors import WrongInvitation

INVITATION = Invitation(
    address="127.0.0.1:8443",
    server_name="unit.localhost",
    authority="-----BEGIN CERTIFICATE-----",
    linkage="people",
    party="north",
    token="t" * 40,
)


def test_an_invitation_survives_being_wrapped_by_a_mail_program() -> None:
    text = INVITATION.text()
    assert Invitation.read(f"  {text[:50]}\n{text[50:]}\n") == INVITATION


@pytest.mark.parametrize("spoilt", [INVITATION.text()[:-8], INVITATION.text()[:60], "hello", "tally-invitation-1.!"])
def test_a_spoilt_invitation_is_refused(spoilt: str) -> None:
    with pytest.raises(WrongInvitation):
        Invitation.read(spoilt)
