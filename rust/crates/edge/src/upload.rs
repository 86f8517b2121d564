//! A request body on its way through, which may not crawl.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::watch;

use crate::exchange::Exchange;

/// How long a client may wait in all before its rate counts.
const GRACE: Duration = Duration::from_secs(30);

/// Why a request body ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error("the request body comes too slowly")]
    TooSlow,
    #[error("the request body broke off: {0}")]
    Broken(#[from] hyper::Error),
}

/// A request body; trailers end here, as they could claim what headers may not.
pub(crate) struct Upload {
    body: Option<Incoming>,
    pace: Pace,
    waiting_since: Option<Instant>,
    exchange: Option<Exchange>,
    /// Gone once everything was sent, or nobody asks for it any more.
    open: Option<watch::Sender<()>>,
}

/// How fast a body comes; time in which nobody asked for it does not count.
#[derive(Debug, Default)]
struct Pace {
    /// Bytes a second; 0 for any.
    slowest: u64,
    received: u64,
    waited: Duration,
}

impl Pace {
    fn crawls(&self) -> bool {
        self.waited > GRACE && self.received < self.slowest * self.waited.as_secs()
    }
}

impl Upload {
    pub(crate) fn new(body: Incoming, slowest: u64, exchange: Exchange) -> Self {
        let open = (!body.is_end_stream()).then(|| watch::Sender::new(()));
        let pace = Pace {
            slowest,
            ..Pace::default()
        };
        Self {
            body: Some(body),
            pace,
            waiting_since: None,
            exchange: Some(exchange),
            open,
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            body: None,
            pace: Pace::default(),
            waiting_since: None,
            exchange: None,
            open: None,
        }
    }

    /// Wait until the client has sent everything, or the backend wants no more.
    pub(crate) fn finished(&self) -> impl Future<Output = ()> + use<> {
        let open = self.open.as_ref().map(watch::Sender::subscribe);
        async move {
            if let Some(mut open) = open {
                while open.changed().await.is_ok() {}
            }
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = UploadError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadError>>> {
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else {
                self.waiting_since.get_or_insert_with(Instant::now);
                return Poll::Pending;
            };
            // A body of a known length is not asked for its end.
            let ended = body.is_end_stream();
            if let Some(since) = self.waiting_since.take() {
                self.pace.waited += since.elapsed();
            }
            match frame.transpose()?.map(Frame::into_data) {
                None => {
                    self.open = None;
                    return Poll::Ready(None);
                }
                Some(Ok(data)) => {
                    self.pace.received += data.len() as u64;
                    if ended {
                        self.open = None;
                    }
                    if let Some(exchange) = &self.exchange {
                        exchange.moved();
                    }
                    let frame = if self.pace.crawls() {
                        Err(UploadError::TooSlow)
                    } else {
                        Ok(Frame::data(data))
                    };
                    return Poll::Ready(Some(frame));
                }
                Some(Err(_trailers)) => {}
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    fn pace(slowest: u64, received: u64, seconds: u64) -> Pace {
        Pace {
            slowest,
            received,
            waited: Duration::from_secs(seconds),
        }
    }

    #[test]
    fn a_body_may_pause_before_its_rate_counts() {
        assert!(!pace(240, 0, 30).crawls());
        assert!(pace(240, 0, 31).crawls());
    }

    #[test]
    fn the_rate_is_that_of_the_whole_wait() {
        assert!(pace(240, 240 * 100 - 1, 100).crawls());
        assert!(!pace(240, 240 * 100, 100).crawls());
    }

    #[test]
    fn any_rate_may_be_allowed() {
        assert!(!pace(0, 0, 100_000).crawls());
    }
}
