"""What the data plane serves, complete: defaults filled in, files read. Times are milliseconds unless named."""

from typing import Literal

import msgspec

__all__ = [
    "Backend",
    "Context",
    "Credential",
    "Door",
    "Limits",
    "Pool",
    "Snapshot",
    "Timeouts",
    "encode",
]


class Credential(msgspec.Struct, frozen=True):
    """A certificate chain and its private key, PEM."""

    certificate: str
    key: str

    def __repr__(self) -> str:
        return "Credential(...)"


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """A public address."""

    listen: str
    keepalive_s: int = 3600


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate policy and the index of the pool behind it."""

    credentials: tuple[Credential, ...]
    names: tuple[str, ...] = ()
    versions: tuple[Literal["1.2", "1.3"], ...] = ("1.3", "1.2")
    cipher_suites: tuple[str, ...] = ()
    server_preference: bool = True
    protocols: tuple[str, ...] = ()
    max_fragment: int | None = None
    client_certificate: Literal["none", "optional", "required"] = "none"
    client_authorities: str = ""
    pool: int = 0


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """`IP:PORT` or `unix:PATH`."""

    address: str
    keepalive_s: int = 3600
    proxy_line: Literal["none", "v1", "json"] = "none"


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Backends that stand in for each other."""

    backends: tuple[Backend, ...]
    mode: Literal["tcp", "http"] = "http"
    balance: Literal["roundrobin", "on-fail"] = "roundrobin"
    death_timeout_ms: int = 1000
    revive_interval_ms: int = 2500
    retry_interval_ms: int = 250
    max_retries: int = 5


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what clients may take; 0 connections per address and 0 bytes a second are no bound."""

    connections: int
    connections_per_address: int = 0
    header_bytes: int = 65536
    concurrent_streams: int = 100
    upload_rate: int = 240


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long each step may take; 0 for ever."""

    hello_ms: int = 5000
    handshake_ms: int = 10_000
    connect_ms: int = 5000
    header_ms: int = 15_000
    response_ms: int = 60_000
    idle_ms: int = 300_000


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything; the first context is the default one. Workers and backend connections stay as at the start."""

    workers: int
    backend_connections: int
    doors: tuple[Door, ...]
    contexts: tuple[Context, ...]
    pools: tuple[Pool, ...]
    limits: Limits
    timeouts: Timeouts = Timeouts()
    forwarded: Literal["replace", "append"] = "replace"
    half_open: bool = False
    refuse_unknown_names: bool = False


def encode(snapshot: Snapshot) -> bytes:
    """Render a snapshot for the data plane."""
    return msgspec.json.encode(snapshot)
