import pytest

from tallystick.edge.domain.reading import read
from tallystick.edge.domain.rendering import render
from tallystick.edge.domain.snapshot import Snapshot
from tallystick.edge.errors import ConfigurationInvalid


class NamedPem:
    """Gives back the names of what is asked for."""

    def text(self, path: str, source: str) -> str:
        return f"<{source}>"

    def key(self, path: str, source: str, passphrase: str | None) -> str:
        return f"<{source}>" if passphrase is None else f"<{source} {passphrase}>"


def rendered(text: str) -> Snapshot:
    return render(read(text)[0], NamedPem(), connections=7)[0]


def warnings(text: str) -> list[str]:
    return render(read(text)[0], NamedPem(), connections=7)[1]


def test_a_minimal_file_is_complete() -> None:
    served = rendered('{"backend": [{}]}')
    assert [door.listen for door in served.doors] == ["0.0.0.0:1443"]
    assert served.contexts[0].credentials[0].certificate == "<keys/cert.pem>"
    assert (served.pools[0].mode, served.pools[0].backends[0].address) == ("tcp", "127.0.0.1:8000")
    assert served.limits.connections == 7


def test_interfaces_take_the_place_of_the_frontends_address() -> None:
    served = rendered('{"backend": [{}], "frontend": {"interfaces": [{"port": 1}, {"host": "::1", "port": 2}]}}')
    assert [door.listen for door in served.doors] == ["0.0.0.0:1", "[::1]:2"]


def test_x_forward_means_http() -> None:
    served = rendered('{"backend": [{"x-forward": true}]}')
    assert (served.pools[0].mode, served.contexts[0].protocols) == ("http", ("h2", "http/1.1"))


@pytest.mark.parametrize(
    ("value", "line"), [("true", "v1"), ('"haproxy"', "v1"), ('"json"', "json"), ("false", "none"), ("null", "none")]
)
def test_proxy_lines(value: str, line: str) -> None:
    served = rendered(f'{{"backend": [{{"proxyline": {value}}}]}}')
    assert served.pools[0].backends[0].proxy_line == line


def test_a_context_without_a_certificate_gets_buds_default() -> None:
    served = rendered('{"backend": [{}], "frontend": {"cert": "f", "key": "g"}, "contexts": [{"servername": "a"}]}')
    assert served.contexts[1].credentials[0].certificate == "<keys/cert.pem>"


def test_a_context_may_inherit() -> None:
    text = (
        '{"backend": [{}], "frontend": {"cert": "f", "key": "g"}, "contexts": [{"servername": "a", "inherit": true}]}'
    )
    assert rendered(text).contexts[1].credentials == rendered(text).contexts[0].credentials


def test_backends_of_contexts_count_with_balance_sni() -> None:
    text = '{"balance": "%s", "backend": [{}], "contexts": [{"servername": "a", "backend": [{"port": 1}]}]}'
    assert rendered(text % "sni").contexts[1].pool == 1
    assert rendered(text % "roundrobin").contexts[1].pool == 0
    assert warnings(text % "roundrobin") == ['contexts[0].backend: ignored, as "balance" is not "sni"']


def test_several_certificates_come_with_their_keys() -> None:
    served = rendered('{"backend": [{}], "frontend": {"cert": ["a", "b"], "key": ["c", "d"], "passphrase": ["p"]}}')
    assert [item.key for item in served.contexts[0].credentials] == ["<c p>", "<d>"]


def test_ciphers_are_translated_and_the_rest_is_told() -> None:
    text = '{"backend": [{}], "frontend": {"ciphers": "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA:DES-CBC3-SHA"}}'
    assert "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" in rendered(text).contexts[0].cipher_suites
    assert warnings(text) == ["frontend.ciphers: 2 of 3 ciphers are ignored: AES128-SHA, DES-CBC3-SHA"]


def test_client_certificates() -> None:
    text = '{"backend": [{}], "frontend": {"request_cert": true, "optional_cert": %s, "ca": ["x", "y"]}}'
    assert rendered(text % "false").contexts[0].client_certificate == "required"
    assert rendered(text % "true").contexts[0].client_certificate == "optional"
    assert rendered(text % "true").contexts[0].client_authorities == "<x>\n<y>"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{}", "backend"),
        ('{"balance": "sni", "contexts": [{"servername": "a"}]}', "backend"),
        ('{"backend": [{"host": "localhost"}]}', "backend[0].host"),
        ('{"backend": [{}], "frontend": {"host": "example.org"}}', "frontend.host"),
        ('{"backend": [{}], "frontend": {"security": "tls1.0"}}', "frontend.security"),
        ('{"backend": [{}], "frontend": {"cert": ["a", "b"], "key": "c"}}', "frontend.key"),
        ('{"backend": [{}], "frontend": {"request_cert": true}}', "frontend.ca"),
        ('{"backend": [{"mode": "http"}, {}]}', "backend"),
        ('{"backend": [{"mode": "http", "proxyline": true}]}', "backend[0].proxyline"),
        ('{"backend": [{}], "sni": {"enabled": true}}', "sni.enabled"),
    ],
)
def test_what_cannot_be_served_is_refused_by_its_path(text: str, path: str) -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        rendered(text)
    assert refused.value.path == path


@pytest.mark.parametrize(("given", "threads"), [(0, 1), (1, 1), (3, 3)])
def test_somebody_always_serves(given: int, threads: int) -> None:
    assert rendered(f'{{"backend": [{{}}], "workers": {given}}}').workers == threads


@pytest.mark.parametrize(
    ("given", "served"), [("null", None), ("0", None), ("7", 64), ("1400", 1400), ("20000", 16384)]
)
def test_the_size_of_records_is_the_engines_unless_set(given: str, served: int | None) -> None:
    text = f'{{"backend": [{{}}], "frontend": {{"max_send_fragment": {given}}}}}'
    assert rendered(text).contexts[0].max_fragment == served


@pytest.mark.parametrize("given", ["true", "false"])
def test_half_open_tunnels_may_be_allowed(given: str) -> None:
    text = f'{{"backend": [{{}}], "frontend": {{"allow_half_open": {given}}}}}'
    assert rendered(text).half_open is (given == "true")


def test_a_log_that_is_switched_off_is_warned_of() -> None:
    assert warnings('{"backend": [{}], "log": {"stdio": true}}') == []
    told = ["log.stdio: ignored, the log goes to standard error"]
    assert warnings('{"backend": [{}], "log": {"stdio": false}}') == told


def test_spdy_is_not_spoken_to_http_backends() -> None:
    text = '{"backend": [{"x-forward": true}], "frontend": {"npn": ["spdy/3.1", "http/1.1"]}}'
    assert rendered(text).contexts[0].protocols == ("http/1.1",)
    assert warnings(text) == ["frontend.npn: spdy/3.1 ignored, the backend speaks HTTP"]
