//! Read a `ClientHello` from the first bytes of a connection (RFC 8446 §4.1.2, §5.1), without touching a socket.
//!
//! Bytes in, at most one [`ClientHello`] out; memory is bounded whatever arrives.

/// Longest `ClientHello` that is read; browsers send at most about 2 kB.
pub const MAX_HELLO: usize = 16 * 1024;
/// Longest run of bytes that may carry it: many short records cost a header each.
pub const MAX_WIRE: usize = 2 * MAX_HELLO;

const RECORD_HEADER: usize = 5;
const MAX_FRAGMENT: usize = 16 * 1024;
const CONTENT_HANDSHAKE: u8 = 22;
const HANDSHAKE_HEADER: usize = 4;
const CLIENT_HELLO: u8 = 1;
const EXTENSION_SERVER_NAME: u16 = 0;
const EXTENSION_ALPN: u16 = 16;
const HOST_NAME: u8 = 0;
const MAX_HOST_NAME: usize = 255;

/// What the edge wants to know from a `ClientHello`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientHello {
    /// The name asked for, in lower case and without a trailing dot.
    pub server_name: Option<String>,
    /// Application protocols, in the client's order.
    pub protocols: Vec<Vec<u8>>,
}

/// Why the first bytes are no acceptable `ClientHello`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HelloError {
    /// The bytes are not TLS at all.
    #[error("not_tls")]
    NotTls,
    /// The hello is longer than [`MAX_HELLO`].
    #[error("hello_too_long")]
    TooLong,
    /// Lengths or values inside the hello contradict each other.
    #[error("hello_malformed")]
    Malformed,
}

/// Collects the first bytes of a connection until they hold a whole `ClientHello`.
#[derive(Debug, Default)]
pub struct HelloReader {
    wire: Vec<u8>,
    parsed: usize,
    handshake: Vec<u8>,
}

impl HelloReader {
    /// Take more bytes; returns the hello once it is complete.
    ///
    /// ```
    /// use tallystick_edge::hello::{HelloError, HelloReader};
    /// assert_eq!(HelloReader::default().push(b"GET / HTTP/1.1\r\n"), Err(HelloError::NotTls));
    /// ```
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<ClientHello>, HelloError> {
        self.wire.extend_from_slice(bytes);
        while let Some(fragment) = self.next_fragment()? {
            self.handshake.extend_from_slice(&self.wire[fragment]);
            if let Some(body) = handshake_body(&self.handshake)? {
                return parse_hello(body).ok_or(HelloError::Malformed).map(Some);
            }
        }
        if self.wire.len() > MAX_WIRE {
            Err(HelloError::TooLong)
        } else {
            Ok(None)
        }
    }

    /// Every byte taken so far, to be replayed to the TLS engine.
    pub fn into_wire(self) -> Vec<u8> {
        self.wire
    }

    fn next_fragment(&mut self) -> Result<Option<std::ops::Range<usize>>, HelloError> {
        let rest = &self.wire[self.parsed..];
        if rest.first().is_some_and(|&kind| kind != CONTENT_HANDSHAKE)
            || rest.get(1).is_some_and(|&major| major != 3)
        {
            return Err(HelloError::NotTls);
        }
        let Some(header) = rest.get(..RECORD_HEADER) else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        if length == 0 || length > MAX_FRAGMENT {
            return Err(HelloError::Malformed);
        }
        if rest.len() < RECORD_HEADER + length {
            return Ok(None);
        }
        let start = self.parsed + RECORD_HEADER;
        self.parsed = start + length;
        Ok(Some(start..self.parsed))
    }
}

fn handshake_body(handshake: &[u8]) -> Result<Option<&[u8]>, HelloError> {
    if handshake.first().is_some_and(|&kind| kind != CLIENT_HELLO) {
        return Err(HelloError::NotTls);
    }
    let Some(header) = handshake.get(..HANDSHAKE_HEADER) else {
        return Ok(None);
    };
    let length = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
    if length > MAX_HELLO {
        return Err(HelloError::TooLong);
    }
    Ok(handshake.get(HANDSHAKE_HEADER..HANDSHAKE_HEADER + length))
}

fn parse_hello(body: &[u8]) -> Option<ClientHello> {
    let mut body = Cursor(body);
    body.take(2 + 32)?;
    body.vector8()?;
    body.vector16()?;
    body.vector8()?;
    let mut hello = ClientHello::default();
    if body.is_empty() {
        return Some(hello);
    }
    let mut extensions = body.vector16()?;
    while !extensions.is_empty() {
        let kind = extensions.u16()?;
        let content = extensions.vector16()?;
        match kind {
            EXTENSION_SERVER_NAME => parse_server_name(content, &mut hello.server_name)?,
            EXTENSION_ALPN => hello.protocols = parse_protocols(content)?,
            _ => {}
        }
    }
    body.is_empty().then_some(hello)
}

/// Keep the first host name of the list.
fn parse_server_name(mut content: Cursor<'_>, server_name: &mut Option<String>) -> Option<()> {
    let mut list = content.vector16()?;
    while !list.is_empty() {
        let kind = list.u8()?;
        let name = list.vector16()?.0;
        if kind == HOST_NAME && server_name.is_none() {
            *server_name = Some(host_name(name)?);
        }
    }
    Some(())
}

fn host_name(name: &[u8]) -> Option<String> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let graphic = name.iter().all(u8::is_ascii_graphic);
    (graphic && !name.is_empty() && name.len() <= MAX_HOST_NAME)
        .then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
}

fn parse_protocols(mut content: Cursor<'_>) -> Option<Vec<Vec<u8>>> {
    let mut list = content.vector16()?;
    let mut protocols = Vec::new();
    while !list.is_empty() {
        protocols.push(list.vector8()?.0.to_vec());
    }
    Some(protocols)
}

/// What is left of a byte string; every step past its end is `None`.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)
            .map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn vector8(&mut self) -> Option<Cursor<'a>> {
        let length = self.u8()?;
        self.take(usize::from(length)).map(Cursor)
    }

    fn vector16(&mut self) -> Option<Cursor<'a>> {
        let length = self.u16()?;
        self.take(usize::from(length)).map(Cursor)
    }
}
