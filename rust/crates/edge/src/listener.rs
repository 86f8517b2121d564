//! Bind one address once a worker, so that the kernel spreads connections (`SO_REUSEPORT`).

use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use crate::error::EdgeError;

const BACKLOG: i32 = 1024;

/// Bind `count` sockets to `address`; port 0 becomes one port for all.
///
/// An address that anybody listens on already, even with `SO_REUSEPORT`, is an error: two edges would silently share it.
pub(crate) fn bind(
    address: SocketAddr,
    count: usize,
) -> Result<(SocketAddr, Vec<TcpListener>), EdgeError> {
    let failed = |source| EdgeError::Bind { address, source };
    drop(listen(address, false).map_err(failed)?);
    let first = listen(address, true).map_err(failed)?;
    let bound = first.local_addr().map_err(failed)?;
    let mut listeners = vec![first];
    for _ in 1..count {
        listeners.push(listen(bound, true).map_err(failed)?);
    }
    Ok((bound, listeners))
}

fn listen(address: SocketAddr, shared: bool) -> std::io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::bind;
    use crate::error::EdgeError;

    #[test]
    fn every_worker_gets_a_socket_of_the_same_port() {
        let (address, listeners) = bind("127.0.0.1:0".parse().unwrap(), 3).unwrap();
        assert!(
            listeners
                .iter()
                .all(|listener| listener.local_addr().unwrap() == address)
        );
    }

    #[test]
    fn a_taken_address_is_named() {
        let (address, _held) = bind("127.0.0.1:0".parse().unwrap(), 1).unwrap();
        let error = bind(address, 1).unwrap_err();
        assert!(matches!(error, EdgeError::Bind { address: named, .. } if named == address));
    }
}
