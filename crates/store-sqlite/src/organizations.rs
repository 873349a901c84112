//! Organizations by number and id.

use std::collections::BTreeSet;

use cardfile_directory::{Error, Kind, Result};
use cardfile_model::{Organization, OrganizationId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::fault::fault;

/// The number of a tenant's root organization.
pub(crate) const ROOT: u32 = 1;

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
    found.ok_or_else(|| Error::NotFound { kind: Kind::Organization, id: id.to_string() })
}

/// All organizations of a tenant by number.
pub(crate) fn all(connection: &Connection, tenant: i64) -> Result<Vec<Organization>> {
    let sql = "SELECT number, id, parent, name, is_locked, country
                 FROM organizations
                WHERE tenant = ?1
                ORDER BY number";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map([tenant], |row| {
        Ok(Organization {
            number: row.get(0)?,
            id: OrganizationId(row.get(1)?),
            parent: row.get::<_, Option<Uuid>>(2)?.map(OrganizationId),
            name: row.get(3)?,
            is_locked: row.get(4)?,
            country: row.get(5)?,
        })
    });
    rows.and_then(Iterator::collect).map_err(fault)
}

/// Writes a new organization.
pub(crate) fn insert(connection: &Connection, tenant: i64, organization: &Organization) -> Result<()> {
    let sql = "INSERT INTO organizations (tenant, number, id, parent, name, is_locked, country)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let Organization { id, number, parent, name, country, is_locked } = organization;
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let row = params![tenant, number, id.0, parent.map(|parent| parent.0), name, is_locked, country];
    statement.execute(row).map(drop).map_err(fault)
}

/// Whether the tenant has an organization of this number.
pub(crate) fn is_known(connection: &Connection, tenant: i64, number: u32) -> Result<bool> {
    let sql = "SELECT count(*)
                 FROM organizations
                WHERE tenant = ?1 AND number = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_row(params![tenant, number], |row| row.get::<_, bool>(0)).map_err(fault)
}

/// The numbers of an organization and of those below it.
pub(crate) fn below(connection: &Connection, tenant: i64, number: u32) -> Result<BTreeSet<u32>> {
    let sql = "WITH RECURSIVE below (number, id) AS (
                      SELECT number, id
                        FROM organizations
                       WHERE tenant = ?1 AND number = ?2
                       UNION
                      SELECT o.number, o.id
                        FROM below b
                        JOIN organizations o ON o.tenant = ?1 AND o.parent = b.id)
               SELECT number
                 FROM below";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map(params![tenant, number], |row| row.get(0));
    rows.and_then(Iterator::collect).map_err(fault)
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
