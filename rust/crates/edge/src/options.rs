//! Options of TCP sockets, of clients and backends alike.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// Send small writes at once, and probe a silent peer after `keepalive` unless it is zero.
///
/// What the system refuses is left as it is: the connection serves without it.
pub(crate) fn set(stream: &TcpStream, keepalive: Duration) {
    let _ = stream.set_nodelay(true);
    if !keepalive.is_zero() {
        let _ = SockRef::from(stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(keepalive));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use tokio::net::{TcpListener, TcpStream};

    use super::set;

    #[tokio::test]
    async fn what_the_system_refuses_harms_nobody() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        set(&stream, Duration::from_secs(u64::MAX));
        assert!(stream.nodelay().unwrap());
    }
}
