//! One thread with its own event loop; a connection lives and dies on the worker that accepted it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Duration, Instant};

use crate::accept;
use crate::error::EdgeError;
use crate::shared::{Shared, Worker};

const DRAIN_POLL: Duration = Duration::from_millis(5);

/// What a worker is told to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Accept on a socket; the address is the configured one.
    Listen(SocketAddr, std::net::TcpListener),
    /// Stop accepting on a configured address.
    Close(SocketAddr),
    /// Stop accepting, let connections end until the deadline, then return.
    Drain(Instant),
}

/// The server's end of a worker.
#[derive(Debug)]
pub(crate) struct Handle {
    pub commands: mpsc::UnboundedSender<Command>,
    pub thread: JoinHandle<()>,
}

/// Start a worker; it ends by [`Command::Drain`], or at once when its handle is dropped.
pub(crate) fn spawn(index: usize, shared: Arc<Shared>) -> Result<Handle, EdgeError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(EdgeError::Worker)?;
    let (commands, inbox) = mpsc::unbounded_channel();
    let name = format!("edge-{index}");
    let work = move || runtime.block_on(obey(index, shared, inbox));
    let thread = std::thread::Builder::new()
        .name(name)
        .spawn(work)
        .map_err(EdgeError::Worker)?;
    Ok(Handle { commands, thread })
}

async fn obey(index: usize, shared: Arc<Shared>, mut inbox: mpsc::UnboundedReceiver<Command>) {
    let (announce, draining) = watch::channel(false);
    let worker = Arc::new(Worker {
        index,
        shared,
        draining,
    });
    let mut listening: HashMap<SocketAddr, oneshot::Sender<()>> = HashMap::new();
    while let Some(command) = inbox.recv().await {
        match command {
            Command::Listen(configured, socket) => {
                if let Ok(listener) = TcpListener::from_std(socket) {
                    let (stop, stopped) = oneshot::channel();
                    tokio::spawn(accept::run(
                        listener,
                        configured,
                        Arc::clone(&worker),
                        stopped,
                    ));
                    listening.insert(configured, stop);
                }
            }
            Command::Close(configured) => drop(listening.remove(&configured)),
            Command::Drain(deadline) => {
                listening.clear();
                announce.send_replace(true);
                return finish(&worker, deadline).await;
            }
        }
    }
}

/// Wait until the last connection has let go of the worker, or until the deadline, and count what is cut then.
async fn finish(worker: &Arc<Worker>, deadline: Instant) {
    let open = || Arc::strong_count(worker) - 1;
    while open() > 0 && Instant::now() < deadline {
        tokio::time::sleep(DRAIN_POLL).await;
    }
    worker.shared.metrics.drain_cut.add(open() as u64);
}
