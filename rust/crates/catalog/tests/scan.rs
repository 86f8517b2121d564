//! Whatever the bytes are, a scan ends with the file's own container, and digests are right.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use proptest::prelude::*;
use tallystick_catalog::{Container, Digests, Entry, Error, Integrity, Limits, Sink, scan};

#[derive(Default)]
struct Found {
    identified: Option<Digests>,
    entries: Vec<Entry>,
    containers: Vec<Container>,
}

impl Sink for Found {
    fn identified(&mut self, content: &Digests) -> Result<(), Error> {
        self.identified = Some(content.clone());
        Ok(())
    }

    fn entry(&mut self, entry: Entry) -> Result<(), Error> {
        self.entries.push(entry);
        Ok(())
    }

    fn container(&mut self, container: Container) -> Result<(), Error> {
        self.containers.push(container);
        Ok(())
    }
}

fn scanned(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    scan(&mut Cursor::new(bytes), &Limits::default(), &mut found).unwrap();
    found
}

fn tar_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, body) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(body.len() as u64);
        archive
            .append_data(&mut header, name, body.as_slice())
            .unwrap();
    }
    archive.into_inner().unwrap()
}

fn files() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let file = ("[a-z]{1,120}", prop::collection::vec(any::<u8>(), 0..3000));
    prop::collection::vec(file, 1..6)
}

#[test]
fn the_empty_file_has_the_known_digests() {
    let content = scanned(b"").identified.unwrap();
    assert_eq!(content.size, 0);
    assert_eq!(content.md5[..4], [0xd4, 0x1d, 0x8c, 0xd9]);
    assert_eq!(content.sha1[..4], [0xda, 0x39, 0xa3, 0xee]);
    assert_eq!(content.sha256[..4], [0xe3, 0xb0, 0xc4, 0x42]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tar_gives_its_files_in_order(files in files()) {
        let found = scanned(&tar_of(&files));
        let names: Vec<_> = found.entries.iter().map(|entry| entry.path.clone()).collect();
        let expected: Vec<_> = files.iter().map(|(name, _)| name.clone().into_bytes()).collect();
        prop_assert_eq!(names, expected);
        prop_assert_eq!(found.containers.last().unwrap().integrity, Integrity::Complete);
        for ((_, body), entry) in files.iter().zip(&found.entries) {
            prop_assert_eq!(&entry.content, &scanned(body).identified);
        }
    }

    #[test]
    fn a_nested_tar_is_one_container_more(files in files()) {
        let inner = tar_of(&files);
        let found = scanned(&tar_of(&[("inner".into(), inner.clone())]));
        prop_assert_eq!(found.containers.len(), 2);
        prop_assert_eq!(&found.containers[0].content, &scanned(&inner).identified);
    }

    #[test]
    fn any_bytes_end_with_the_files_own_container(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let found = scanned(&bytes);
        prop_assert_eq!(found.containers.last().unwrap().number, 0);
    }
}
