//! The first step of a connection: read its hello from the socket within the deadline, or refuse it.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Arrival;
use crate::hello::{ClientHello, HelloError, HelloReader};
use crate::replay::Replay;

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
    Some((hello, context, Replay::new(wire, stream)))
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
