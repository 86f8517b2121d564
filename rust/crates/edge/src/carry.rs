//! TCP mode: a backend connection for each client, bytes carried both ways as they are.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::client::{Client, ClientStream};
use crate::{proxy_line, tunnel};

/// How long a client may take to notice that the other side has ended.
const LINGER: Duration = Duration::from_secs(1);

/// Forward one connection to a backend of its own.
pub(crate) async fn serve(mut stream: ClientStream, client: Client) {
    let arrival = &client.arrival;
    let (shared, timeouts) = (&arrival.worker.shared, &arrival.plan.timeouts);
    let pool = &client.context().pool;
    let connected = pool
        .connect(
            pool.choose(),
            timeouts.connect,
            &shared.budget,
            &shared.metrics,
            &shared.journal,
        )
        .await;
    let (index, mut backend) = match connected {
        Ok(connected) => connected,
        Err(error) => {
            let name = client.server_name.as_deref();
            arrival.note(
                &shared.metrics.unavailable,
                "backend_unavailable",
                name,
                &error,
            );
            let _ = stream.shutdown().await;
            return;
        }
    };
    let kind = pool.backends[index].proxy_line;
    let line = proxy_line::render(kind, arrival.peer, arrival.door, client.identity.as_ref());
    if backend.write_all(line.as_bytes()).await.is_err() {
        return;
    }
    let ended = tokio::select! {
        outcome = tunnel::run(&mut stream, &mut backend, arrival.plan.half_open) => outcome.is_ok(),
        () = client.activity.silence(timeouts.idle) => {
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
    let read = async {
        while stream
            .read(&mut discarded)
            .await
            .is_ok_and(|count| count > 0)
        {}
    };
    let _ = timeout(LINGER, read).await;
}
