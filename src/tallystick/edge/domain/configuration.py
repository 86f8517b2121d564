"""The configuration file: a superset of bud's JSON, with bud's defaults.

Units are bud's: seconds for `keepalive`, milliseconds for `availability`. Keys that bud has and the edge does not act
on are accepted; `reading` warns of them.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from tallystick.edge.domain.bounds import LONGEST_KEEPALIVE_S, LONGEST_S, MOST

__all__ = [
    "Availability",
    "Backend",
    "Configuration",
    "Context",
    "Frontend",
    "Interface",
    "LimitRules",
    "Log",
    "Policy",
    "TimeoutRules",
]

Port = Annotated[int, Meta(ge=0, le=65535)]
Count = Annotated[int, Meta(ge=0, le=MOST)]
Keepalive = Annotated[int, Meta(ge=0, le=LONGEST_KEEPALIVE_S)]
Seconds = Annotated[float, Meta(ge=0, le=LONGEST_S)]
Deadline = Annotated[float, Meta(gt=0, le=LONGEST_S)]
Texts = list[str]


class Log(Struct, frozen=True, kw_only=True):
    """What is logged, always to standard error; `notice` lies below `info`, as in bud."""

    level: Literal["debug", "notice", "info", "warning", "fatal"] = "info"
    facility: str = "user"
    stdio: bool = True
    syslog: bool = False


class Availability(Struct, frozen=True, kw_only=True):
    """How a failing backend is set aside and tried again; milliseconds."""

    death_timeout: Count = 1000
    revive_interval: Count = 2500
    retry_interval: Count = 250
    max_retries: Count = 5


class Backend(Struct, frozen=True, kw_only=True):
    """Where connections are forwarded; `unix` takes the place of host and port, `mode` http speaks HTTP."""

    port: Port = 8000
    host: str = "127.0.0.1"
    unix: str | None = None
    keepalive: Keepalive = 3600
    proxyline: bool | Literal["haproxy", "json"] = False
    x_forward: bool = field(default=False, name="x-forward")
    mode: Literal["tcp", "http"] | None = None
    external: str | None = None


class Policy(Struct, frozen=True, kw_only=True):
    """The keys that a frontend and a context share: certificate, protocols, demands on clients."""

    cert: str | Texts | None = None
    key: str | Texts | None = None
    passphrase: str | Texts | None = None
    ciphers: str | None = None
    ecdh: str | None = None
    dh: str | None = None
    ticket_key: str | None = None
    ticket_timeout: Count | None = None
    ticket_rotate: Count | None = None
    npn: Texts | None = None
    server_preference: bool = True
    request_cert: bool = False
    optional_cert: bool = False
    ca: str | Texts | None = None


class Interface(Struct, frozen=True, kw_only=True):
    """One address to listen on."""

    port: Port = 1443
    host: str = "0.0.0.0"  # noqa: S104  bud's default
    keepalive: Keepalive = 3600


class Frontend(Policy, frozen=True, kw_only=True):
    """The public side and the default context."""

    port: Port = 1443
    host: str = "0.0.0.0"  # noqa: S104  bud's default
    keepalive: Keepalive = 3600
    interfaces: list[Interface] = []
    security: Literal["ssl23", "tls1.0", "tls1.1", "tls1.2", "tls1.3"] = "ssl23"
    reneg_window: Count | None = None
    reneg_limit: Count | None = None
    max_send_fragment: Count | None = None
    allow_half_open: bool = False


class Context(Policy, frozen=True, kw_only=True):
    """What a server name gets; `inherit` takes certificate, protocols and demands from the frontend where unset."""

    servername: str
    backend: list[Backend] = []
    balance: Literal["roundrobin", "on-fail"] | None = None
    inherit: bool = False


class Agent(Struct, frozen=True, kw_only=True):
    """One of bud's HTTP agents, for SNI or stapling."""

    enabled: bool = False
    port: Port = 9000
    host: str = "127.0.0.1"
    url: str | None = None


class Tracing(Struct, frozen=True, kw_only=True):
    """bud's C tracing modules."""

    dso: Texts = []


class LimitRules(Struct, frozen=True, kw_only=True):
    """Bounds on what clients may take; 0 connections: as many as file descriptors allow."""

    connections: Count = 0
    connections_per_address: Count = 0
    header_bytes: Annotated[int, Meta(ge=8192, le=1 << 20)] = 65536
    concurrent_streams: Annotated[int, Meta(ge=1, le=MOST)] = 100
    upload_rate: Count = 240


class TimeoutRules(Struct, frozen=True, kw_only=True):
    """Seconds; 0 waits for ever, except for `hello` and `handshake`."""

    hello: Deadline = 5.0
    handshake: Deadline = 10.0
    connect: Deadline = 5.0
    header: Seconds = 15.0
    response: Seconds = 60.0
    idle: Seconds = 3600.0
    drain: Seconds = 30.0


class Configuration(Struct, frozen=True, kw_only=True):
    """The whole file."""

    daemon: bool = False
    workers: Annotated[int, Meta(ge=0, le=256)] = 1
    restart_timeout: Count = 250
    master_ipc: bool = False
    log: Log = Log()
    availability: Availability = Availability()
    frontend: Frontend = Frontend()
    balance: Literal["roundrobin", "on-fail", "sni"] = "roundrobin"
    user: str | None = None
    group: str | None = None
    backend: list[Backend] = []
    sni: Agent = Agent()
    stapling: Agent = Agent()
    contexts: list[Context] = []
    tracing: Tracing = Tracing()
    limits: LimitRules = LimitRules()
    timeouts: TimeoutRules = TimeoutRules()
    forwarded: Literal["replace", "append"] = "replace"
    unknown_name: Literal["default", "refuse"] = "default"
