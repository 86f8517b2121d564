//! What the catalogue says of a table. It speaks of today, while the log may still tell of yesterday.

use crate::debezium::field::{FieldType, built_in};
use crate::pgoutput::Column;
use std::collections::HashMap;

/// A type that is not built in, or a domain, down to its base type.
#[derive(Debug, Clone)]
pub struct TypeDescription {
    /// The base type's name, empty for a type that is not rendered.
    pub name: String,
    /// The modifier that the domains bring, -1 for none.
    pub modifier: i32,
    /// An enumeration's labels in sort order, else empty.
    pub labels: Vec<String>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct ColumnDescription {
    /// Its name.
    pub name: String,
    /// Its type's object id.
    pub type_id: u32,
    /// Its type's modifier, -1 for none.
    pub modifier: i32,
    /// Whether it may be null.
    pub optional: bool,
    /// Its default expression.
    pub default: Option<String>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct TableDescription {
    /// Where its events go.
    pub topic: String,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its columns; none for a table that is no more.
    pub columns: Vec<ColumnDescription>,
    /// The types of the columns that the log or the catalogue gives it, by object id; built-in ones may be left out.
    pub types: HashMap<u32, TypeDescription>,
    /// The names of the key's columns, in index order.
    pub key: Vec<String>,
}

impl TableDescription {
    /// The columns as the catalogue has them, the key marked.
    pub fn order(&self) -> Vec<Column<'_>> {
        self.columns
            .iter()
            .map(|column| Column {
                name: &column.name,
                type_id: column.type_id,
                modifier: column.modifier,
                identifying: self.key.contains(&column.name),
            })
            .collect()
    }

    /// The semantic type of a cell, None for one that is not rendered. Names are no guide: others may share them.
    pub fn field(&self, cell: &Column<'_>) -> Option<FieldType> {
        if let Some(name) = built_in(cell.type_id) {
            return FieldType::of(name, cell.modifier, &[]);
        }
        let described = self.types.get(&cell.type_id)?;
        let modifier = if cell.modifier == -1 {
            described.modifier
        } else {
            cell.modifier
        };
        FieldType::of(&described.name, modifier, &described.labels)
    }
}
