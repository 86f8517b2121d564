//! What can be wrong with a tensor that somebody sent.
//!
//! ```text
//! Error
//! ├── UnknownDatatype   a name outside the V2 table, or one that JSON cannot carry
//! ├── Unexpected        another kind of value than the datatype takes
//! ├── OutOfRange        a number that the datatype cannot hold
//! ├── Ragged            rows of different lengths or depths
//! ├── TooDeep           more dimensions than `MAXIMUM_RANK`
//! ├── NotJson           the text is no JSON array
//! ├── WrongSize         a buffer that does not hold what its shape says
//! └── Elements          a BYTES tensor whose length prefixes do not fit
//! ```

use std::fmt;

/// A position inside nested arrays, printed as `[3][1]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place(pub Vec<usize>);

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|index| write!(formatter, "[{index}]"))
    }
}

/// The caller's mistake; the text starts with the place, so that a field's name can stand before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No such datatype, or none that JSON numbers can carry.
    #[error(": datatype {0:?} cannot be written as JSON numbers")]
    UnknownDatatype(String),
    /// A value of another kind.
    #[error("{place}: expected {expected}, found {found}")]
    Unexpected {
        /// Where.
        place: Place,
        /// What the datatype takes.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A number beyond the datatype.
    #[error("{place}: {text} is outside the range of {datatype}")]
    OutOfRange {
        /// Where.
        place: Place,
        /// The number as it was written.
        text: String,
        /// The V2 name of the datatype.
        datatype: &'static str,
    },
    /// Rows that do not form a rectangle.
    #[error("{place}: the array is ragged: {found} where {expected} came before")]
    Ragged {
        /// Where.
        place: Place,
        /// Length or depth of the earlier rows.
        expected: String,
        /// Length or depth of this one.
        found: String,
    },
    /// Too many dimensions.
    #[error("{place}: more than {maximum} dimensions")]
    TooDeep {
        /// Where.
        place: Place,
        /// The bound.
        maximum: usize,
    },
    /// Not JSON at all.
    #[error(": not a JSON array: {reason} at byte {offset}")]
    NotJson {
        /// Offset in the text.
        offset: usize,
        /// What is missing.
        reason: &'static str,
    },
    /// A buffer that disagrees with its shape.
    #[error(": the shape needs {expected} bytes, the buffer has {found}")]
    WrongSize {
        /// Product of shape and item size.
        expected: usize,
        /// Length of the buffer.
        found: usize,
    },
    /// A BYTES tensor whose prefixes do not fit its length.
    #[error("[{index}]: the element ends {missing} bytes beyond the tensor")]
    Elements {
        /// The element.
        index: usize,
        /// How many bytes lack.
        missing: usize,
    },
}
