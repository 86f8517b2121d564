//! When a connection last did something, so that a silent one can be ended, and a stream that tells and counts.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::metrics::Metrics;

/// What one connection did, and when.
#[derive(Debug, Clone)]
pub(crate) struct Activity(Arc<State>);

#[derive(Debug)]
struct State {
    began: Instant,
    last_ms: AtomicU64,
    /// One more than the time at which the head of a request began to come; 0 while none does.
    head_since_ms: AtomicU64,
    exchanges: AtomicUsize,
}

impl Activity {
    /// A connection is there, and should say what it wants.
    pub(crate) fn begin() -> Self {
        Self(Arc::new(State {
            began: Instant::now(),
            last_ms: AtomicU64::new(0),
            head_since_ms: AtomicU64::new(1),
            exchanges: AtomicUsize::new(0),
        }))
    }

    pub(crate) fn touch(&self) {
        self.0.last_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// A request's head has come; until the exchange ends, what is received belongs to its body.
    pub(crate) fn exchange_began(&self) {
        self.0.exchanges.fetch_add(1, Ordering::Relaxed);
        self.0.head_since_ms.store(0, Ordering::Relaxed);
        self.touch();
    }

    pub(crate) fn exchange_ended(&self) {
        self.0.exchanges.fetch_sub(1, Ordering::Relaxed);
        self.touch();
    }

    /// Wait until nothing has happened for `bound`; for ever if it is zero.
    pub(crate) async fn silence(&self, bound: Duration) {
        if bound.is_zero() {
            return std::future::pending().await;
        }
        loop {
            let deadline = self.at(self.0.last_ms.load(Ordering::Relaxed)) + bound;
            if Instant::now() >= deadline {
                return;
            }
            tokio::time::sleep_until(deadline).await;
        }
    }

    /// Wait until one head of a request has been coming for `bound`; for ever if it is zero.
    pub(crate) async fn slow_head(&self, bound: Duration) {
        if bound.is_zero() {
            return std::future::pending().await;
        }
        loop {
            let since = self.0.head_since_ms.load(Ordering::Relaxed);
            // A head that begins while this sleeps is not due before it wakes.
            let deadline = match since.checked_sub(1) {
                Some(since) => self.at(since) + bound,
                None => Instant::now() + bound,
            };
            if Instant::now() >= deadline {
                return;
            }
            tokio::time::sleep_until(deadline).await;
        }
    }

    fn received(&self) {
        self.touch();
        let head_comes = self.0.exchanges.load(Ordering::Relaxed) == 0
            && self.0.head_since_ms.load(Ordering::Relaxed) == 0;
        if head_comes {
            self.0
                .head_since_ms
                .store(self.now_ms() + 1, Ordering::Relaxed);
        }
    }

    fn now_ms(&self) -> u64 {
        self.0.began.elapsed().as_millis() as u64
    }

    fn at(&self, ms: u64) -> Instant {
        self.0.began + Duration::from_millis(ms)
    }
}

/// A stream whose every moved byte is counted, and tells its [`Activity`].
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: S,
    activity: Option<Activity>,
    metrics: Arc<Metrics>,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S, activity: Activity, metrics: Arc<Metrics>) -> Self {
        Self {
            stream,
            activity: Some(activity),
            metrics,
        }
    }

    /// Let bytes be no sign of life, where they may be an empty protocol's own.
    pub(crate) fn unheard(self) -> Self {
        Self {
            activity: None,
            ..self
        }
    }

    fn sent(&self, outcome: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(count)) = outcome {
            self.metrics.sent.add(*count as u64);
            if let Some(activity) = &self.activity {
                activity.touch();
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let count = buffer.filled().len() - before;
        if count > 0 {
            self.metrics.received.add(count as u64);
            if let Some(activity) = &self.activity {
                activity.received();
            }
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.sent(&outcome);
        outcome
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.sent(&outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::Activity;

    const BOUND: Duration = Duration::from_millis(40);

    async fn is_slow(activity: &Activity) -> bool {
        timeout(BOUND * 3, activity.slow_head(BOUND)).await.is_ok()
    }

    #[tokio::test]
    async fn the_first_head_is_due_from_the_beginning() {
        assert!(is_slow(&Activity::begin()).await);
    }

    #[tokio::test]
    async fn silence_between_requests_is_no_slow_head() {
        let activity = Activity::begin();
        activity.exchange_began();
        activity.exchange_ended();
        assert!(!is_slow(&activity).await);
        activity.received();
        assert!(is_slow(&activity).await);
    }

    #[tokio::test]
    async fn a_body_is_no_head() {
        let activity = Activity::begin();
        activity.exchange_began();
        activity.exchange_began();
        activity.exchange_ended();
        activity.received();
        assert!(!is_slow(&activity).await);
    }
}
