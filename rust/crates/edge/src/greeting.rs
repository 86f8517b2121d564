//! The first step of a connection: read its hello from the socket within the deadline, or refuse it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::connection::Arrival;
use crate::hello::{ClientHello, HelloError, HelloReader};

/// Most hellos come in one read of this size.
const READ: usize = 4096;

/// A fatal alert as a record that every version reads before the handshake has keys (RFC 8446 §6).
const fn alert(description: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, description]
}
const DECODE_ERROR: [u8; 7] = alert(50);
const UNRECOGNIZED_NAME: [u8; 7] = alert(112);

/// Read the hello and choose its context; a connection that gets none has been told and counted.
pub(crate) async fn greet(
    mut stream: TcpStream,
    arrival: &Arrival,
) -> Option<(ClientHello, usize, Replay)> {
    let metrics = &arrival.worker.shared.metrics;
    let (hello, wire) = match timeout(arrival.plan.timeouts.hello, read(&mut stream)).await {
        Ok(Ok(Ok(greeting))) => greeting,
        Ok(Ok(Err(error))) => {
            arrival.note(&metrics.hello_refused, "hello_refused", None, &error);
            if error != HelloError::NotTls {
                let _ = stream.write_all(&DECODE_ERROR).await;
            }
            return None;
        }
        Ok(Err(_closed)) => return None,
        Err(elapsed) => {
            arrival.note(&metrics.hello_timeout, "hello_timeout", None, &elapsed);
            return None;
        }
    };
    let Some(context) = arrival.plan.context(hello.server_name.as_deref()) else {
        let name = hello.server_name.as_deref();
        arrival.note(
            &metrics.unknown_name,
            "unknown_name",
            name,
            &"no context serves this name",
        );
        let _ = stream.write_all(&UNRECOGNIZED_NAME).await;
        return None;
    };
    Some((
        hello,
        context,
        Replay {
            wire,
            replayed: 0,
            stream,
        },
    ))
}

async fn read(stream: &mut TcpStream) -> io::Result<Result<(ClientHello, Vec<u8>), HelloError>> {
    let mut reader = HelloReader::default();
    let mut buffer = [0; READ];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match reader.push(&buffer[..count]) {
            Ok(None) => {}
            Ok(Some(hello)) => return Ok(Ok((hello, reader.into_wire()))),
            Err(error) => return Ok(Err(error)),
        }
    }
}

/// A stream whose first bytes were read before; the TLS engine reads them again.
#[derive(Debug)]
pub(crate) struct Replay {
    wire: Vec<u8>,
    replayed: usize,
    stream: TcpStream,
}

impl AsyncRead for Replay {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.wire.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let rest = &self.wire[self.replayed..];
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..count]);
        self.replayed += count;
        if self.replayed == self.wire.len() {
            self.wire = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Replay {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
