//! From the startup message to `ReadyForQuery`: sans-IO, one server message in, at most one answer out.

use crate::error::{Error, Result};
use crate::postgres::options::Options;
use crate::postgres::reader::Reader;
use crate::postgres::scram::Scram;
use crate::postgres::{frame, frontend};
use md5::{Digest, Md5};
use std::fmt::Write;

/// What the connection is to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Read on.
    Wait,
    /// The server takes queries.
    Ready,
}

/// An authentication in progress.
pub struct Handshake<'a> {
    options: &'a Options,
    /// Set when TLS protects the connection; then a clear password may be sent.
    protected: bool,
    /// The hash of the server's certificate, where its signature allows channel binding.
    binding: Option<Vec<u8>>,
    scram: Option<Scram>,
}

impl<'a> Handshake<'a> {
    /// Begin, over a connection that is `protected` or not.
    pub fn new(options: &'a Options, protected: bool, binding: Option<Vec<u8>>) -> Self {
        Self {
            options,
            protected,
            binding,
            scram: None,
        }
    }

    /// The first message. The session's formats are fixed here, so that every value has one text form.
    pub fn startup(&self) -> Vec<u8> {
        let mut parameters = vec![
            ("user", self.options.user.as_str()),
            ("database", self.options.database.as_str()),
            ("application_name", "tallystick"),
            ("client_encoding", "UTF8"),
            ("DateStyle", "ISO, YMD"),
            ("IntervalStyle", "iso_8601"),
            ("TimeZone", "UTC"),
            ("bytea_output", "hex"),
            ("extra_float_digits", "3"),
            ("standard_conforming_strings", "on"),
        ];
        if self.options.replication {
            parameters.push(("replication", "database"));
        }
        frontend::startup(&parameters)
    }

    /// Take one message of the server.
    pub fn receive(&mut self, kind: u8, body: &[u8]) -> Result<Step> {
        match kind {
            b'R' => self.authenticate(body),
            b'Z' => Ok(Step::Ready),
            b'E' => Err(frame::server_error(body)),
            b'S' | b'K' | b'N' | b'v' => Ok(Step::Wait),
            _ => Err(Error::malformed(
                "handshake",
                format!("unexpected message {:?}", char::from(kind)),
            )),
        }
    }

    fn authenticate(&mut self, body: &[u8]) -> Result<Step> {
        let mut reader = Reader::new(body, "authentication request");
        match reader.u32()? {
            0 => Ok(Step::Wait),
            3 => self.clear_password(),
            5 => Ok(Step::Send(frontend::password(&md5_password(
                self.options,
                reader.take(4)?,
            )))),
            10 => self.begin_scram(reader),
            11 => {
                let proof = self.scram()?.proof(text(reader.remainder())?)?;
                Ok(Step::Send(frontend::sasl_response(&proof)))
            }
            12 => self
                .scram()?
                .verify(text(reader.remainder())?)
                .map(|()| Step::Wait),
            other => Err(Error::Distrusted(format!(
                "the server asks for authentication method {other}, which is not spoken here"
            ))),
        }
    }

    fn clear_password(&self) -> Result<Step> {
        if self.protected {
            return Ok(Step::Send(frontend::password(&self.options.password)));
        }
        Err(Error::Distrusted("the server asks for the password in clear over a connection without TLS; set database.sslmode=require".into()))
    }

    fn begin_scram(&mut self, mut reader: Reader<'_>) -> Result<Step> {
        let mut offered = Vec::new();
        while let Ok(name) = reader.text() {
            offered.push(name);
        }
        let binding = self
            .binding
            .as_deref()
            .filter(|_| offered.contains(&"SCRAM-SHA-256-PLUS"));
        let scram = Scram::new(&self.options.password, binding)?;
        if !offered.contains(&scram.mechanism()) {
            return Err(Error::Distrusted(format!(
                "the server offers only {}",
                offered.join(", ")
            )));
        }
        let first = frontend::sasl_initial(scram.mechanism(), &scram.first());
        self.scram = Some(scram);
        Ok(Step::Send(first))
    }

    fn scram(&mut self) -> Result<&mut Scram> {
        self.scram
            .as_mut()
            .ok_or_else(|| Error::malformed("authentication request", "SCRAM was never begun"))
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| Error::malformed("SCRAM message", "not UTF-8"))
}

fn md5_password(options: &Options, salt: &[u8]) -> String {
    let inner = hexadecimal(
        &Md5::new()
            .chain_update(&options.password)
            .chain_update(&options.user)
            .finalize(),
    );
    format!(
        "md5{}",
        hexadecimal(&Md5::new().chain_update(inner).chain_update(salt).finalize())
    )
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::postgres::options::TlsMode;
    use proptest::prelude::*;
    use std::time::Duration;

    fn options() -> Options {
        Options {
            host: "h".into(),
            port: 1,
            user: "user".into(),
            password: "secret".into(),
            database: "d".into(),
            tls: TlsMode::Disable,
            root_certificate: None,
            replication: true,
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_clear_password_needs_tls() {
        let options = options();
        assert!(
            Handshake::new(&options, false, None)
                .receive(b'R', &[0, 0, 0, 3])
                .is_err()
        );
        let step = Handshake::new(&options, true, None)
            .receive(b'R', &[0, 0, 0, 3])
            .unwrap();
        assert_eq!(step, Step::Send(frontend::password("secret")));
    }

    #[test]
    fn md5_hashes_twice() {
        assert_eq!(
            md5_password(&options(), &[1, 2, 3, 4]),
            "md5fccef98e4f1cf6cbe96b743fad4e8bd0"
        );
    }

    #[test]
    fn options_never_print_the_password() {
        assert_eq!(format!("{:?}", options()), "user@h:1/d");
    }

    proptest! {
        #[test]
        fn any_server_never_panics_us(messages in proptest::collection::vec((any::<u8>(), proptest::collection::vec(any::<u8>(), 0..60)), 0..8)) {
            let options = options();
            let mut handshake = Handshake::new(&options, false, None);
            for (kind, body) in messages {
                let _ = handshake.receive(kind, &body);
            }
        }
    }
}
