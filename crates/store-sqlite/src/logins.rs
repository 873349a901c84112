//! People who sign in with a name and a password.

use cardfile_directory::{Error, Kind, Login, MOST_NAMESAKES, Principal, Result, Surface};
use cardfile_model::TenantId;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::fault::fault;
use crate::registry::{covered, principal, revoke_tokens};
use crate::rows::time;
use crate::state::TenantRow;
use crate::turn::Turn;
use crate::{cards, organizations};

/// The columns that [`read`] takes.
const COLUMNS: &str = "g.principal, g.organization, g.role, g.scopes, g.sources, g.person, g.name, g.hash, g.created";

fn read(row: &Row<'_>, surface: Surface) -> Result<Login> {
    Ok(Login {
        surface,
        name: row.get(6).map_err(fault)?,
        hash: row.get(7).map_err(fault)?,
        principal: principal(row)?,
        created: time(row.get(8).map_err(fault)?)?,
    })
}

fn unknown(principal: Uuid) -> Error {
    Error::NotFound { kind: Kind::Login, id: principal.to_string() }
}

fn taken(name: &str) -> Error {
    Error::AlreadyExists { kind: Kind::Login, key: name.to_owned() }
}

/// Keeps a log-in.
pub(crate) fn add(turn: &mut Turn<'_>, tenant: TenantId, login: &Login) -> Result<()> {
    let connection = turn.connection;
    let Login { surface, name, hash, principal, created } = login;
    let Principal { id, organization, person, .. } = principal;
    let Some(row) = TenantRow::read(connection, tenant)? else {
        return Err(Error::NotFound { kind: Kind::Organization, id: organization.to_string() });
    };
    organizations::number(connection, row.key, *organization)?;
    let (role, scopes, sources) = covered(principal)?;
    let sql = "INSERT INTO logins (tenant, surface, name, hash, principal, organization, role, scopes, sources, person, created)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                   ON CONFLICT DO NOTHING";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let (surface, created) = (surface.as_str(), created.as_microsecond());
    let row = params![row.key, surface, name, hash, id, organization.0, role, scopes, sources, person, created];
    match statement.execute(row).map_err(fault)? {
        0 => Err(taken(name)),
        _ => Ok(()),
    }
}

/// The log-ins of a tenant at a surface, by name.
pub(crate) fn all(connection: &Connection, tenant: TenantId, surface: Surface) -> Result<Vec<Login>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(Vec::new()) };
    let clause = "g.tenant = ?1 AND g.surface = ?2 ORDER BY g.name";
    those(connection, clause, &[&row.key, &surface.as_str()], surface)
}

/// The log-in of a name.
pub(crate) fn by_name(connection: &Connection, tenant: TenantId, surface: Surface, name: &str) -> Result<Option<Login>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(None) };
    let clause = "g.tenant = ?1 AND g.surface = ?2 AND g.name = ?3";
    Ok(those(connection, clause, &[&row.key, &surface.as_str(), &name], surface)?.pop())
}

/// The log-in of a person who shops.
pub(crate) fn by_person(connection: &Connection, tenant: TenantId, person: Uuid) -> Result<Option<Login>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(None) };
    let clause = "g.tenant = ?1 AND g.person = ?2 AND g.surface = 'store'";
    Ok(those(connection, clause, &[&row.key, &person], Surface::Store)?.pop())
}

fn those(connection: &Connection, clause: &str, of: &[&dyn ToSql], surface: Surface) -> Result<Vec<Login>> {
    let sql = format!("SELECT {COLUMNS} FROM logins g WHERE {clause}");
    let mut statement = connection.prepare_cached(&sql).map_err(fault)?;
    let mut rows = statement.query(of).map_err(fault)?;
    let mut logins = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        logins.push(read(row, surface)?);
    }
    Ok(logins)
}

/// The log-ins of a name in all tenants: the one statement about log-ins that names no tenant.
pub(crate) fn named(connection: &Connection, surface: Surface, name: &str) -> Result<Vec<(TenantId, Login)>> {
    let sql = format!(
        "SELECT {COLUMNS}, t.id
           FROM logins g
           JOIN tenants t ON t.tenant = g.tenant
          WHERE g.surface = ?1 AND g.name = ?2
          ORDER BY t.id
          LIMIT {MOST_NAMESAKES}"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(fault)?;
    let mut rows = statement.query(params![surface.as_str(), name]).map_err(fault)?;
    let mut logins = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        logins.push((TenantId(row.get(9).map_err(fault)?), read(row, surface)?));
    }
    Ok(logins)
}

/// Gives the log-in of a principal another password.
pub(crate) fn set_password(turn: &mut Turn<'_>, tenant: TenantId, principal: Uuid, hash: &str) -> Result<()> {
    let connection = turn.connection;
    let Some(row) = TenantRow::read(connection, tenant)? else { return Err(unknown(principal)) };
    let sql = "UPDATE logins
                  SET hash = ?3
                WHERE tenant = ?1 AND principal = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    match statement.execute(params![row.key, principal, hash]).map_err(fault)? {
        0 => Err(unknown(principal)),
        _ => Ok(()),
    }
}

/// Gives the log-in of a person who shops another name.
pub(crate) fn rename(turn: &mut Turn<'_>, tenant: TenantId, person: Uuid, name: &str) -> Result<()> {
    let connection = turn.connection;
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(()) };
    if by_person(connection, tenant, person)?.is_none() {
        return Ok(());
    }
    let sql = "UPDATE OR IGNORE logins
                  SET name = ?3
                WHERE tenant = ?1 AND person = ?2 AND surface = 'store'";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    match statement.execute(params![row.key, person, name]).map_err(fault)? {
        0 => Err(taken(name)),
        _ => Ok(()),
    }
}

/// Removes the log-in of a principal, and its tokens.
pub(crate) fn remove(turn: &mut Turn<'_>, tenant: TenantId, principal: Uuid) -> Result<()> {
    let connection = turn.connection;
    let Some(row) = TenantRow::read(connection, tenant)? else { return Err(unknown(principal)) };
    let sql = "DELETE FROM logins
                WHERE tenant = ?1 AND principal = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    match statement.execute(params![row.key, principal]).map_err(fault)? {
        0 => Err(unknown(principal)),
        _ => revoke_tokens(connection, row.key, principal, None),
    }
}

/// Removes the log-in of a name if the person who shops with it is not there; answers whether it was so.
pub(crate) fn remove_of_gone(turn: &mut Turn<'_>, tenant: TenantId, name: &str) -> Result<bool> {
    let Some(login) = by_name(turn.connection, tenant, Surface::Store, name)? else { return Ok(false) };
    if cards::find(turn, tenant, login.principal.person)?.is_some() {
        return Ok(false);
    }
    remove(turn, tenant, login.principal.id)?;
    Ok(true)
}
