//! The path of one connection: hello, context, handshake, then a tunnel or HTTP.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::deadline::{Activity, Watched};
use crate::hello::{ClientHello, HelloError, HelloReader};
use crate::identity::Identity;
use crate::journal::Event;
use crate::limits::Place;
use crate::metrics::Number;
use crate::plan::{Context, Plan};
use crate::snapshot::Mode;
use crate::worker::Worker;
use crate::{http, proxy_line, tunnel};

/// Read of a hello in one call; most fit.
const HELLO_READ: usize = 4096;
/// How long a client may take to notice that the other side has ended.
const LINGER: Duration = Duration::from_secs(1);

/// A fatal alert record of TLS 1.2's form, which every version reads before the handshake has keys.
const fn alert(description: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, description]
}
const DECODE_ERROR: [u8; 7] = alert(50);
const UNRECOGNIZED_NAME: [u8; 7] = alert(112);

/// A connection that was let in, with all it needs until its end.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub peer: SocketAddr,
    /// The bound address that it came to.
    pub door: SocketAddr,
    pub plan: Arc<Plan>,
    pub worker: Arc<Worker>,
    #[allow(
        dead_code,
        reason = "held: the place is given back when the connection ends"
    )]
    pub place: Place,
}

/// A connection whose client is known as well as it wants to be.
#[derive(Debug)]
pub(crate) struct Client {
    pub arrival: Arrival,
    pub context: usize,
    pub server_name: Option<String>,
    pub identity: Option<Identity>,
    pub activity: Activity,
}

impl Client {
    pub(crate) fn context(&self) -> &Context {
        &self.arrival.plan.contexts[self.context]
    }
}

pub(crate) type ClientStream = Watched<TlsStream<Replay>>;

/// Serve one connection to its end.
pub(crate) async fn serve(mut stream: TcpStream, arrival: Arrival) {
    let deadline = Instant::now() + arrival.plan.timeouts.handshake;
    // Boxed, as each step's buffers should go with it.
    let Some((hello, wire)) = Box::pin(greet(&mut stream, &arrival)).await else {
        return;
    };
    let Some(context) = arrival.plan.context(hello.server_name.as_deref()) else {
        let shared = &arrival.worker.shared;
        note(
            &arrival,
            &shared.metrics.unknown_name,
            "unknown_name",
            hello.server_name,
            "no context serves this name",
        );
        let _ = stream.write_all(&UNRECOGNIZED_NAME).await;
        return;
    };
    let acceptor = TlsAcceptor::from(Arc::clone(&arrival.plan.contexts[context].config));
    let metrics = Arc::clone(&arrival.worker.shared.metrics);
    let tls = match timeout_at(
        deadline,
        acceptor.accept(Replay {
            wire,
            replayed: 0,
            stream,
        }),
    )
    .await
    {
        Ok(Ok(tls)) => tls,
        Ok(Err(error)) => {
            return note(
                &arrival,
                &metrics.handshake_failed,
                "handshake_failed",
                hello.server_name,
                &error.to_string(),
            );
        }
        Err(_) => {
            return note(
                &arrival,
                &metrics.hello_timeout,
                "handshake_timeout",
                hello.server_name,
                "too slow",
            );
        }
    };
    let session = tls.get_ref().1;
    let tls13 = session.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    if tls13 {
        &metrics.tls13
    } else {
        &metrics.tls12
    }
    .increment();
    let identity = session
        .peer_certificates()
        .and_then(|chain| chain.first())
        .and_then(Identity::of);
    metrics.identified.add(u64::from(identity.is_some()));
    let h2 = session.alpn_protocol() == Some(b"h2");
    let activity = Activity::begin();
    let client = Client {
        arrival,
        context,
        server_name: hello.server_name,
        identity,
        activity: activity.clone(),
    };
    let stream = Watched::new(tls, activity, metrics);
    match client.context().pool.mode {
        Mode::Http => Box::pin(http::serve(stream, client, h2)).await,
        Mode::Tcp => Box::pin(carry(stream, client)).await,
    }
}

async fn greet(stream: &mut TcpStream, arrival: &Arrival) -> Option<(ClientHello, Vec<u8>)> {
    let metrics = &arrival.worker.shared.metrics;
    match timeout(arrival.plan.timeouts.hello, read_hello(stream)).await {
        Ok(Ok(Ok(greeting))) => Some(greeting),
        Ok(Ok(Err(error))) => {
            note(
                arrival,
                &metrics.hello_refused,
                "hello_refused",
                None,
                &error.to_string(),
            );
            if error != HelloError::NotTls {
                let _ = stream.write_all(&DECODE_ERROR).await;
            }
            None
        }
        Ok(Err(_closed)) => None,
        Err(_) => {
            note(
                arrival,
                &metrics.hello_timeout,
                "hello_timeout",
                None,
                "no ClientHello in time",
            );
            None
        }
    }
}

async fn read_hello(
    stream: &mut TcpStream,
) -> io::Result<Result<(ClientHello, Vec<u8>), HelloError>> {
    let mut reader = HelloReader::default();
    let mut buffer = [0; HELLO_READ];
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

fn note(
    arrival: &Arrival,
    counter: &Number,
    kind: &'static str,
    server_name: Option<String>,
    detail: &str,
) {
    counter.increment();
    let event = Event {
        kind,
        peer: Some(arrival.peer),
        server_name,
        detail: detail.to_owned(),
    };
    arrival.worker.shared.journal.note(event);
}

/// Forward bytes to a backend of its own.
async fn carry(mut stream: ClientStream, client: Client) {
    let Client {
        arrival, identity, ..
    } = &client;
    let shared = &arrival.worker.shared;
    let pool = &client.context().pool;
    let (index, mut backend) = match pool
        .connect(
            arrival.plan.timeouts.connect,
            &shared.metrics,
            &shared.journal,
        )
        .await
    {
        Ok(connected) => connected,
        Err(error) => {
            let detail = format!("no backend accepts connections: {error}");
            let event = Event {
                kind: "backend_unavailable",
                peer: Some(arrival.peer),
                server_name: client.server_name.clone(),
                detail,
            };
            shared.journal.note(event);
            let _ = stream.shutdown().await;
            return;
        }
    };
    let line = proxy_line::render(
        pool.backends[index].proxy_line,
        arrival.peer,
        arrival.door,
        identity.as_ref(),
    );
    if backend.write_all(line.as_bytes()).await.is_err() {
        return;
    }
    let ended = tokio::select! {
        outcome = tunnel::run(&mut stream, &mut backend, false) => outcome.is_ok(),
        () = client.activity.silence(arrival.plan.timeouts.idle) => {
            shared.metrics.idle_cut.increment();
            stream.shutdown().await.is_ok()
        }
    };
    if ended {
        Box::pin(linger(&mut stream)).await;
    }
}

/// Let the client read what was sent: closing with unread bytes would reset the connection and lose them.
async fn linger(stream: &mut ClientStream) {
    let mut discarded = [0; 1024];
    let _ = timeout(LINGER, async {
        while stream
            .read(&mut discarded)
            .await
            .is_ok_and(|count| count > 0)
        {}
    })
    .await;
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
        cx: &mut TaskContext<'_>,
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
        cx: &mut TaskContext<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
