//! `ClientHello`s that a real client sends, cut and bent in every way.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use proptest::prelude::*;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tallystick_edge::hello::{ClientHello, HelloError, HelloReader, MAX_HELLO, MAX_WIRE};

fn wire(server_name: &str, protocols: &[&str]) -> Vec<u8> {
    let mut config = ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    let name = server_name.to_owned().try_into().unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut wire = Vec::new();
    client.write_tls(&mut wire).unwrap();
    wire
}

fn read(bytes: &[u8]) -> Result<Option<ClientHello>, HelloError> {
    HelloReader::default().push(bytes)
}

/// The same hello in records of at most `size` bytes.
fn in_records(wire: &[u8], size: usize) -> Vec<u8> {
    let record = |fragment: &[u8]| {
        let mut record = vec![22, 3, 1];
        record.extend_from_slice(&(fragment.len() as u16).to_be_bytes());
        record.extend_from_slice(fragment);
        record
    };
    wire[5..].chunks(size).flat_map(record).collect()
}

fn hello_of_length(length: usize) -> Vec<u8> {
    let header = [1, (length >> 16) as u8, (length >> 8) as u8, length as u8];
    let mut handshake = header.to_vec();
    handshake.resize(4 + length, 0);
    let mut wire = vec![22, 3, 1, 0, 0];
    wire.extend_from_slice(&handshake);
    in_records(&wire, 16_000)
}

#[test]
fn name_and_protocols_are_read() {
    let hello = read(&wire("North.Localhost", &["h2", "http/1.1"]))
        .unwrap()
        .unwrap();
    assert_eq!(hello.server_name.as_deref(), Some("north.localhost"));
    assert_eq!(hello.protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
}

#[test]
fn an_address_is_no_server_name() {
    assert_eq!(
        read(&wire("127.0.0.1", &[])).unwrap().unwrap().server_name,
        None
    );
}

#[test]
fn a_hello_of_20_kilobytes_is_too_long() {
    assert_eq!(read(&hello_of_length(20_000)), Err(HelloError::TooLong));
}

#[test]
fn a_hello_of_the_greatest_length_is_parsed() {
    assert_eq!(
        read(&hello_of_length(MAX_HELLO)),
        Err(HelloError::Malformed)
    );
}

#[test]
fn endless_tiny_records_are_cut_off() {
    let tiny = [22, 3, 1, 0, 1, 1].repeat(MAX_WIRE);
    assert!(read(&tiny).is_err());
}

#[test]
fn other_protocols_are_told_apart_at_once() {
    for bytes in [
        &b"GET / HTTP/1.1\r\n"[..],
        b"SSH-2.0-x\r\n",
        b"PROXY TCP4 ",
        &[22, 9],
        &[0],
    ] {
        assert_eq!(read(bytes), Err(HelloError::NotTls));
    }
}

#[test]
fn an_empty_record_is_malformed() {
    assert_eq!(read(&[22, 3, 1, 0, 0]), Err(HelloError::Malformed));
}

proptest! {
    #[test]
    fn the_cuts_between_reads_do_not_matter(cuts in prop::collection::vec(1_usize..600, 1..40)) {
        let bytes = wire("unit.localhost", &["h2"]);
        let mut reader = HelloReader::default();
        let (mut at, mut found) = (0_usize, None);
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let end = at.saturating_add(cut).min(bytes.len());
            if found.is_none() && at < end {
                found = reader.push(&bytes[at..end]).unwrap();
                at = end;
            }
        }
        prop_assert_eq!(found, read(&bytes).unwrap());
        prop_assert_eq!(reader.into_wire(), bytes);
    }

    #[test]
    fn the_cuts_between_records_do_not_matter(size in 1_usize..2000) {
        let bytes = wire("unit.localhost", &["h2"]);
        let cut = in_records(&bytes, size);
        prop_assume!(cut.len() <= MAX_WIRE);
        prop_assert_eq!(read(&cut), read(&bytes));
    }

    #[test]
    fn a_bent_hello_never_panics(at in 0_usize..400, byte: u8) {
        let mut bytes = wire("unit.localhost", &["h2"]);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = read(&bytes);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read(&bytes);
        let mut framed = vec![22, 3, 1, 7, 0xd0, 1, 0, 7, 0xcc];
        framed.extend_from_slice(&bytes);
        let _ = read(&framed);
    }
}
