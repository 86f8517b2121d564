//! TLS data plane: read a `ClientHello`, choose a certificate and a backend, forward bytes or HTTP requests.
//!
//! One [`Server`] owns every public socket. What it does is a [`plan::Plan`], compiled from one JSON snapshot;
//! applying another snapshot swaps the plan, and every connection keeps the plan it began with.

mod accept;
mod backend;
mod budget;
mod carry;
mod client;
mod connection;
mod deadline;
mod error;
mod exchange;
mod forwarded;
mod greeting;
pub mod hello;
mod http;
mod identity;
mod journal;
mod kept;
mod limits;
mod listener;
mod metrics;
mod names;
mod options;
mod plan;
mod pool;
mod proxy_line;
mod replay;
mod server;
mod shared;
mod snapshot;
mod socket;
mod tls;
mod tunnel;
mod upload;
mod worker;

pub use error::EdgeError;
pub use server::Server;
