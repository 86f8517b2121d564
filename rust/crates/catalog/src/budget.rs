//! How much an archive may ask for.

use std::cell::{Cell, RefCell};
use std::io;

use crate::error::Error;

/// Output below this is not held against the ratio: small files of one repeated byte are honest.
const RATIO_FROM: u64 = 64 << 20;

/// Bounds on one scan, nested containers included.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How deep nested containers are opened.
    pub depth: u32,
    /// Bytes one entry may have.
    pub largest_entry: u64,
    /// Bytes that may come out of decoders.
    pub largest_total: u64,
    /// How many times the outermost file's size that may be.
    pub largest_ratio: u64,
    /// Entries.
    pub most_entries: u64,
    /// Bytes a nested zip may have, which is held in memory, and a directory of a zip.
    pub spool: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 3,
            largest_entry: 16 << 30,
            largest_total: 64 << 30,
            largest_ratio: 250,
            most_entries: 2_000_000,
            spool: 128 << 20,
        }
    }
}

/// What is left of the limits; the first one exceeded stops the whole scan.
pub(crate) struct Budget {
    pub(crate) limits: Limits,
    allowed: u64,
    bytes: Cell<u64>,
    entries: Cell<u64>,
    exceeded: RefCell<Option<String>>,
}

impl Budget {
    pub(crate) fn new(limits: &Limits, size: u64) -> Self {
        let by_ratio = size.saturating_mul(limits.largest_ratio).max(RATIO_FROM);
        Self {
            limits: limits.clone(),
            allowed: by_ratio.min(limits.largest_total),
            bytes: Cell::new(0),
            entries: Cell::new(0),
            exceeded: RefCell::new(None),
        }
    }

    /// Count bytes that came out of a decoder.
    pub(crate) fn spend(&self, bytes: u64) -> io::Result<()> {
        self.bytes.set(self.bytes.get().saturating_add(bytes));
        if self.bytes.get() > self.allowed {
            return Err(self.exceed(format!("it expands to more than {} bytes", self.allowed)));
        }
        Ok(())
    }

    pub(crate) fn count_entry(&self) -> io::Result<()> {
        self.entries.set(self.entries.get() + 1);
        if self.entries.get() > self.limits.most_entries {
            return Err(self.exceed(format!(
                "it has more than {} entries",
                self.limits.most_entries
            )));
        }
        Ok(())
    }

    pub(crate) fn allow_entry(&self, size: u64) -> io::Result<()> {
        if size > self.limits.largest_entry {
            let text = format!("an entry has more than {} bytes", self.limits.largest_entry);
            return Err(self.exceed(text));
        }
        Ok(())
    }

    fn exceed(&self, text: String) -> io::Error {
        self.exceeded.replace(Some(text.clone()));
        io::Error::other(text)
    }

    /// Tell whether the scan must stop, whatever a decoder made of the failure on its way.
    pub(crate) fn exceeded(&self) -> Option<Error> {
        self.exceeded.borrow().clone().map(Error::Limit)
    }
}
