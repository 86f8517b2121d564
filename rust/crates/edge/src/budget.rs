//! How many backend connections may be open at once, so that file descriptors remain for the clients.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Counts the backend connections of every worker; outlives every plan.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    free: Arc<Semaphore>,
    /// How many requests and tunnels wait for a share.
    waiting: watch::Sender<usize>,
}

/// One backend connection's part of the budget; given back on drop.
#[derive(Debug)]
pub(crate) struct Share(
    #[allow(dead_code, reason = "held: it is given back when the connection ends")]
    OwnedSemaphorePermit,
);

/// Somebody who waits.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|count| *count += 1);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Budget {
    pub(crate) fn new(connections: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            waiting: watch::Sender::default(),
        }
    }

    /// Wait for a share, in turn; `None` when none was free for so long.
    pub(crate) async fn share(&self, patience: Duration) -> Option<Share> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Some(Share(permit));
        }
        let _waiting = Waiting::begin(&self.waiting);
        let permit = Arc::clone(&self.free).acquire_owned();
        tokio::time::timeout(patience, permit)
            .await
            .ok()?
            .ok()
            .map(Share)
    }

    /// Whether somebody waits, so that no connection should be kept for nobody.
    pub(crate) fn is_short(&self) -> bool {
        *self.waiting.borrow() > 0
    }

    /// Wait until somebody waits.
    pub(crate) async fn shortage(&self) {
        let _ = self
            .waiting
            .subscribe()
            .wait_for(|waiting| *waiting > 0)
            .await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Budget;

    #[tokio::test]
    async fn a_share_is_free_again_after_its_connection() {
        let budget = Budget::new(1);
        let share = budget.share(Duration::ZERO).await;
        assert!(share.is_some());
        assert!(budget.share(Duration::from_millis(5)).await.is_none());
        drop(share);
        assert!(budget.share(Duration::ZERO).await.is_some());
    }

    #[tokio::test]
    async fn those_who_wait_are_noticed() {
        let budget = Budget::new(0);
        let waits = tokio::spawn({
            let budget = budget.clone();
            async move { budget.share(Duration::from_millis(20)).await }
        });
        budget.shortage().await;
        assert!(budget.is_short());
        assert!(waits.await.is_ok_and(|share| share.is_none()));
        assert!(!budget.is_short());
    }
}
