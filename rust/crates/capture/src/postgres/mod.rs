//! A walsender client: sans-IO messages below, one blocking session on top.

pub mod frame;
pub mod frontend;
mod handshake;
pub mod options;
pub mod reader;
pub mod replication;
mod scram;
pub mod session;
mod tls;
mod transport;
