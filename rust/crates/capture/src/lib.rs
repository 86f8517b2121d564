//! Change-log readers: replication protocols, row decoding, event rendering.
//!
//! Bytes flow one way: `postgres` speaks the walsender protocol, `pgoutput` decodes its messages, `debezium` renders
//! rows as events, `changes` keeps the place inside transactions, `stream` and `snapshot` join them to a socket.

pub mod changes;
pub mod debezium;
pub mod error;
pub mod pgoutput;
pub mod postgres;
pub mod relation;
pub mod snapshot;
pub mod stream;
