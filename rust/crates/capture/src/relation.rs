//! A table of the stream, between the message that brings it and the word of what is to be done with it.

use crate::pgoutput::{Column, Identity, Relation};

/// A relation that waits for its description, or to be passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRelation {
    /// The table's object id.
    pub id: u32,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What the log keeps of a row before a change.
    pub identity: Identity,
    columns: Vec<Owned>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Owned {
    name: String,
    type_id: u32,
    modifier: i32,
    identifying: bool,
}

impl NewRelation {
    /// Its columns, in the order of every tuple.
    pub fn columns(&self) -> Vec<Column<'_>> {
        self.columns
            .iter()
            .map(|column| Column {
                name: &column.name,
                type_id: column.type_id,
                modifier: column.modifier,
                identifying: column.identifying,
            })
            .collect()
    }

    /// The object ids of its columns' types.
    pub fn types(&self) -> Vec<u32> {
        self.columns.iter().map(|column| column.type_id).collect()
    }
}

impl From<&Relation<'_>> for NewRelation {
    fn from(relation: &Relation<'_>) -> Self {
        let owned = |column: &Column<'_>| Owned {
            name: column.name.into(),
            type_id: column.type_id,
            modifier: column.modifier,
            identifying: column.identifying,
        };
        Self {
            id: relation.id,
            schema: relation.schema.into(),
            name: relation.table.into(),
            identity: relation.identity,
            columns: relation.columns.iter().map(owned).collect(),
        }
    }
}
