//! Sets as the first steps of the schema knew them: a step must go on reading and writing what was stored then.

use std::collections::BTreeMap;

use cardfile_directory::Result;
use cardfile_model::Numbers;
use rusqlite::{Connection, params};

use crate::fault::{corrupt, fault};

/// The names of a tenant's sets that begin so.
pub(super) fn names(connection: &Connection, tenant: i64, prefix: &str) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT name
                 FROM sets
                WHERE tenant = ?1 AND substr(name, 1, length(?2)) = ?2
                ORDER BY name";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_map(params![tenant, prefix], |row| row.get(0)).and_then(Iterator::collect).map_err(fault)
}

/// A whole set.
pub(super) fn load(connection: &Connection, tenant: i64, name: &str) -> Result<Numbers> {
    let mut statement = connection.prepare_cached("SELECT bits FROM sets WHERE tenant = ?1 AND name = ?2").map_err(fault)?;
    let mut rows = statement.query(params![tenant, name]).map_err(fault)?;
    let mut set = Numbers::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let bytes = row.get_ref(0).map_err(fault)?.as_blob().map_err(corrupt)?;
        set |= Numbers::deserialize_from(bytes).map_err(corrupt)?;
    }
    Ok(set)
}

/// Writes a set that is new, in chunks of 65,536 numbers.
pub(super) fn store(connection: &Connection, tenant: i64, name: &str, set: &Numbers) -> Result<()> {
    let mut chunks: BTreeMap<u32, Numbers> = BTreeMap::new();
    for number in set {
        chunks.entry(number >> 16).or_default().insert(number);
    }
    let sql = "INSERT INTO sets (tenant, name, chunk, bits)
               VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT DO UPDATE SET bits = excluded.bits";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    for (chunk, mut part) in chunks {
        part.optimize();
        let mut bytes = Vec::with_capacity(part.serialized_size());
        part.serialize_into(&mut bytes).map_err(corrupt)?;
        statement.execute(params![tenant, name, chunk, bytes]).map_err(fault)?;
    }
    Ok(())
}
