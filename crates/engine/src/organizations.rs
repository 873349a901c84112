//! The rows of organizations.

use std::collections::BTreeMap;

use cardfile_directory::{Error, Kind, Result};
use cardfile_model::{Organization, OrganizationId, fold};
use uuid::Uuid;

use crate::fault::corrupt;
use crate::rows::time;
use crate::sql::{Connection, Key, Row, params};

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
pub(crate) fn number(connection: &Connection, tenant: Key, id: OrganizationId) -> Result<u32> {
    let sql = "SELECT number
                 FROM organizations
                WHERE tenant_id = ?1 AND id = ?2";
    connection.row(sql, params![tenant, id.0], |row| row.get(0))?.ok_or_else(|| unknown(id))
}

/// The organizations of a tenant that changed after this `organizations_version`, with numbers before this one. The plus sign
/// keeps `SQLite` from looking for them by number.
pub(crate) fn since(connection: &Connection, tenant: Key, version: i64, before: u32) -> Result<Vec<Organization>> {
    let sql = "SELECT number, id, parent, name, is_locked, country, is_active, revision, created, modified, document
                 FROM organizations
                WHERE tenant_id = ?1 AND changed > ?2 AND +number < ?3";
    connection.rows(sql, params![tenant, version, before], read)
}

/// An organization.
///
/// # Errors
/// `NotFound` when the tenant has none of this id.
pub(crate) fn by_id(connection: &Connection, tenant: Key, id: OrganizationId) -> Result<Organization> {
    let sql = "SELECT number, id, parent, name, is_locked, country, is_active, revision, created, modified, document
                 FROM organizations
                WHERE tenant_id = ?1 AND id = ?2";
    connection.row(sql, params![tenant, id.0], read)?.ok_or_else(|| unknown(id))
}

fn read(row: &Row<'_>) -> Result<Organization> {
    let document = row.text(10)?;
    Ok(Organization {
        number: row.get(0)?,
        id: OrganizationId(row.get(1)?),
        parent: row.get::<Option<Uuid>>(2)?.map(OrganizationId),
        name: row.get(3)?,
        is_locked: row.get(4)?,
        country: row.get(5)?,
        is_active: row.get(6)?,
        revision: row.get(7)?,
        created: time(row.get(8)?)?,
        modified: time(row.get(9)?)?,
        // Most have nothing there.
        extensions: if document == "{}" { BTreeMap::new() } else { serde_json::from_str(document).map_err(corrupt)? },
    })
}

/// Writes an organization that is new or changed at this `organizations_version`.
pub(crate) fn put(connection: &Connection, tenant: Key, organization: &Organization, version: i64) -> Result<()> {
    let sql = "INSERT INTO organizations (tenant_id, number, id, parent, name, folded, is_locked, country, is_active,
                                          revision, created, modified, document, changed)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                   ON CONFLICT (tenant_id, number) DO UPDATE
                  SET parent = excluded.parent, name = excluded.name, folded = excluded.folded,
                      is_locked = excluded.is_locked, country = excluded.country, is_active = excluded.is_active,
                      revision = excluded.revision, modified = excluded.modified, document = excluded.document,
                      changed = excluded.changed";
    let Organization { id, number, parent, name, country, is_locked, is_active, revision, created, modified, extensions } =
        organization;
    let (parent, folded) = (parent.map(|parent| parent.0), fold::text(name));
    let (created, modified) = (created.as_microsecond(), modified.as_microsecond());
    let document = serde_json::to_string(extensions).map_err(Error::internal)?;
    let row = params![
        tenant, number, id.0, parent, name, folded, is_locked, country, is_active, revision, created, modified, document,
        version,
    ];
    connection.execute(sql, row).map(drop)
}

/// Whether another organization than this one has its name, folded, under its parent.
pub(crate) fn is_name_taken(connection: &Connection, tenant: Key, organization: &Organization) -> Result<bool> {
    let Organization { number, parent, name, .. } = organization;
    let folded = fold::text(name);
    // Two statements, so that an index finds it in both cases.
    let Some(parent) = parent else {
        let sql = "SELECT 1
                     FROM organizations
                    WHERE tenant_id = ?1 AND parent IS NULL AND folded = ?2 AND number <> ?3";
        return connection.exists(sql, params![tenant, folded, number]);
    };
    let sql = "SELECT 1
                 FROM organizations
                WHERE tenant_id = ?1 AND parent = ?2 AND folded = ?3 AND number <> ?4";
    connection.exists(sql, params![tenant, parent.0, folded, number])
}

/// Whether the tenant has an organization of this number.
pub(crate) fn is_known(connection: &Connection, tenant: Key, number: u32) -> Result<bool> {
    let sql = "SELECT 1
                 FROM organizations
                WHERE tenant_id = ?1 AND number = ?2";
    connection.exists(sql, params![tenant, number])
}

/// The numbers of the organizations above one.
pub(crate) fn above(connection: &Connection, tenant: Key, number: u32) -> Result<Vec<u32>> {
    let sql = "WITH RECURSIVE above (number, parent) AS (
                      SELECT number, parent
                        FROM organizations
                       WHERE tenant_id = ?1 AND number = ?2
                       UNION
                      SELECT o.number, o.parent
                        FROM above a
                        JOIN organizations o ON o.tenant_id = ?1 AND o.id = a.parent)
               SELECT number
                 FROM above
                WHERE number <> ?2";
    connection.rows(sql, params![tenant, number], |row| row.get(0))
}

/// How many levels of organizations are below one; a level more than `most` is enough to know. `CROSS JOIN` has `SQLite` go from
/// what was found to what is below it, and not the other way round.
pub(crate) fn levels_below(connection: &Connection, tenant: Key, id: OrganizationId, most: u32) -> Result<u32> {
    let sql = "WITH RECURSIVE below (id, level) AS (
                      SELECT id, CAST(0 AS bigint)
                        FROM organizations
                       WHERE tenant_id = ?1 AND id = ?2
                       UNION ALL
                      SELECT o.id, b.level + 1
                        FROM below b
                       CROSS JOIN organizations o
                       WHERE o.tenant_id = ?1 AND o.parent = b.id AND b.level <= ?3)
               SELECT coalesce(max(level), 0)
                 FROM below";
    connection.one(sql, params![tenant, id.0, most], |row| row.get(0))
}
