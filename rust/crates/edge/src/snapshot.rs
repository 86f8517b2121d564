//! The snapshot as the control plane renders it: JSON, every default filled in, every file read.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    pub workers: usize,
    /// Open at once, at most.
    pub backend_connections: usize,
    pub doors: Vec<Door>,
    /// The first is the default context, which serves clients without a known name.
    pub contexts: Vec<Context>,
    pub pools: Vec<Pool>,
    /// Whether a tunnel's client may go on after its backend has ended.
    pub half_open: bool,
    pub refuse_unknown_names: bool,
    pub forwarded: Forwarded,
    pub limits: Limits,
    pub timeouts: Timeouts,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Door {
    pub listen: String,
    pub keepalive_s: u32,
}

#[derive(Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub(crate) struct Context {
    pub names: Vec<String>,
    pub credentials: Vec<Credential>,
    /// `1.2`, `1.3`.
    pub versions: Vec<String>,
    /// IANA names; empty for every safe one.
    pub cipher_suites: Vec<String>,
    pub server_preference: bool,
    pub protocols: Vec<String>,
    pub max_fragment: Option<usize>,
    pub client_certificate: ClientCertificate,
    pub client_authorities: String,
    pub pool: usize,
}

#[derive(Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    pub certificate: String,
    pub key: String,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ClientCertificate {
    None,
    Optional,
    Required,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pool {
    pub mode: Mode,
    pub balance: Balance,
    pub backends: Vec<Backend>,
    pub death_timeout_ms: u64,
    pub revive_interval_ms: u64,
    pub retry_interval_ms: u64,
    pub max_retries: u32,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Tcp,
    Http,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Balance {
    #[serde(rename = "roundrobin")]
    RoundRobin,
    #[serde(rename = "on-fail")]
    OnFail,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Backend {
    /// `IP:PORT`, or `unix:PATH`.
    pub address: String,
    pub keepalive_s: u32,
    pub proxy_line: ProxyLine,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProxyLine {
    None,
    V1,
    Json,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Forwarded {
    Replace,
    Append,
}

#[derive(Debug, Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub connections: usize,
    /// 0 for no bound.
    pub connections_per_address: usize,
    pub header_bytes: usize,
    pub concurrent_streams: u32,
    /// Slowest acceptable upload, bytes a second; 0 for any.
    pub upload_rate: u64,
}

#[derive(Debug, Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_field_names, reason = "the unit belongs to the name")]
pub(crate) struct Timeouts {
    pub hello_ms: u64,
    pub handshake_ms: u64,
    pub connect_ms: u64,
    pub header_ms: u64,
    pub response_ms: u64,
    pub idle_ms: u64,
}
