//! The engine's values as PostgreSQL takes and gives them.

use std::error::Error as StdError;

use bytes::BytesMut;
use cardfile_directory::Result;
use cardfile_engine::sql::{Column, Columns, Value};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::fault::{corrupt, fault};

/// A value as it is sent.
#[derive(Debug)]
pub(crate) enum Bound {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
    Id(Uuid),
    Integers(Vec<Option<i64>>),
    Ids(Vec<Uuid>),
    Blobs(Vec<Vec<u8>>),
}

impl Bound {
    pub(crate) fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Null => Bound::Null,
            Value::Bool(is) => Bound::Bool(*is),
            Value::Integer(number) => Bound::Integer(*number),
            // No text with U+0000 is ever kept, so that whatever stands for it in a question finds nothing.
            Value::Text(text) if text.contains('\0') => Bound::Text(text.replace('\0', "\u{ffff}")),
            Value::Text(text) => Bound::Text(text.clone().into_owned()),
            Value::Blob(bytes) => Bound::Blob(bytes.clone().into_owned()),
            Value::Id(id) => Bound::Id(*id),
            Value::Tenant(key) => Bound::Id(key.id),
        }
    }

    /// One column of many rows, which are of one type.
    pub(crate) fn column<'a>(values: impl Iterator<Item = &'a Value<'a>> + Clone) -> Self {
        match values.clone().next() {
            Some(Value::Id(_) | Value::Tenant(_)) => Bound::Ids(values.filter_map(id).collect()),
            Some(Value::Blob(_)) => Bound::Blobs(values.filter_map(blob).collect()),
            _ => Bound::Integers(values.map(integer).collect()),
        }
    }

    /// The type it is sent as to a statement that was not prepared.
    pub(crate) fn kind(&self) -> Type {
        match self {
            Bound::Null => Type::UNKNOWN,
            Bound::Bool(_) => Type::BOOL,
            Bound::Integer(_) => Type::INT8,
            Bound::Text(_) => Type::TEXT,
            Bound::Blob(_) => Type::BYTEA,
            Bound::Id(_) => Type::UUID,
            Bound::Integers(_) => Type::INT8_ARRAY,
            Bound::Ids(_) => Type::UUID_ARRAY,
            Bound::Blobs(_) => Type::BYTEA_ARRAY,
        }
    }
}

fn id(value: &Value<'_>) -> Option<Uuid> {
    match value {
        Value::Id(id) => Some(*id),
        Value::Tenant(key) => Some(key.id),
        _ => None,
    }
}

fn blob(value: &Value<'_>) -> Option<Vec<u8>> {
    match value {
        Value::Blob(bytes) => Some(bytes.clone().into_owned()),
        _ => None,
    }
}

fn integer(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        _ => None,
    }
}

impl ToSql for Bound {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Bound::Null => Ok(IsNull::Yes),
            Bound::Bool(is) => is.to_sql(kind, out),
            Bound::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Bound::Integer(number) => number.to_sql(kind, out),
            Bound::Text(text) => text.to_sql(kind, out),
            Bound::Blob(bytes) => bytes.to_sql(kind, out),
            Bound::Id(id) => id.to_sql(kind, out),
            Bound::Integers(numbers) => numbers.to_sql(kind, out),
            Bound::Ids(ids) => ids.to_sql(kind, out),
            Bound::Blobs(blobs) => blobs.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row as the engine reads it.
pub(crate) struct Found<'r>(pub(crate) &'r tokio_postgres::Row);

impl Columns for Found<'_> {
    fn column(&self, index: usize) -> Result<Column<'_>> {
        let row = self.0;
        let kind = row.columns().get(index).ok_or_else(|| corrupt(format!("there is no column {index}")))?.type_();
        let column = match *kind {
            Type::INT8 => row.try_get::<_, Option<i64>>(index).map(|found| found.map(Column::Integer)),
            Type::INT4 => row.try_get::<_, Option<i32>>(index).map(|found| found.map(|number| Column::Integer(number.into()))),
            Type::BOOL => row.try_get::<_, Option<bool>>(index).map(|found| found.map(Column::Bool)),
            Type::UUID => row.try_get::<_, Option<Uuid>>(index).map(|found| found.map(Column::Id)),
            Type::BYTEA => row.try_get::<_, Option<&[u8]>>(index).map(|found| found.map(Column::Blob)),
            Type::TEXT | Type::VARCHAR | Type::NAME => row.try_get::<_, Option<&str>>(index).map(|found| found.map(Column::Text)),
            _ => return Err(corrupt(format!("column {index} is of type {kind}"))),
        };
        Ok(column.map_err(fault)?.unwrap_or(Column::Null))
    }
}
