//! One authenticated connection: queries, copies out, and the step into streaming.

use crate::error::{Error, Result};
use crate::postgres::frame::{self, Framer};
use crate::postgres::frontend;
use crate::postgres::handshake::{Handshake, Step};
use crate::postgres::options::Options;
use crate::postgres::transport::{Received, Transport};
use std::time::{Duration, Instant};

/// One row of a query's answer, as text.
pub type Row = Vec<Option<String>>;

/// What one step of reading brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// A whole message: its kind and its body.
    Message(u8, &'a [u8]),
    /// Bytes, but no whole message yet: the server lives, and a long message is on its way.
    Part,
    /// Not one byte in time.
    Nothing,
}

/// A connection that has passed authentication. Blocking; each answer must come within the options' timeout.
pub struct Session {
    transport: Transport,
    framer: Framer,
    timeout: Duration,
}

impl Session {
    /// Connect and log in.
    pub fn connect(options: &Options) -> Result<Self> {
        let transport = Transport::connect(options)?;
        let mut handshake = Handshake::new(options, transport.protected(), transport.binding());
        let mut session = Self {
            transport,
            framer: Framer::default(),
            timeout: options.timeout,
        };
        session.transport.send(&handshake.startup())?;
        loop {
            let step = session.answer(|kind, body| handshake.receive(kind, body))?;
            match step {
                Step::Send(bytes) => session.transport.send(&bytes)?,
                Step::Wait => {}
                Step::Ready => return Ok(session),
            }
        }
    }

    /// Run one or more statements and collect the rows of all of them.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Row>> {
        self.transport.send(&frontend::query(sql))?;
        let (mut rows, mut failure) = (Vec::new(), None);
        loop {
            let done = self.answer(|kind, body| {
                match kind {
                    b'D' => rows.push(data_row(body)?),
                    b'E' => failure = Some(frame::server_error(body)),
                    _ => {}
                }
                Ok(kind == b'Z')
            })?;
            if done {
                return failure.map_or(Ok(rows), Err);
            }
        }
    }

    /// Run statements whose answer may take longer than the options' timeout.
    pub fn query_within(&mut self, sql: &str, timeout: Duration) -> Result<Vec<Row>> {
        let usual = std::mem::replace(&mut self.timeout, timeout);
        let answer = self.query(sql);
        self.timeout = usual;
        answer
    }

    /// Send a statement whose answer is a copy; return once the copy has begun.
    pub fn begin_copy(&mut self, sql: &str) -> Result<()> {
        self.transport.send(&frontend::query(sql))?;
        while !self.answer(|kind, body| match kind {
            b'W' | b'H' => Ok(true),
            b'E' => Err(frame::server_error(body)),
            b'C' | b'Z' => Err(Error::malformed("copy", "the server did not begin one")),
            _ => Ok(false),
        })? {}
        Ok(())
    }

    /// Take the next message that has already come, or read once, for at most `wait`.
    pub fn next(&mut self, wait: Duration) -> Result<Next<'_>> {
        // Two calls of the framer, because a conditional return of its borrow is beyond the borrow checker.
        if !self.framer.ready()? {
            match self.transport.receive(self.framer.room(), wait)? {
                Received::Nothing => return Ok(Next::Nothing),
                Received::Bytes(count) => self.framer.filled(count),
            }
        }
        Ok(self
            .framer
            .next_message()?
            .map_or(Next::Part, |(kind, body)| Next::Message(kind, body)))
    }

    /// Send a message of the copy protocol.
    pub fn send_copy(&mut self, body: &[u8]) -> Result<()> {
        self.transport.send(&frontend::copy_data(body))
    }

    /// How long an answer may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    fn answer<T>(&mut self, mut take: impl FnMut(u8, &[u8]) -> Result<T>) -> Result<T> {
        let deadline = Instant::now() + self.timeout;
        loop {
            if let Some((kind, body)) = self.framer.next_message()? {
                return take(kind, body);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Unreachable(format!(
                    "the database gave no answer within {} s",
                    self.timeout.as_secs()
                )));
            }
            if let Received::Bytes(count) = self.transport.receive(self.framer.room(), left)? {
                self.framer.filled(count);
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.transport.send(&frontend::terminate());
    }
}

fn data_row(body: &[u8]) -> Result<Row> {
    let mut reader = crate::postgres::reader::Reader::new(body, "data row");
    let count = reader.u16()?;
    (0..count)
        .map(|_| match reader.i32()? {
            -1 => Ok(None),
            length => {
                let bytes = reader.take(usize::try_from(length).unwrap_or(usize::MAX))?;
                Ok(Some(String::from_utf8_lossy(bytes).into_owned()))
            }
        })
        .collect()
}
