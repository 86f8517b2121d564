//! How many backend connections may be open at once, so that file descriptors remain for the clients.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts the backend connections of every worker; outlives every plan.
#[derive(Debug)]
pub(crate) struct Budget(Arc<Semaphore>);

/// One backend connection's part of the budget; given back on drop.
#[derive(Debug)]
pub(crate) struct Share(
    #[allow(dead_code, reason = "held: it is given back when the connection ends")]
    OwnedSemaphorePermit,
);

impl Budget {
    pub(crate) fn new(connections: usize) -> Self {
        Self(Arc::new(Semaphore::new(
            connections.min(Semaphore::MAX_PERMITS),
        )))
    }

    /// Wait for a share, in turn; `None` when none was free for so long.
    pub(crate) async fn share(&self, patience: Duration) -> Option<Share> {
        let permit = Arc::clone(&self.0).acquire_owned();
        tokio::time::timeout(patience, permit)
            .await
            .ok()?
            .ok()
            .map(Share)
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
}
