import pytest

from tallystick.edge.domain.reading import read
from tallystick.edge.errors import ConfigurationInvalid

GOOD = '"backend": [{"port": 8000}]'


def test_defaults_are_buds() -> None:
    configuration, warnings = read("{" + GOOD + "}")
    front = configuration.frontend
    assert (front.host, front.port, front.keepalive, front.security) == ("0.0.0.0", 1443, 3600, "ssl23")
    assert configuration.availability.max_retries == 5
    assert warnings == []


def test_null_is_absent() -> None:
    assert read('{"workers": null, "frontend": {"npn": null}}')[0].workers == 1


def test_white_space_may_come_first() -> None:
    assert read(b"\n\n {}")[0].workers == 1


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"frontend": {"port": "x"}}', "frontend.port"),
        ('{"frontend": {"port": 70000}}', "frontend.port"),
        ('{"backend": [{}, {"x-forward": "yes"}]}', "backend[1].x-forward"),
        ('{"contexts": [{"cert": "a"}]}', "contexts[0]"),
        ('{"backend": [{"proxyline": "v3"}]}', "backend[0].proxyline"),
        ('{"balance": "random"}', "balance"),
        ('{"timeouts": {"hello": 0}}', "timeouts.hello"),
        ('{"timeouts": {"hello": 1e17}}', "timeouts.hello"),
        ('{"timeouts": {"idle": 1e17}}', "timeouts.idle"),
        ('{"timeouts": {"drain": 100000000000000000000}}', "timeouts.drain"),
        ('{"frontend": {"keepalive": 32768}}', "frontend.keepalive"),
        ('{"frontend": {"interfaces": [{"keepalive": 32768}]}}', "frontend.interfaces[0].keepalive"),
        ('{"backend": [{"keepalive": 99999999999}]}', "backend[0].keepalive"),
        ('{"limits": {"concurrent_streams": 4294967296}}', "limits.concurrent_streams"),
        ('{"limits": {"connections": 100000000000000000000}}', "limits.connections"),
        ('{"availability": {"max_retries": 4294967296}}', "availability.max_retries"),
        ('{"frontend": {"security": "tls1.9"}}', "frontend.security"),
    ],
)
def test_a_wrong_value_is_refused_by_its_path(text: str, path: str) -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        read(text)
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "Failed to load or parse JSON"), ("[]", "root should be an object")]
)
def test_what_is_no_object_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=reason):
        read(text)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ('{"wrokers": 2}', "wrokers: unknown key, ignored"),
        ('{"frontend": {"ssl3": true}}', "frontend.ssl3: unknown key, ignored"),
        ('{"backend": [{"prot": 1}]}', "backend[0].prot: unknown key, ignored"),
        ('{"contexts": [{"servername": "a", "x": 1}]}', "contexts[0].x: unknown key, ignored"),
        ('{"master_ipc": true}', "master_ipc: ignored, it is not served"),
        ('{"frontend": {"dh": "dh.pem"}}', "frontend.dh: ignored, key exchange is elliptic"),
        ('{"stapling": {"enabled": true}}', "stapling: ignored, no staple is sent"),
        ('{"tracing": {"dso": ["a.so"]}}', "tracing: ignored, its modules need OpenSSL"),
    ],
)
def test_idle_keys_are_warned_of(text: str, warning: str) -> None:
    assert read(text)[1] == [warning]


def test_buds_own_defaults_draw_no_warning_when_they_mean_nothing() -> None:
    text = '{"stapling": {"enabled": false}, "tracing": {"dso": []}, "master_ipc": false, "daemon": false}'
    assert read(text)[1] == []
