//! A snapshot compiled into what connections use: immutable, shared, swapped as a whole.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::server::ServerConfig;

use crate::error::EdgeError;
use crate::names::NameTable;
use crate::pool::Pool;
use crate::snapshot::{Forwarded, Limits, Snapshot, Timeouts};
use crate::tls::{self, Tickets};

/// Everything that a connection needs to know.
#[derive(Debug)]
pub(crate) struct Plan {
    pub doors: Vec<Door>,
    pub contexts: Vec<Context>,
    pub limits: Limits,
    pub timeouts: Bounds,
    pub forwarded: Forwarded,
    pub half_open: bool,
    refuse_unknown_names: bool,
    names: NameTable,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub listen: SocketAddr,
    pub keepalive: Duration,
}

/// One certificate policy and the pool behind it.
#[derive(Debug)]
pub(crate) struct Context {
    pub config: Arc<ServerConfig>,
    pub pool: Arc<Pool>,
    tickets: Tickets,
}

/// The timeouts; zero means none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub hello: Duration,
    pub handshake: Duration,
    pub connect: Duration,
    pub header: Duration,
    pub response: Duration,
    pub idle: Duration,
}

impl Plan {
    /// Compile a snapshot; ticket keys of `previous` live on where they may.
    pub(crate) fn compile(snapshot: &Snapshot, previous: Option<&Self>) -> Result<Self, EdgeError> {
        if snapshot.contexts.is_empty() {
            return Err(EdgeError::value(
                "contexts",
                "the default context is missing",
            ));
        }
        let pools = pools(snapshot)?;
        let mut names = NameTable::default();
        let mut contexts = Vec::with_capacity(snapshot.contexts.len());
        for (index, context) in snapshot.contexts.iter().enumerate() {
            let place = format!("contexts[{index}]");
            let kept = previous
                .iter()
                .flat_map(|plan| &plan.contexts)
                .map(|context| &context.tickets);
            let tickets = Tickets::keep_or_make(context, kept)?;
            let config = tls::server_config(&place, context, &tickets)?;
            let pool = pools
                .get(context.pool)
                .ok_or_else(|| EdgeError::value(format!("{place}.pool"), "no such pool"))?;
            context
                .names
                .iter()
                .for_each(|name| names.insert(name, index));
            contexts.push(Context {
                config,
                pool: Arc::clone(pool),
                tickets,
            });
        }
        Ok(Self {
            doors: doors(snapshot)?,
            contexts,
            limits: snapshot.limits,
            timeouts: Bounds::of(&snapshot.timeouts),
            forwarded: snapshot.forwarded,
            half_open: snapshot.half_open,
            refuse_unknown_names: snapshot.refuse_unknown_names,
            names,
        })
    }

    /// The context that claims a name, if any does.
    pub(crate) fn context_named(&self, name: &str) -> Option<usize> {
        self.names.find(name)
    }

    /// The context of a server name; `None` if the name is unknown and such names are refused.
    pub(crate) fn context(&self, server_name: Option<&str>) -> Option<usize> {
        match server_name {
            None => Some(0),
            Some(name) => self
                .names
                .find(name)
                .or((!self.refuse_unknown_names).then_some(0)),
        }
    }
}

fn pools(snapshot: &Snapshot) -> Result<Vec<Arc<Pool>>, EdgeError> {
    let pool =
        |(index, pool)| Pool::new(&format!("pools[{index}]"), pool, snapshot.workers).map(Arc::new);
    snapshot.pools.iter().enumerate().map(pool).collect()
}

fn doors(snapshot: &Snapshot) -> Result<Vec<Door>, EdgeError> {
    let door = |(index, door): (usize, &crate::snapshot::Door)| {
        let place = || format!("doors[{index}].listen");
        let listen = door
            .listen
            .parse()
            .map_err(|_| EdgeError::value(place(), "an address is IP:PORT"))?;
        Ok(Door {
            listen,
            keepalive: Duration::from_secs(u64::from(door.keepalive_s)),
        })
    };
    snapshot.doors.iter().enumerate().map(door).collect()
}

impl Bounds {
    fn of(timeouts: &Timeouts) -> Self {
        Self {
            hello: Duration::from_millis(timeouts.hello_ms),
            handshake: Duration::from_millis(timeouts.handshake_ms),
            connect: Duration::from_millis(timeouts.connect_ms),
            header: Duration::from_millis(timeouts.header_ms),
            response: Duration::from_millis(timeouts.response_ms),
            idle: Duration::from_millis(timeouts.idle_ms),
        }
    }
}
