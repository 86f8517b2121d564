//! A socket to a database: TCP or unix, with TLS or without, reads with a deadline.

use crate::error::{Error, Result};
use crate::postgres::frontend;
use crate::postgres::options::{Options, TlsMode};
use crate::postgres::tls;
use rustls::ClientConnection;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::Duration;

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A connected socket.
pub struct Transport {
    socket: Socket,
    tls: Option<Box<ClientConnection>>,
    /// Kept to spare two system calls a read.
    timeout: Option<Duration>,
}

/// How a read ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// So many bytes came.
    Bytes(usize),
    /// None came in time.
    Nothing,
}

impl Transport {
    /// Connect, and protect the connection as the options say.
    pub fn connect(options: &Options) -> Result<Self> {
        let socket = dial(options)?;
        let mut transport = Self {
            socket,
            tls: None,
            timeout: None,
        };
        transport.socket.patience(options.timeout)?;
        if matches!(transport.socket, Socket::Tcp(_)) && options.tls != TlsMode::Disable {
            transport.negotiate(options)?;
        }
        Ok(transport)
    }

    /// Tell whether TLS protects the bytes.
    pub fn protected(&self) -> bool {
        self.tls.is_some()
    }

    /// The server certificate's channel binding, where there is one.
    pub fn binding(&self) -> Option<Vec<u8>> {
        tls::end_point_binding(self.tls.as_ref()?.peer_certificates()?.first()?)
    }

    /// Send all of `bytes`.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.socket.set_nonblocking(false)?;
        self.timeout = None;
        match &mut self.tls {
            None => self.socket.write_all(bytes)?,
            Some(tls) => {
                tls.writer().write_all(bytes)?;
                while tls.wants_write() {
                    tls.write_tls(&mut self.socket)?;
                }
            }
        }
        Ok(())
    }

    /// Read what is there, waiting at most `timeout`; zero takes only what has already come.
    pub fn receive(&mut self, room: &mut [u8], timeout: Duration) -> Result<Received> {
        if self.timeout != Some(timeout) {
            self.socket.patience(timeout)?;
            self.timeout = Some(timeout);
        }
        let outcome = match &mut self.tls {
            None => self.socket.read(room),
            Some(tls) => read_tls(tls, &mut self.socket, room),
        };
        match outcome {
            Ok(0) => Err(Error::Unreachable(
                "the database closed the connection".into(),
            )),
            Ok(count) => Ok(Received::Bytes(count)),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                ) =>
            {
                Ok(Received::Nothing)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn negotiate(&mut self, options: &Options) -> Result<()> {
        self.socket.write_all(&frontend::tls_request())?;
        let mut answer = [0];
        self.socket.read_exact(&mut answer)?;
        match (answer[0], options.tls) {
            (b'S', _) => {}
            (b'N', TlsMode::Prefer) => return Ok(()),
            _ => {
                return Err(Error::Distrusted(
                    "the server does not speak TLS; set ssl=on there, or database.sslmode=disable here".into(),
                ));
            }
        }
        let mut connection = tls::client(options)?;
        while connection.is_handshaking() {
            connection
                .complete_io(&mut self.socket)
                .map_err(|error| Error::Distrusted(format!("TLS handshake: {error}")))?;
        }
        self.tls = Some(Box::new(connection));
        Ok(())
    }
}

fn dial(options: &Options) -> Result<Socket> {
    if options.host.starts_with('/') {
        let path = format!(
            "{}/.s.PGSQL.{}",
            options.host.trim_end_matches('/'),
            options.port
        );
        return UnixStream::connect(&path)
            .map(Socket::Unix)
            .map_err(|error| unreachable(&path, &error));
    }
    let place = format!("{}:{}", options.host, options.port);
    let addresses = (options.host.as_str(), options.port)
        .to_socket_addrs()
        .map_err(|error| unreachable(&place, &error))?;
    let mut last = std::io::Error::from(ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect_timeout(&address, options.timeout) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(Socket::Tcp(stream));
            }
            Err(error) => last = error,
        }
    }
    Err(unreachable(&place, &last))
}

fn unreachable(place: &str, error: &std::io::Error) -> Error {
    Error::Unreachable(format!("no database answers at {place}: {error}"))
}

fn read_tls(
    tls: &mut ClientConnection,
    socket: &mut Socket,
    room: &mut [u8],
) -> std::io::Result<usize> {
    loop {
        match tls.reader().read(room) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            outcome => return outcome,
        }
        if tls.read_tls(socket)? == 0 {
            return Ok(0);
        }
        tls.process_new_packets().map_err(std::io::Error::other)?;
    }
}

impl Socket {
    fn patience(&self, timeout: Duration) -> std::io::Result<()> {
        self.set_nonblocking(timeout.is_zero())?;
        match self {
            _ if timeout.is_zero() => Ok(()),
            Self::Tcp(stream) => stream.set_read_timeout(Some(timeout)),
            Self::Unix(stream) => stream.set_read_timeout(Some(timeout)),
        }
    }

    fn set_nonblocking(&self, nonblocking: bool) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(nonblocking),
            Self::Unix(stream) => stream.set_nonblocking(nonblocking),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(room),
            Self::Unix(stream) => stream.read(room),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Unix(stream) => stream.flush(),
        }
    }
}
