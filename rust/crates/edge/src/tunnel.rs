//! Copy bytes both ways between two streams, holding no buffer while neither has any.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const SCRATCH: usize = 64 * 1024;

thread_local! {
    /// Each worker reads into this one buffer; only what the other side cannot take at once is kept.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into_boxed_slice());
}

/// Copy until both sides have ended; with `half_open` false, the backend's end ends the whole.
pub(crate) async fn run<C, B>(client: &mut C, backend: &mut B, half_open: bool) -> io::Result<()>
where
    C: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let mut upward = Direction::default();
    let mut downward = Direction::default();
    poll_fn(|cx| {
        let up = upward.poll(cx, client, backend)?;
        let down = downward.poll(cx, backend, client)?;
        // What TLS itself has to answer, such as a refused renegotiation, does not wait for the backend to speak.
        let _ = Pin::new(&mut *client).poll_flush(cx)?;
        match (up, down) {
            (Poll::Ready(()), Poll::Ready(())) => Poll::Ready(Ok(())),
            (_, Poll::Ready(())) if !half_open => Poll::Ready(Ok(())),
            _ => Poll::Pending,
        }
    })
    .await
}

#[derive(Debug, Default)]
struct Direction {
    kept: Vec<u8>,
    written: usize,
    unflushed: bool,
    ended: bool,
    closed: bool,
}

impl Direction {
    fn poll<R, W>(&mut self, cx: &mut Context<'_>, from: &mut R, to: &mut W) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        while !self.closed {
            ready!(self.poll_kept(cx, to))?;
            if self.ended {
                ready!(Pin::new(&mut *to).poll_shutdown(cx))?;
                self.closed = true;
            } else if BUFFER
                .with_borrow_mut(|buffer| self.poll_move(cx, from, to, buffer))?
                .is_pending()
            {
                if self.unflushed && self.kept.is_empty() {
                    ready!(Pin::new(&mut *to).poll_flush(cx))?;
                    self.unflushed = false;
                }
                return Poll::Pending;
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_kept<W: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut W,
    ) -> Poll<io::Result<()>> {
        while self.written < self.kept.len() {
            self.written += nonzero(ready!(
                Pin::new(&mut *to).poll_write(cx, &self.kept[self.written..])
            )?)?;
        }
        self.kept = Vec::new();
        self.written = 0;
        Poll::Ready(Ok(()))
    }

    /// Read once and write what the other side takes; keep the rest.
    fn poll_move<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        to: &mut W,
        buffer: &mut [u8],
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let mut read = ReadBuf::new(buffer);
        ready!(Pin::new(&mut *from).poll_read(cx, &mut read))?;
        let bytes = read.filled();
        self.ended = bytes.is_empty();
        self.unflushed |= !self.ended;
        let taken = match Pin::new(&mut *to).poll_write(cx, bytes) {
            _ if bytes.is_empty() => 0,
            Poll::Ready(outcome) => nonzero(outcome?)?,
            Poll::Pending => 0,
        };
        self.kept.extend_from_slice(&bytes[taken..]);
        Poll::Ready(Ok(()))
    }
}

fn nonzero(written: usize) -> io::Result<usize> {
    if written == 0 {
        Err(io::ErrorKind::WriteZero.into())
    } else {
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::run;

    #[tokio::test]
    async fn bytes_go_both_ways_through_small_windows() {
        let (mut client, mut door) = duplex(7);
        let (mut inner, mut backend) = duplex(5);
        let sent = vec![b'x'; 100_000];
        let pump = tokio::spawn(async move { run(&mut door, &mut inner, true).await });
        let echo = tokio::spawn(async move {
            let mut seen = Vec::new();
            backend.read_to_end(&mut seen).await.unwrap();
            backend.write_all(b"bye").await.unwrap();
            seen.len()
        });
        client.write_all(&sent).await.unwrap();
        client.shutdown().await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(
            (answer.as_slice(), echo.await.unwrap()),
            (&b"bye"[..], 100_000)
        );
        pump.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_end_of_the_backend_ends_the_whole() {
        let (_client, mut door) = duplex(64);
        let (mut inner, backend) = duplex(64);
        drop(backend);
        run(&mut door, &mut inner, false).await.unwrap();
    }
}
