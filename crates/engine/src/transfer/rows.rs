//! Rows of a tenant, table by table: read in the order of their keys, written, and removed.

use std::borrow::Cow;
use std::ops::ControlFlow;

use cardfile_directory::Result;
use cardfile_model::{OrganizationId, TenantId};

use super::canon::{Cells, weight};
use super::tables::{Kind, Shape, Way};
use crate::fault::corrupt;
use crate::logins::surface;
use crate::signposts::Signpost;
use crate::sql::{ALL, Connection, Key, Row, Table, Value, params};

/// People read in one statement at most, and chunks of texts: their rows are of a limited size.
const MOST_PEOPLE: usize = 256;
const MOST_TEXTS: usize = 64;

/// How much is read at once at most. One row is read whatever its size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

/// Rows that were read.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Cells>,
    /// Bytes of their content.
    pub(super) bytes: usize,
    /// Whether there are no more behind them.
    pub(super) is_end: bool,
}

/// Reads rows of a table behind a key, in the order of their keys.
pub(super) fn read(
    connection: &Connection,
    shape: &Shape,
    tenant: Key,
    after: Option<&[Value<'_>]>,
    most: Most,
) -> Result<Found> {
    match shape.way {
        Way::People => numbered(connection, shape, tenant, after, most.rows.min(MOST_PEOPLE)),
        Way::Texts => numbered(connection, shape, tenant, after, most.rows.min(MOST_TEXTS)),
        Way::Alike | Way::Bulk(_) => alike(connection, shape, tenant, after, most),
    }
}

fn alike(connection: &Connection, shape: &Shape, tenant: Key, after: Option<&[Value<'_>]>, most: Most) -> Result<Found> {
    let keys = shape.key_names().join(", ");
    let mut values = vec![Value::Tenant(tenant)];
    values.extend(after.into_iter().flatten().cloned());
    let numbers = |first: usize| (first..first + shape.key).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ");
    let behind = after.map_or_else(String::new, |_| format!(" AND ({keys}) > ({})", numbers(2)));
    let limit = values.len() + 1;
    let rest = format!("FROM {} WHERE tenant_id = ?1{behind} ORDER BY {keys} LIMIT ?{limit}", shape.name);
    // A database may answer all rows at once: their sizes are asked for first.
    values.push(Value::Integer(i64::try_from(most.rows).unwrap_or(i64::MAX)));
    let (mut seen, mut fits, mut bytes) = (0, 0, 0);
    connection.each(&format!("SELECT {} {rest}", size(shape)), &values, |row| {
        seen += 1;
        bytes += row.get::<u64>(0)?;
        if fits == seen - 1 && (fits == 0 || bytes <= most.bytes as u64) {
            fits = seen;
        }
        Ok(())
    })?;
    let mut found = Found { is_end: fits == seen && seen < most.rows, ..Found::default() };
    if fits == 0 {
        return Ok(found);
    }
    values.pop();
    values.push(Value::Integer(i64::try_from(fits).unwrap_or(i64::MAX)));
    let names = shape.names().collect::<Vec<_>>().join(", ");
    connection.each(&format!("SELECT {names} {rest}"), &values, |row| {
        let cells = shape.columns.iter().enumerate().map(|(at, (_, kind))| cell(row, at, *kind)).collect::<Result<Cells>>()?;
        found.bytes += weight(&cells);
        found.rows.push(cells);
        Ok(())
    })?;
    Ok(found)
}

/// An expression for about how large a row is.
fn size(shape: &Shape) -> String {
    let sized = shape.columns.iter().filter(|(_, kind)| matches!(kind, Kind::Text | Kind::Blob));
    let mut terms = vec![(shape.columns.len() * 16).to_string()];
    terms.extend(sized.map(|(name, _)| format!("coalesce(octet_length({name}), 0)")));
    terms.join(" + ")
}

/// Reads rows whose key is a number, by the words for them.
fn numbered(connection: &Connection, shape: &Shape, tenant: Key, after: Option<&[Value<'_>]>, most: usize) -> Result<Found> {
    let from = match after {
        None => ALL.start,
        Some([Value::Integer(number)]) => u64::try_from(*number).map_err(corrupt)? + 1,
        Some(other) => return Err(corrupt(format!("{other:?} is no place in {}", shape.name))),
    };
    // The words have the number of a person at the end.
    let (sql, order): (_, &[usize]) = match shape.way {
        Way::People => (connection.words().everyone, &[5, 0, 1, 2, 3, 4]),
        _ => (connection.words().texts_between, &[0, 1]),
    };
    let mut found = Found::default();
    connection.visit(sql, params![tenant, from, ALL.end, most], &mut |row| {
        let cells = shape.columns.iter().zip(order).map(|((_, kind), at)| cell(row, *at, *kind)).collect::<Result<Cells>>()?;
        found.bytes += weight(&cells);
        found.rows.push(cells);
        Ok(ControlFlow::Continue(()))
    })?;
    found.is_end = found.rows.len() < most;
    Ok(found)
}

fn cell(row: &Row<'_>, at: usize, kind: Kind) -> Result<Value<'static>> {
    if row.is_null(at)? {
        return Ok(Value::Null);
    }
    Ok(match kind {
        Kind::Integer => Value::Integer(row.get(at)?),
        Kind::Bool => Value::Bool(row.get(at)?),
        Kind::Text => Value::Text(Cow::Owned(row.get(at)?)),
        Kind::Blob => Value::Blob(Cow::Owned(row.get(at)?)),
        Kind::Id => Value::Id(row.get(at)?),
    })
}

/// Adds rows to a table, with the signposts to them.
pub(super) fn write(connection: &Connection, shape: &Shape, tenant: Key, rows: &[Cells]) -> Result<()> {
    match shape.way {
        Way::Bulk(Table::Blocks) => {
            // One segment at a time.
            for rows in rows.chunk_by(|one, other| one[0] == other[0]) {
                connection.insert(Table::Blocks, &led(tenant, rows, usize::MAX))?;
            }
        }
        Way::Bulk(table) => connection.insert(table, &led(tenant, rows, usize::MAX))?,
        Way::People => connection.insert(Table::Contacts, &led(tenant, rows, usize::MAX))?,
        Way::Texts => connection.many(connection.words().put_texts, &led(tenant, rows, usize::MAX))?,
        Way::Alike => {
            let names = shape.names().collect::<Vec<_>>().join(", ");
            let values: Vec<String> = (2..shape.columns.len() + 2).map(|number| format!("?{number}")).collect();
            let sql = format!("INSERT INTO {} (tenant_id, {names}) VALUES (?1, {})", shape.name, values.join(", "));
            connection.many(&sql, &led(tenant, rows, usize::MAX))?;
        }
    }
    each_signpost(shape, rows, |signpost| signpost.put(connection, TenantId(tenant.id)))
}

/// Removes rows from a table, with the signposts to them.
pub(super) fn remove(connection: &Connection, shape: &Shape, tenant: Key, rows: &[Cells]) -> Result<()> {
    let keys = led(tenant, rows, shape.key);
    match shape.way {
        Way::People => connection.many(connection.words().delete_contact, &keys)?,
        Way::Texts => connection.many(connection.words().delete_texts, &keys)?,
        Way::Alike | Way::Bulk(_) => {
            let names = shape.key_names();
            let keyed: Vec<String> = names.iter().zip(2..).map(|(name, number)| format!("{name} = ?{number}")).collect();
            let sql = format!("DELETE FROM {} WHERE tenant_id = ?1 AND {}", shape.name, keyed.join(" AND "));
            connection.many(&sql, &keys)?;
        }
    }
    each_signpost(shape, rows, |signpost| signpost.remove(connection, TenantId(tenant.id)))
}

/// The signposts that lead to rows.
pub(super) fn each_signpost(shape: &Shape, rows: &[Cells], mut each: impl FnMut(Signpost<'_>) -> Result<()>) -> Result<()> {
    for row in rows {
        match (shape.name, &row[..]) {
            ("organizations", [_, Value::Id(id), ..]) => each(Signpost::Organization(OrganizationId(*id)))?,
            ("jobs", _) => each(Signpost::Jobs)?,
            ("logins", [Value::Text(at), Value::Text(name), ..]) => each(Signpost::Login(surface(at)?, name))?,
            _ => {}
        }
    }
    Ok(())
}

/// Rows, or the first columns of them, with their tenant before them.
fn led(tenant: Key, rows: &[Cells], columns: usize) -> Vec<Vec<Value<'_>>> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(std::iter::once(Value::Tenant(tenant)).chain(row.iter().take(columns).map(lent)).collect());
    }
    all
}

/// A value without a copy of what it holds.
fn lent<'a>(value: &'a Value<'_>) -> Value<'a> {
    match value {
        Value::Text(text) => Value::Text(Cow::Borrowed(text)),
        Value::Blob(bytes) => Value::Blob(Cow::Borrowed(bytes)),
        other => other.clone(),
    }
}
