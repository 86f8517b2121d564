"""What the platform's doors promise to capabilities."""

from types import ModuleType

import pytest

from tallystick.platform import auth, http, telemetry, web

HTTP = """AddressRefused AddressTaken Application BodyStream Bounds Check EVERYONE Event Failures Fault Gate Group
ListenError MESSAGE_PACK Origin Problem ProblemShape RawRoute Reply Request Route Routes application decode_json
decode_msgpack description events failing problem_json serve viewer"""
AUTH = """ANONYMOUS Audit AuditBrokenError AuditEntry AuditHead AuthError AuthenticationError Authenticator
CertificateRecord Certificates ClientIdentity Credentials CrossSiteError ExpiredError IssuedToken Logins Principal
RevokedError Scope TokenRecord Tokens UnknownCredentialError UnknownTokenError"""
TELEMETRY = "MASK Publication bound configure exposition forget_killed logger metrics redact"
WEB = (
    "Bar Glance Histogram Page PageNumber Paging Rate Sparkline Zone console operations_glance operations_pages "
    "overview_page problem_page redirect"
)


@pytest.mark.parametrize(("module", "promised"), [(http, HTTP), (auth, AUTH), (telemetry, TELEMETRY), (web, WEB)])
def test_the_promised_names_are_the_exported_ones(module: ModuleType, promised: str) -> None:
    assert sorted(module.__all__) == sorted(promised.split())
    assert all(hasattr(module, name) for name in module.__all__)
