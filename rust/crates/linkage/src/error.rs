//! What can go wrong, and whose fault it is.

/// Every failure of this crate. All but `TooManyCandidates` and `Stopped` are the caller's input.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The threshold cannot be met by a score, or would be met by every pair.
    #[error("threshold {0} is not above 0 and at most 1")]
    Threshold(f64),
    /// A column's length is no multiple of its row's.
    #[error("{bytes} bytes are not a whole number of filters of {row} bytes")]
    Length {
        /// Bytes given.
        bytes: usize,
        /// Bytes of one filter.
        row: usize,
    },
    /// A filter has no word, or more words than counts are kept for.
    #[error("a filter of {0} words is not between 1 and 1024 words")]
    Width(usize),
    /// A side has more rows than an index holds.
    #[error("{0} filters on one side are more than 4294967295")]
    Rows(usize),
    /// The processor lacks a kernel, or its name is unknown.
    #[error("kernel {0:?} is unknown or not supported by this processor")]
    Kernel(String),
    /// More pairs reach the threshold than the caller allows.
    #[error("more than {0} candidate pairs reach the threshold")]
    TooManyCandidates(usize),
    /// The caller's watch asked for an end.
    #[error("the comparison was stopped")]
    Stopped,
    /// A pair names a record that does not exist.
    #[error("record {index} is not below {records}")]
    Record {
        /// The number given.
        index: u32,
        /// How many records there are.
        records: u32,
    },
    /// A linkage schema cannot be used.
    #[error("schema: {place}: {problem}")]
    Schema {
        /// Where in the document.
        place: String,
        /// What to change.
        problem: String,
    },
    /// A row has another number of values than the schema has features.
    #[error("row {row} has {values} values, the schema has {features} features")]
    RowLength {
        /// Index in the batch.
        row: usize,
        /// Values found.
        values: usize,
        /// Values expected.
        features: usize,
    },
    /// A value breaks its feature's format. The value itself is not told.
    #[error("row {row}, feature {feature:?}: the value {problem}")]
    Value {
        /// Index in the batch.
        row: usize,
        /// The feature's identifier.
        feature: String,
        /// The rule that was broken.
        problem: String,
    },
}

impl Error {
    pub(crate) fn schema(place: String, problem: String) -> Self {
        Self::Schema { place, problem }
    }
}
