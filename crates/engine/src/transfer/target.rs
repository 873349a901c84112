//! What the target knows of a move: each tenant's place and how far it has come, in the table `moves`.
//!
//! While a tenant is being written, its row in `tenants` stands under another id, which nobody asks for: so it has its number,
//! where tenants have numbers, and servers of the target do not see it.

use cardfile_directory::{Error, Result};
use cardfile_model::TenantId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::canon::{from_bytes, to_bytes};
use super::rows::{self, Most};
use super::slice::{Cursor, Slice};
use super::tables::TABLES;
use super::{moved_apart, refused};
use crate::database::Database;
use crate::fault::corrupt;
use crate::signposts::Signpost;
use crate::sql::{Connection, Key, params};
use crate::state::TenantRow;

/// The row of `moves` for a tenant as a whole; `rows` are all that were written of it.
const WHOLE: &str = "tenants";
/// The position of a tenant as a whole when the target was found to differ.
const DIFFERS: &[u8] = b"differs";
/// A version that no tenant has: what is there is to be removed.
const NONE: i64 = -1;

/// Where a tenant stands in the target.
pub(super) enum Place {
    /// It is being written, and has come so far.
    Begun(Key, Cursor),
    /// All of it is there.
    Whole,
}

/// What is noted of a tenant as a whole.
#[derive(Debug)]
struct Noted {
    position: Vec<u8>,
    rows: u64,
    version: i64,
}

/// The id under which a tenant stands until all of it is there.
fn veil(tenant: TenantId) -> TenantId {
    let hash = Sha256::new().chain_update("a tenant being moved").chain_update([0]).chain_update(tenant.0.as_bytes()).finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    TenantId(uuid::Builder::from_custom_bytes(first).into_uuid())
}

fn noted(connection: &Connection, key: Key) -> Result<Option<Noted>> {
    let sql = "SELECT position, rows, version
                 FROM moves
                WHERE tenant_id = ?1 AND table_name = ?2";
    let read = |row: &crate::sql::Row<'_>| Ok(Noted { position: row.get(0)?, rows: row.get(1)?, version: row.get(2)? });
    connection.row(sql, params![key, WHOLE], read)
}

/// Refuses a tenant that the target has, and not by a move.
pub(super) fn refuse_known(to: &dyn Database, tenant: TenantId) -> Result<()> {
    let is_strange = to.with(|connection| {
        let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(false) };
        Ok(noted(connection, row.key)?.is_none())
    })?;
    if is_strange { Err(refused(format!("the target has tenant {tenant} already; nothing was changed there"))) } else { Ok(()) }
}

/// Finds a tenant's place for what it is at a version, or makes one. What the target has of another version is removed.
pub(super) fn place(to: &dyn Database, tenant: TenantId, version: i64, most: Most) -> Result<Place> {
    let Some((key, is_whole, noted)) = to.snapshot(|connection| find(connection, tenant))? else {
        return make(to, tenant, version);
    };
    if noted.version == version && noted.position != DIFFERS {
        if is_whole {
            return Ok(Place::Whole);
        }
        let cursor = to.snapshot(|connection| cursor(connection, key, noted.rows))?;
        return Ok(Place::Begun(key, cursor));
    }
    if is_whole {
        to.transact(&mut |connection| hide(connection, tenant, key, noted.version))?;
    }
    clear(to, tenant, key, most)?;
    make(to, tenant, version)
}

/// The key of a tenant in the target, whether all of it is there, and what is noted of it.
fn find(connection: &Connection, tenant: TenantId) -> Result<Option<(Key, bool, Noted)>> {
    let whole = TenantRow::read(connection, tenant)?;
    let is_whole = whole.is_some();
    let row = match whole {
        Some(row) => Some(row),
        None => TenantRow::read(connection, veil(tenant))?,
    };
    let Some(row) = row else { return Ok(None) };
    let key = Key { id: tenant.0, ..row.key };
    let noted = noted(connection, key)?;
    let noted = noted.ok_or_else(|| refused(format!("the target has tenant {tenant} already")))?;
    Ok(Some((key, is_whole, noted)))
}

/// How far a tenant has come: to the last of the tables of which something is noted.
fn cursor(connection: &Connection, key: Key, rows: u64) -> Result<Cursor> {
    let sql = "SELECT table_name, position, rows
                 FROM moves
                WHERE tenant_id = ?1";
    let mut cursor = Cursor { rows, ..Cursor::default() };
    connection.each(sql, params![key], |row| {
        let name = row.text(0)?;
        let Some(table) = TABLES.iter().position(|shape| shape.name == name) else { return Ok(()) };
        if table >= cursor.table {
            let after = from_bytes(row.blob(1)?).ok_or_else(|| corrupt("a place of a move cannot be read"))?;
            cursor = Cursor { table, after: Some(after), of_table: row.get(2)?, rows };
        }
        Ok(())
    })?;
    Ok(cursor)
}

/// Makes a place for a tenant of which nothing is there.
fn make(to: &dyn Database, tenant: TenantId, version: i64) -> Result<Place> {
    let mut made = None;
    to.transact(&mut |connection| {
        connection.execute(connection.words().add_tenant, params![veil(tenant).0])?;
        let row = TenantRow::read(connection, veil(tenant))?.ok_or_else(|| corrupt("a tenant is gone at once"))?;
        let key = Key { id: tenant.0, ..row.key };
        let nothing: &[u8] = &[];
        let sql = "INSERT INTO moves (tenant_id, table_name, position, rows, version)
                   VALUES (?1, ?2, ?3, 0, ?4)";
        connection.execute(sql, params![key, WHOLE, nothing, version])?;
        made = Some(key);
        Ok(())
    })?;
    let key = made.ok_or_else(|| Error::internal("no place was made"))?;
    Ok(Place::Begun(key, Cursor::default()))
}

/// Writes rows of a tenant, and how far it has come with them; with the last ones it is there.
pub(super) fn write(to: &dyn Database, tenant: &TenantRow, (key, from): (Key, &Cursor), slice: &Slice) -> Result<()> {
    let id = TenantId(key.id);
    to.transact(&mut |connection| {
        let sql = "UPDATE moves
                      SET rows = ?4
                    WHERE tenant_id = ?1 AND table_name = ?2 AND rows = ?3 AND version = ?5";
        if connection.execute(sql, params![key, WHOLE, from.rows, slice.end.rows, tenant.version])? != 1 {
            return Err(refused(format!("tenant {id} is being moved by another command at the same time")));
        }
        for part in &slice.parts {
            rows::write(connection, part.shape, key, &part.rows).map_err(|error| taken(id, error))?;
            let Some(last) = part.rows.last() else { continue };
            let position = to_bytes(&last[..part.shape.key]);
            let sql = "INSERT INTO moves (tenant_id, table_name, position, rows, version)
                       VALUES (?1, ?2, ?3, ?4, ?5)
                           ON CONFLICT (tenant_id, table_name) DO UPDATE
                          SET position = excluded.position, rows = excluded.rows";
            let row = params![key, part.shape.name, position, part.of_table, tenant.version];
            connection.many(sql, &[row.to_vec()])?;
        }
        if slice.is_end {
            connection.execute(connection.words().drop_tenant, params![veil(id).0])?;
            put(connection, id.0, key, tenant)?;
            Signpost::Tenant.put(connection, id)?;
        }
        Ok(())
    })
}

/// An organization that the target has already belongs to another tenant there.
fn taken(tenant: TenantId, error: Error) -> Error {
    match error {
        Error::AlreadyExists { kind, key } => {
            refused(format!("tenant {tenant} cannot be moved: another tenant of the target has {kind} {key}"))
        }
        error => error,
    }
}

fn put(connection: &Connection, id: Uuid, key: Key, row: &TenantRow) -> Result<()> {
    let values = params![
        id,
        row.version,
        row.revision,
        row.next_person,
        row.next_group,
        row.next_organization,
        row.next_segment,
        row.purged,
        row.organizations_version,
        key.number
    ];
    connection.execute(connection.words().put_tenant, values).map(drop)
}

/// Takes a tenant that was moved, and nobody has written to since, out of sight.
fn hide(connection: &Connection, tenant: TenantId, key: Key, version: i64) -> Result<()> {
    let row = TenantRow::lock(connection, tenant)?.ok_or_else(|| corrupt("a tenant is gone at once"))?;
    if row.version != version {
        return Err(moved_apart(tenant));
    }
    Signpost::Tenant.remove(connection, tenant)?;
    connection.execute(connection.words().drop_tenant, params![tenant.0])?;
    put(connection, veil(tenant).0, key, &row)?;
    let sql = "UPDATE moves
                  SET version = ?3
                WHERE tenant_id = ?1 AND table_name = ?2";
    connection.execute(sql, params![key, WHOLE, NONE]).map(drop)
}

/// Removes all that the target has of a tenant that is out of sight, slice by slice, and its place at the end.
fn clear(to: &dyn Database, tenant: TenantId, key: Key, most: Most) -> Result<()> {
    to.transact(&mut |connection| {
        let sql = "UPDATE moves
                      SET version = ?2
                    WHERE tenant_id = ?1";
        connection.execute(sql, params![key, NONE]).map(drop)
    })?;
    for shape in TABLES {
        loop {
            let found = to.with(|connection| rows::read(connection, shape, key, None, most))?;
            if !found.rows.is_empty() {
                to.transact(&mut |connection| rows::remove(connection, shape, key, &found.rows))?;
            }
            if found.is_end {
                break;
            }
        }
    }
    to.transact(&mut |connection| {
        connection.execute("DELETE FROM moves WHERE tenant_id = ?1", params![key])?;
        connection.execute(connection.words().drop_tenant, params![veil(tenant).0]).map(drop)
    })
}

/// Notes that a tenant differs, so that it is begun anew by the next move.
pub(super) fn distrust(to: &dyn Database, tenant: TenantId) -> Result<()> {
    to.transact(&mut |connection| {
        let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(()) };
        let sql = "UPDATE moves
                      SET position = ?3
                    WHERE tenant_id = ?1 AND table_name = ?2";
        connection.execute(sql, params![row.key, WHOLE, DIFFERS]).map(drop)
    })
}

/// Removes what is noted of tenants, all of which are there.
pub(super) fn forget(to: &dyn Database, tenants: &[TenantId]) -> Result<()> {
    to.transact(&mut |connection| {
        for tenant in tenants {
            let Some(row) = TenantRow::read(connection, *tenant)? else { continue };
            connection.many("DELETE FROM moves WHERE tenant_id = ?1", &[params![row.key].to_vec()])?;
        }
        Ok(())
    })
}
