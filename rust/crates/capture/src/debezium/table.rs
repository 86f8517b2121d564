//! A table as its events see it: which columns are rendered, how, and which of them are the key.

use crate::debezium::defaults::default_value;
use crate::debezium::description::{ColumnDescription, TableDescription};
use crate::debezium::field::FieldType;
use crate::debezium::json::{push_string, string};
use crate::debezium::key::key;
use crate::debezium::schema::{self, Member};
use crate::error::{Error, Result};
use crate::pgoutput::{Cell, Column, Identity};

/// How a connector's events are written.
#[derive(Debug, Clone)]
pub struct Rendering {
    /// The prefix of every topic, `source.name`.
    pub prefix: String,
    /// The database's name, `source.db`.
    pub database: String,
    /// `source.version`.
    pub version: String,
    /// Whether keys carry their schema.
    pub key_schemas: bool,
    /// Whether values carry their schema.
    pub value_schemas: bool,
    /// Whether a delete is followed by a null value.
    pub tombstones: bool,
    /// Operations that are left out, as their letters.
    pub skipped: String,
    /// What stands for a value that the log does not repeat.
    pub unavailable: String,
}

/// A table, ready to render rows whose cells come in a fixed order.
#[derive(Debug)]
pub struct Table {
    /// Where its events go.
    pub topic: String,
    /// The part of `source` that names it, with its comma: `,"schema":"s","table":"t"`.
    pub(crate) place: String,
    columns: Vec<Option<Rendered>>,
    key: Vec<usize>,
    key_schema: Option<String>,
    pub(crate) value_schema: Option<String>,
}

#[derive(Debug)]
struct Rendered {
    name: String,
    /// `"name":`, ready to copy.
    label: String,
    field: FieldType,
}

impl Rendered {
    fn new(cell: &Column<'_>, description: &TableDescription) -> Option<Self> {
        Some(Self {
            name: cell.name.into(),
            label: format!("{}:", string(cell.name)),
            field: description.field(cell)?,
        })
    }
}

/// Which of a row's cells are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// All of them.
    Whole,
    /// Only the key's; the others are written as null.
    KeyOnly,
}

impl Table {
    /// Join the catalogue's description with the `order` in which cells come.
    pub fn new(
        description: &TableDescription,
        identity: Identity,
        order: &[Column<'_>],
        rendering: &Rendering,
    ) -> Result<Self> {
        let topic = description.topic.clone();
        let described: Vec<_> = order
            .iter()
            .map(|cell| {
                description
                    .columns
                    .iter()
                    .find(|column| column.name == cell.name)
            })
            .collect();
        let columns: Vec<_> = order
            .iter()
            .map(|cell| Rendered::new(cell, description))
            .collect();
        let key = key(description, identity, order)?;
        if key.iter().any(|index| columns[*index].is_none()) {
            return Err(Error::Misconfigured(format!(
                "the primary key of {}.{} has a column of a type that is not rendered; exclude the table in \
                 table.exclude.list",
                description.schema, description.name
            )));
        }
        let schemas = Schemas::new(&topic, &columns, &described, &key);
        Ok(Self {
            place: format!(
                ",\"schema\":{},\"table\":{}",
                string(&description.schema),
                string(&description.name)
            ),
            key_schema: (rendering.key_schemas && !key.is_empty()).then_some(schemas.key),
            value_schema: rendering.value_schemas.then_some(schemas.value),
            topic,
            columns,
            key,
        })
    }

    /// The names of columns whose type is not rendered, given the order of the cells.
    pub fn left_out(&self, order: &[Column<'_>]) -> Vec<String> {
        order
            .iter()
            .zip(&self.columns)
            .filter(|(_, column)| column.is_none())
            .map(|(cell, _)| cell.name.into())
            .collect()
    }

    /// Whether rows have a key.
    pub fn keyed(&self) -> bool {
        !self.key.is_empty()
    }

    /// The key of a row, bare; None for a table without one. A row that does not hold its key is refused.
    pub fn key_payload(&self, row: &[Cell<'_>]) -> Result<Option<Vec<u8>>> {
        if self.key.is_empty() {
            return Ok(None);
        }
        let mut out = vec![b'{'];
        for index in &self.key {
            let cell = row.get(*index);
            if !matches!(cell, Some(Cell::Text(_))) {
                return Err(Error::malformed(
                    "row",
                    format!("a change of topic {} does not hold its key", self.topic),
                ));
            }
            self.push_cell(&mut out, *index, cell, "");
        }
        close(&mut out);
        Ok(Some(out))
    }

    /// A bare key in the form that records carry.
    pub fn key_record(&self, payload: &[u8]) -> Vec<u8> {
        wrapped(self.key_schema.as_deref(), payload)
    }

    /// Append a row as a struct; unchanged cells become `unavailable`.
    pub fn push_row(&self, out: &mut Vec<u8>, row: &[Cell<'_>], filled: Filled, unavailable: &str) {
        out.push(b'{');
        for index in 0..self.columns.len() {
            let cell = if filled == Filled::KeyOnly && !self.key.contains(&index) {
                None
            } else {
                row.get(index)
            };
            self.push_cell(out, index, cell, unavailable);
        }
        close(out);
    }

    /// A JSON list of the columns whose value the log does not repeat; None when there are none.
    pub fn unavailable(&self, row: &[Cell<'_>]) -> Option<Vec<u8>> {
        let mut out = vec![b'['];
        for (column, _) in self
            .columns
            .iter()
            .zip(row)
            .filter(|(_, cell)| **cell == Cell::Unchanged)
        {
            push_string(&mut out, &column.as_ref()?.name);
            out.push(b',');
        }
        (out.len() > 1).then(|| {
            out.pop();
            out.push(b']');
            out
        })
    }

    fn push_cell(
        &self,
        out: &mut Vec<u8>,
        index: usize,
        cell: Option<&Cell<'_>>,
        unavailable: &str,
    ) {
        let Some(column) = &self.columns[index] else {
            return;
        };
        out.extend_from_slice(column.label.as_bytes());
        match cell {
            None | Some(Cell::Null) => out.extend_from_slice(b"null"),
            Some(Cell::Unchanged) => column.field.push_unavailable(out, unavailable),
            Some(Cell::Text(text)) => column.field.push_value(out, text),
        }
        out.push(b',');
    }
}

struct Schemas {
    key: String,
    value: String,
}

impl Schemas {
    fn new(
        topic: &str,
        columns: &[Option<Rendered>],
        described: &[Option<&ColumnDescription>],
        key: &[usize],
    ) -> Self {
        let defaults: Vec<Option<String>> = columns
            .iter()
            .zip(described)
            .map(|(column, described)| {
                default_value(
                    &column.as_ref()?.field,
                    described.as_ref()?.default.as_deref(),
                )
            })
            .collect();
        let member = |index: usize| {
            let column = columns[index].as_ref()?;
            let optional = !key.contains(&index)
                && described[index].is_none_or(|described| described.optional);
            Some(Member {
                name: &column.name,
                field: &column.field,
                optional,
                default: defaults[index].as_deref(),
            })
        };
        let all: Vec<_> = (0..columns.len()).filter_map(member).collect();
        let keys: Vec<_> = key.iter().filter_map(|index| member(*index)).collect();
        Self {
            key: schema::key(topic, &keys),
            value: schema::envelope(topic, &all),
        }
    }
}

/// Put a payload beside its schema, where schemas are enabled.
pub(crate) fn wrapped(schema: Option<&str>, payload: &[u8]) -> Vec<u8> {
    let Some(schema) = schema else {
        return payload.to_vec();
    };
    let mut out = Vec::with_capacity(schema.len() + payload.len() + 24);
    out.extend_from_slice(b"{\"schema\":");
    out.extend_from_slice(schema.as_bytes());
    out.extend_from_slice(b",\"payload\":");
    out.extend_from_slice(payload);
    out.push(b'}');
    out
}

fn close(out: &mut Vec<u8>) {
    if out.last() == Some(&b',') {
        out.pop();
    }
    out.push(b'}');
}
