//! What connections share: with every worker, and with the one that they live on.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::budget::Budget;
use crate::journal::Journal;
use crate::limits::Admission;
use crate::metrics::Metrics;
use crate::plan::Plan;

/// What every worker sees.
#[derive(Debug)]
pub(crate) struct Shared {
    pub plan: ArcSwap<Plan>,
    pub metrics: Arc<Metrics>,
    pub journal: Journal,
    pub admission: Arc<Admission>,
    pub budget: Budget,
}

/// What the connections of one worker see of it.
#[derive(Debug)]
pub(crate) struct Worker {
    pub index: usize,
    pub shared: Arc<Shared>,
    pub draining: watch::Receiver<bool>,
}
