//! What a reader of one format needs: somebody who takes the members, one by one, as they are read.

use std::io::Read;
use std::rc::Rc;

use crate::budget::Budget;
use crate::entry::{Entry, Kind};
use crate::error::Error;

/// What a file inside a container is itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nested {
    /// No container.
    Plain,
    /// A container that was opened.
    Opened,
    /// A container deeper than the limits allow to open.
    TooDeep,
}

impl Nested {
    /// Refuse to call a container whole that holds a container of this name that was not opened.
    pub(crate) fn opened(self, name: &[u8]) -> Result<(), Error> {
        match self {
            Self::Plain | Self::Opened => Ok(()),
            Self::TooDeep => {
                let name = String::from_utf8_lossy(name);
                Err(Error::Limit(format!(
                    "{name}: it is nested deeper than is opened"
                )))
            }
        }
    }
}

/// The members of one container that is being read.
pub(crate) trait Members {
    /// What may still be read.
    fn budget(&self) -> &Rc<Budget>;

    /// Begin a member of a name as it stands in the container; the budget counts it.
    fn begin(&mut self, path: Vec<u8>, kind: Kind) -> Result<Entry, Error>;

    /// Take a member that is named without a content.
    fn named(&mut self, entry: Entry) -> Result<(), Error>;

    /// Take a file, and what is nested in it; `size` and `crc32` are what the container says of it.
    fn file(
        &mut self,
        entry: Entry,
        size: Option<u64>,
        crc32: Option<u32>,
        reader: &mut dyn Read,
    ) -> Result<Nested, Error>;
}
