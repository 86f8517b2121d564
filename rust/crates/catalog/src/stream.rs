//! Readers that watch what passes through them.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::budget::Budget;
use crate::content::{Digester, Digests};

pub(crate) const BLOCK: usize = 64 * 1024;

/// Counts the bytes that pass.
pub(crate) struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    pub(crate) fn new(inner: R) -> (Self, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (
            Self {
                inner,
                count: Rc::clone(&count),
            },
            count,
        )
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Takes the digests of the bytes that pass.
pub(crate) struct Digesting<R> {
    inner: R,
    digester: Digester,
    budget: Rc<Budget>,
}

impl<R: Read> Digesting<R> {
    pub(crate) fn new(inner: R, budget: &Rc<Budget>) -> Self {
        Self {
            inner,
            digester: Digester::default(),
            budget: Rc::clone(budget),
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.digester.size()
    }

    pub(crate) fn finish(self) -> Digests {
        self.digester.finish()
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.digester.update(&buffer[..read]);
        self.budget.allow_entry(self.digester.size())?;
        Ok(read)
    }
}

/// Charges the bytes that come out of a decoder.
pub(crate) struct Metered<R> {
    inner: R,
    budget: Rc<Budget>,
}

impl<R> Metered<R> {
    pub(crate) fn new(inner: R, budget: &Rc<Budget>) -> Self {
        Self {
            inner,
            budget: Rc::clone(budget),
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.budget.spend(read as u64)?;
        Ok(read)
    }
}

/// Read to the end, keeping nothing.
pub(crate) fn drain(reader: &mut dyn Read) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Read up to `length` bytes; fewer only at the end.
pub(crate) fn prefix(reader: &mut dyn Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(BLOCK));
    reader.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
