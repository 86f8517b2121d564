//! The server: starts workers, swaps plans, moves listeners, drains.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::time::Instant;

use crate::budget::Budget;
use crate::error::EdgeError;
use crate::journal::Journal;
use crate::limits::Admission;
use crate::listener;
use crate::metrics::Metrics;
use crate::plan::Plan;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::worker::{self, Command, Handle};

/// A running edge.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    state: Mutex<State>,
}

/// What changes when a snapshot is applied; empty once drained.
#[derive(Debug, Default)]
struct State {
    workers: Vec<Handle>,
    /// Bound addresses by configured ones; they differ for port 0.
    bound: HashMap<SocketAddr, SocketAddr>,
}

impl Server {
    /// Compile a JSON snapshot, bind its doors and start to serve.
    pub fn start(snapshot: &[u8]) -> Result<Self, EdgeError> {
        let snapshot: Snapshot = serde_json::from_slice(snapshot)?;
        if snapshot.workers == 0 {
            return Err(EdgeError::value("workers", "at least one worker is needed"));
        }
        let plan = Arc::new(Plan::compile(&snapshot, None)?);
        let shared = Arc::new(Shared {
            plan: ArcSwap::from(Arc::clone(&plan)),
            metrics: Arc::new(Metrics::default()),
            journal: Journal::default(),
            admission: Arc::new(Admission::default()),
            budget: Budget::new(snapshot.backend_connections),
        });
        let spawn = |index| worker::spawn(index, Arc::clone(&shared));
        let workers = (0..snapshot.workers)
            .map(spawn)
            .collect::<Result<Vec<_>, _>>()?;
        let mut state = State {
            workers,
            bound: HashMap::new(),
        };
        state.open(&plan)?;
        Ok(Self {
            shared,
            state: Mutex::new(state),
        })
    }

    /// Compile a snapshot, certificates and keys among it, without serving it.
    pub fn check(snapshot: &[u8]) -> Result<(), EdgeError> {
        Plan::compile(&serde_json::from_slice(snapshot)?, None).map(|_| ())
    }

    /// Apply another snapshot: new connections get it, open ones keep theirs. A failure changes nothing.
    ///
    /// The numbers of workers and of backend connections stay what they were at the start.
    pub fn apply(&self, snapshot: &[u8]) -> Result<(), EdgeError> {
        let mut snapshot: Snapshot = serde_json::from_slice(snapshot)?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.workers.is_empty() {
            return Err(EdgeError::Stopped);
        }
        snapshot.workers = state.workers.len();
        let plan = Arc::new(Plan::compile(&snapshot, Some(&self.shared.plan.load()))?);
        state.open(&plan)?;
        self.shared.plan.store(Arc::clone(&plan));
        state.close_others(&plan);
        self.shared.metrics.reloads.increment();
        Ok(())
    }

    /// Bound addresses, in the order of the snapshot's doors.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = self.shared.plan.load();
        plan.doors
            .iter()
            .filter_map(|door| state.bound.get(&door.listen).copied())
            .collect()
    }

    /// Counters as Prometheus text.
    pub fn metrics(&self) -> String {
        self.shared.metrics.render()
    }

    /// Take the events since the last call, each a JSON object.
    pub fn events(&self) -> Vec<String> {
        self.shared.journal.take()
    }

    /// Stop accepting, wait for connections to end, and say how many were cut at the deadline.
    pub fn drain(&self, patience: Duration) -> u64 {
        let state = std::mem::take(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner));
        let deadline = Instant::now() + patience;
        for worker in &state.workers {
            let _ = worker.commands.send(Command::Drain(deadline));
        }
        for worker in state.workers {
            let _ = worker.thread.join();
        }
        self.shared.metrics.drain_cut.value()
    }
}

impl State {
    /// Bind the plan's new addresses: all of them, or none.
    fn open(&mut self, plan: &Plan) -> Result<(), EdgeError> {
        let mut opened = HashMap::new();
        for door in &plan.doors {
            if !self.bound.contains_key(&door.listen) && !opened.contains_key(&door.listen) {
                opened.insert(
                    door.listen,
                    listener::bind(door.listen, self.workers.len())?,
                );
            }
        }
        for (configured, (bound, sockets)) in opened {
            self.bound.insert(configured, bound);
            for (worker, socket) in self.workers.iter().zip(sockets) {
                let _ = worker.commands.send(Command::Listen(configured, socket));
            }
        }
        Ok(())
    }

    /// Stop listening where the plan has no door.
    fn close_others(&mut self, plan: &Plan) {
        let workers = &self.workers;
        self.bound.retain(|configured, _| {
            let stays = plan.doors.iter().any(|door| door.listen == *configured);
            if !stays {
                for worker in workers {
                    let _ = worker.commands.send(Command::Close(*configured));
                }
            }
            stays
        });
    }
}
