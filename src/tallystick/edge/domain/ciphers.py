"""Names of cipher suites: OpenSSL's, as bud's files have them, and IANA's."""

__all__ = ["ENGINE_SUITES", "translate"]

TLS12_SUITES = {
    "ECDHE-ECDSA-AES256-GCM-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-CHACHA20-POLY1305": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-RSA-CHACHA20-POLY1305": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}
TLS13_SUITES = ("TLS13_AES_256_GCM_SHA384", "TLS13_AES_128_GCM_SHA256", "TLS13_CHACHA20_POLY1305_SHA256")
ENGINE_SUITES = (*TLS13_SUITES, *TLS12_SUITES.values())


def translate(ciphers: str) -> tuple[list[str], list[str]]:
    """Split an OpenSSL cipher list into engine suites, in its order, and names that the engine lacks.

    TLS 1.3 suites are always on, as OpenSSL's cipher list does not name them.

    >>> translate("ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA:!aNULL")
    (['TLS13_AES_256_GCM_SHA384', 'TLS13_AES_128_GCM_SHA256', 'TLS13_CHACHA20_POLY1305_SHA256', \
'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], ['AES128-SHA'])
    """
    names = [name for name in ciphers.replace(",", ":").replace(" ", ":").split(":") if name and name[0] not in "!-@"]
    known = [TLS12_SUITES[name] for name in names if name in TLS12_SUITES]
    return [*TLS13_SUITES, *dict.fromkeys(known)], [name for name in names if name not in TLS12_SUITES]
