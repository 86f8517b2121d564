//! Rows as Debezium 3.6 events: the JSON that Kafka Connect's converter makes of them.

mod defaults;
pub mod envelope;
pub mod field;
mod json;
mod number;
mod schema;
pub mod table;
mod temporal;

pub use envelope::{Operation, Origin, Snapshot};
pub use table::{ColumnDescription, Rendering, Table, TableDescription};
