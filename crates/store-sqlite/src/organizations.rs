//! The rows of organizations.

use std::collections::BTreeMap;

use cardfile_directory::{Error, Kind, Result};
use cardfile_model::{Organization, OrganizationId, fold};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::fault::{corrupt, fault};
use crate::rows::time;

/// The number of a tenant's root organization.
pub(crate) const ROOT: u32 = 1;

/// An organization that is not known.
pub(crate) fn unknown(id: OrganizationId) -> Error {
    Error::NotFound { kind: Kind::Organization, id: id.to_string() }
}

/// The number of an organization.
///
/// # Errors
/// `NotFound` when the tenant has none of this id.
pub(crate) fn number(connection: &Connection, tenant: i64, id: OrganizationId) -> Result<u32> {
    let sql = "SELECT number
                 FROM organizations
                WHERE tenant = ?1 AND id = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let found = statement.query_row(params![tenant, id.0], |row| row.get(0)).optional().map_err(fault)?;
    found.ok_or_else(|| unknown(id))
}

/// The organizations of a tenant that changed after this `organizations_version`, with numbers before this one.
pub(crate) fn since(connection: &Connection, tenant: i64, version: i64, before: u32) -> Result<Vec<Organization>> {
    let sql = "SELECT number, id, parent, name, is_locked, country, is_active, revision, created, modified, document
                 FROM organizations INDEXED BY organizations_by_change
                WHERE tenant = ?1 AND changed > ?2 AND number < ?3";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant, version, before]).map_err(fault)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// An organization.
///
/// # Errors
/// `NotFound` when the tenant has none of this id.
pub(crate) fn by_id(connection: &Connection, tenant: i64, id: OrganizationId) -> Result<Organization> {
    let sql = "SELECT number, id, parent, name, is_locked, country, is_active, revision, created, modified, document
                 FROM organizations
                WHERE tenant = ?1 AND id = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant, id.0]).map_err(fault)?;
    rows.next().map_err(fault)?.map_or_else(|| Err(unknown(id)), read)
}

fn read(row: &Row<'_>) -> Result<Organization> {
    let document = row.get_ref(10).map_err(fault)?.as_str().map_err(corrupt)?;
    Ok(Organization {
        number: row.get(0).map_err(corrupt)?,
        id: OrganizationId(row.get(1).map_err(corrupt)?),
        parent: row.get::<_, Option<Uuid>>(2).map_err(corrupt)?.map(OrganizationId),
        name: row.get(3).map_err(corrupt)?,
        is_locked: row.get(4).map_err(corrupt)?,
        country: row.get(5).map_err(corrupt)?,
        is_active: row.get(6).map_err(corrupt)?,
        revision: row.get(7).map_err(corrupt)?,
        created: time(row.get(8).map_err(corrupt)?)?,
        modified: time(row.get(9).map_err(corrupt)?)?,
        // Most have nothing there.
        extensions: if document == "{}" { BTreeMap::new() } else { serde_json::from_str(document).map_err(corrupt)? },
    })
}

/// Writes an organization that is new or changed at this `organizations_version`.
pub(crate) fn put(connection: &Connection, tenant: i64, organization: &Organization, version: i64) -> Result<()> {
    let sql = "INSERT INTO organizations (tenant, number, id, parent, name, folded, is_locked, country, is_active, revision,
                                          created, modified, document, changed)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                   ON CONFLICT (tenant, number) DO UPDATE
                  SET parent = excluded.parent, name = excluded.name, folded = excluded.folded,
                      is_locked = excluded.is_locked, country = excluded.country, is_active = excluded.is_active,
                      revision = excluded.revision, modified = excluded.modified, document = excluded.document,
                      changed = excluded.changed";
    let Organization { id, number, parent, name, country, is_locked, is_active, revision, created, modified, extensions } =
        organization;
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement
        .execute(params![
            tenant,
            number,
            id.0,
            parent.map(|parent| parent.0),
            name,
            fold::text(name),
            is_locked,
            country,
            is_active,
            revision,
            created.as_microsecond(),
            modified.as_microsecond(),
            serde_json::to_string(extensions).map_err(Error::internal)?,
            version,
        ])
        .map(drop)
        .map_err(fault)
}

/// Whether another organization than this one has its name, folded, under its parent.
pub(crate) fn is_name_taken(connection: &Connection, tenant: i64, organization: &Organization) -> Result<bool> {
    let sql = "SELECT 1
                 FROM organizations
                WHERE tenant = ?1 AND parent IS ?2 AND folded = ?3 AND number <> ?4";
    let Organization { number, parent, name, .. } = organization;
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.exists(params![tenant, parent.map(|parent| parent.0), fold::text(name), number]).map_err(fault)
}

/// Whether the tenant has an organization of this number.
pub(crate) fn is_known(connection: &Connection, tenant: i64, number: u32) -> Result<bool> {
    let sql = "SELECT count(*)
                 FROM organizations
                WHERE tenant = ?1 AND number = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_row(params![tenant, number], |row| row.get::<_, bool>(0)).map_err(fault)
}

/// The numbers of the organizations above one.
pub(crate) fn above(connection: &Connection, tenant: i64, number: u32) -> Result<Vec<u32>> {
    let sql = "WITH RECURSIVE above (number, parent) AS (
                      SELECT number, parent
                        FROM organizations
                       WHERE tenant = ?1 AND number = ?2
                       UNION
                      SELECT o.number, o.parent
                        FROM above a
                        JOIN organizations o ON o.tenant = ?1 AND o.id = a.parent)
               SELECT number
                 FROM above
                WHERE number <> ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map(params![tenant, number], |row| row.get(0));
    rows.and_then(Iterator::collect).map_err(fault)
}

/// How many levels of organizations are below one; a level more than `most` is enough to know. `CROSS JOIN` has the engine go from
/// what was found to what is below it, and not the other way round.
pub(crate) fn levels_below(connection: &Connection, tenant: i64, id: OrganizationId, most: u32) -> Result<u32> {
    let sql = "WITH RECURSIVE below (id, level) AS (
                      SELECT ?2, 0
                       UNION ALL
                      SELECT o.id, b.level + 1
                        FROM below b
                       CROSS JOIN organizations o INDEXED BY organizations_by_name ON o.tenant = ?1 AND o.parent = b.id
                       WHERE b.level <= ?3)
               SELECT max(level)
                 FROM below";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_row(params![tenant, id.0, most], |row| row.get(0)).map_err(fault)
}
