//! Rows as Debezium 3.6 events: the JSON that Kafka Connect's converter makes of them.

mod defaults;
pub mod description;
pub mod envelope;
pub mod field;
mod json;
pub mod key;
mod number;
mod schema;
pub mod table;
mod temporal;

pub use description::{ColumnDescription, TableDescription, TypeDescription};
pub use envelope::{Operation, Origin, Snapshot};
pub use table::{Rendering, Table};
