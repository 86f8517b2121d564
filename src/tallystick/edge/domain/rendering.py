"""Render a configuration into a snapshot; files come through the `PemFiles` port."""

import ipaddress
from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from tallystick.edge.domain import configuration as given
from tallystick.edge.domain.ciphers import translate
from tallystick.edge.domain.snapshot import Backend, Context, Credential, Door, Limits, Pool, Snapshot, Timeouts
from tallystick.edge.errors import ConfigurationInvalid

__all__ = ["PemFiles", "render"]

DEFAULT_CERT = "keys/cert.pem"
DEFAULT_KEY = "keys/key.pem"

# TLS allows no larger records (RFC 8446, 5.1).
LARGEST_RECORD = 16384

VERSIONS: dict[str, tuple[Literal["1.2", "1.3"], ...]] = {
    "ssl23": ("1.3", "1.2"),
    "tls1.2": ("1.2",),
    "tls1.3": ("1.3",),
}


class PemFiles(Protocol):
    """Where certificates and keys come from."""

    def text(self, path: str, source: str) -> str:
        """Return PEM text; `source` is a file's name, or the text itself, and `path` the key path for errors."""

    def key(self, path: str, source: str, passphrase: str | None) -> str:
        """Return an unencrypted private key as PEM text."""


def render(configuration: given.Configuration, files: PemFiles, *, connections: int) -> tuple[Snapshot, list[str]]:
    """Return the snapshot of a configuration, with warnings.

    `connections` bounds those to backends, and those of clients where the file leaves them open.
    """
    rendering = _Rendering(configuration, files)
    return rendering.snapshot(connections), rendering.warnings


class _Rendering:
    def __init__(self, configuration: given.Configuration, files: PemFiles) -> None:
        self.given = configuration
        self.files = files
        self.warnings: list[str] = []
        self.pools: list[Pool] = []

    def snapshot(self, connections: int) -> Snapshot:
        rules, times = self.given.limits, self.given.timeouts
        if self.given.sni.enabled:
            raise ConfigurationInvalid("sni.enabled", "certificates by an SNI agent are not served; list the contexts")
        if not self.given.log.stdio:
            self.warnings.append("log.stdio: ignored, the log goes to standard error")
        contexts = self._contexts()
        return Snapshot(
            workers=max(self.given.workers, 1),
            backend_connections=connections,
            doors=tuple(self._doors()),
            contexts=contexts,
            pools=tuple(self.pools),
            limits=Limits(
                connections=rules.connections or connections,
                connections_per_address=rules.connections_per_address,
                header_bytes=rules.header_bytes,
                concurrent_streams=rules.concurrent_streams,
                upload_rate=rules.upload_rate,
            ),
            timeouts=Timeouts(
                hello_ms=_ms(times.hello),
                handshake_ms=_ms(times.handshake),
                connect_ms=_ms(times.connect),
                header_ms=_ms(times.header),
                response_ms=_ms(times.response),
                idle_ms=_ms(times.idle),
            ),
            forwarded=self.given.forwarded,
            half_open=self.given.frontend.allow_half_open,
            refuse_unknown_names=self.given.unknown_name == "refuse",
        )

    def _doors(self) -> Sequence[Door]:
        front = self.given.frontend
        if not front.interfaces:
            return [_door("frontend", front)]
        return [_door(f"frontend.interfaces[{index}]", item) for index, item in enumerate(front.interfaces)]

    def _contexts(self) -> tuple[Context, ...]:
        top = self._pool("backend", self.given.backend, self.given.balance) if self.given.backend else None
        if top is None and (self.given.balance != "sni" or not all(item.backend for item in self.given.contexts)):
            raise ConfigurationInvalid("backend", 'Empty "backend" array, or "backend" is not array')
        contexts = [self._context("frontend", self.given.frontend, (), top if top is not None else 0)]
        for index, item in enumerate(self.given.contexts):
            path = f"contexts[{index}]"
            pool = self._context_pool(path, item)
            policy = _inherited(item, self.given.frontend) if item.inherit else item
            contexts.append(self._context(path, policy, (item.servername,), top or 0 if pool is None else pool))
        return tuple(contexts)

    def _context_pool(self, path: str, item: given.Context) -> int | None:
        if not item.backend:
            return None
        if self.given.balance != "sni":
            self.warnings.append(f'{path}.backend: ignored, as "balance" is not "sni"')
            return None
        return self._pool(f"{path}.backend", item.backend, item.balance or "roundrobin")

    def _pool(self, path: str, backends: Sequence[given.Backend], balance: str) -> int:
        modes = {_mode(backend) for backend in backends}
        if len(modes) > 1:
            raise ConfigurationInvalid(path, "backends of one list have one mode: tcp or http (x-forward means http)")
        availability = self.given.availability
        pool = Pool(
            backends=tuple(_backend(f"{path}[{index}]", backend) for index, backend in enumerate(backends)),
            mode=modes.pop(),
            balance="on-fail" if balance == "on-fail" else "roundrobin",
            death_timeout_ms=availability.death_timeout,
            revive_interval_ms=availability.revive_interval,
            retry_interval_ms=availability.retry_interval,
            max_retries=availability.max_retries,
        )
        self.pools.append(pool)
        return len(self.pools) - 1

    def _context(self, path: str, policy: given.Policy, names: tuple[str, ...], pool: int) -> Context:
        front = self.given.frontend
        fragment = front.max_send_fragment
        return Context(
            names=names,
            credentials=tuple(self._credentials(path, policy)),
            versions=_versions(front.security),
            cipher_suites=tuple(self._suites(path, policy.ciphers)),
            server_preference=policy.server_preference,
            protocols=self._protocols(path, policy, pool),
            max_fragment=min(max(fragment, 64), LARGEST_RECORD) if fragment else None,
            client_certificate=self._demand(policy),
            client_authorities=self._authorities(path, policy),
            pool=pool,
        )

    def _protocols(self, path: str, policy: given.Policy, pool: int) -> tuple[str, ...]:
        http = self.pools[pool].mode == "http"
        protocols = policy.npn if policy.npn is not None else self.given.frontend.npn
        if protocols is None:
            return ("h2", "http/1.1") if http else ()
        served = [name for name in protocols if not http or name in {"h2", "http/1.1"}]
        dropped = [name for name in protocols if name not in served]
        if dropped:
            self.warnings.append(f"{path}.npn: {', '.join(dropped)} ignored, the backend speaks HTTP")
        return tuple(served)

    def _credentials(self, path: str, policy: given.Policy) -> Sequence[Credential]:
        certificates = _listed(policy.cert or DEFAULT_CERT)
        keys = _listed(policy.key or DEFAULT_KEY)
        passphrases = [*_listed(policy.passphrase or []), *[None] * len(keys)]
        if len(certificates) != len(keys):
            raise ConfigurationInvalid(f"{path}.key", f"{len(keys)} keys for {len(certificates)} certificates")
        return [
            Credential(self.files.text(f"{path}.cert", certificate), self.files.key(f"{path}.key", key, passphrase))
            for certificate, key, passphrase in zip(certificates, keys, passphrases, strict=False)
        ]

    def _suites(self, path: str, ciphers: str | None) -> Sequence[str]:
        if ciphers is None:
            return ()
        suites, missing = translate(ciphers)
        if missing:
            total = len(missing) + len(suites) - 3
            listed = ", ".join(missing)
            self.warnings.append(f"{path}.ciphers: {len(missing)} of {total} ciphers are ignored: {listed}")
        return suites

    def _demand(self, policy: given.Policy) -> Literal["none", "optional", "required"]:
        front = self.given.frontend
        if not (policy.request_cert or front.request_cert):
            return "none"
        return "optional" if policy.optional_cert or front.optional_cert else "required"

    def _authorities(self, path: str, policy: given.Policy) -> str:
        if self._demand(policy) == "none":
            return ""
        place, authorities = (f"{path}.ca", policy.ca) if policy.ca else ("frontend.ca", self.given.frontend.ca)
        if not authorities:
            raise ConfigurationInvalid(f"{path}.ca", "client certificates are asked for, but no authority is believed")
        return "\n".join(self.files.text(place, source) for source in _listed(authorities))


def _door(path: str, item: given.Frontend | given.Interface) -> Door:
    return Door(listen=_address(f"{path}.host", item.host, item.port or 1443), keepalive_s=item.keepalive)


def _inherited(item: given.Context, front: given.Frontend) -> given.Policy:
    """Fill what a context leaves unset from the frontend."""
    mine, theirs = msgspec.structs.asdict(item), msgspec.structs.asdict(front)
    names = given.Policy.__struct_fields__
    return given.Policy(**{name: theirs[name] if mine[name] is None else mine[name] for name in names})


def _backend(path: str, backend: given.Backend) -> Backend:
    if backend.proxyline and _mode(backend) == "http":
        raise ConfigurationInvalid(f"{path}.proxyline", "HTTP backends get the Forwarded headers instead")
    if backend.unix is not None:
        address = f"unix:{backend.unix}"
    else:
        address = _address(f"{path}.host", backend.host, backend.port or 8000)
    line: Literal["none", "v1", "json"] = "json" if backend.proxyline == "json" else "none"
    if backend.proxyline in (True, "haproxy"):
        line = "v1"
    return Backend(address=address, keepalive_s=backend.keepalive, proxy_line=line)


def _mode(backend: given.Backend) -> Literal["tcp", "http"]:
    return backend.mode or ("http" if backend.x_forward else "tcp")


def _versions(security: str) -> tuple[Literal["1.2", "1.3"], ...]:
    if security in {"tls1.0", "tls1.1"}:
        raise ConfigurationInvalid("frontend.security", f"{security} is not served; TLS 1.2 and 1.3 are")
    return VERSIONS[security]


def _address(path: str, host: str, port: int) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise ConfigurationInvalid(path, f"{host!r} is not an IPv4 or IPv6 address") from None
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
