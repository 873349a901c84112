//! People who sign in with a name and a password.

use cardfile_directory::{Error, Kind, Login, MOST_NAMESAKES, Principal, Result, Surface};
use cardfile_model::TenantId;
use uuid::Uuid;

use crate::fault::corrupt;
use crate::registry::{covered, principal, revoke_tokens};
use crate::rows::time;
use crate::signposts::Signpost;
use crate::sql::{Connection, Row, Value, params};
use crate::state::TenantRow;
use crate::turn::Turn;
use crate::{cards, organizations};

/// The columns that [`read`] takes.
const COLUMNS: &str = "g.principal, g.organization, g.role, g.scopes, g.sources, g.person, g.name, g.hash, g.created";

fn read(row: &Row<'_>, surface: Surface) -> Result<Login> {
    Ok(Login { surface, name: row.get(6)?, hash: row.get(7)?, principal: principal(row)?, created: time(row.get(8)?)? })
}

/// The surface that is stored as this.
pub(crate) fn surface(stored: &str) -> Result<Surface> {
    let known = [Surface::Admin, Surface::Agent, Surface::Store].into_iter().find(|surface| surface.as_str() == stored);
    known.ok_or_else(|| corrupt(format!("surface {stored}")))
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
    // A person who shops has one log-in.
    if *surface == Surface::Store && by_person(connection, tenant, *person)?.is_some() {
        return Err(taken(name));
    }
    let (role, scopes, sources) = covered(principal)?;
    let sql = "INSERT INTO logins (tenant_id, surface, name, hash, principal, organization, role, scopes, sources, person,
                                   created)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                   ON CONFLICT (tenant_id, surface, name) DO NOTHING";
    let (at, created) = (surface.as_str(), created.as_microsecond());
    let row = params![row.key, at, name, hash, id, organization.0, role, scopes, sources, person, created];
    match connection.execute(sql, row)? {
        0 => Err(taken(name)),
        _ => Signpost::Login(*surface, name).put(connection, tenant),
    }
}

/// The log-ins of a tenant at a surface, by name.
pub(crate) fn all(connection: &Connection, tenant: TenantId, surface: Surface) -> Result<Vec<Login>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(Vec::new()) };
    let clause = "g.tenant_id = ?1 AND g.surface = ?2 ORDER BY g.name";
    those(connection, clause, params![row.key, surface.as_str()], surface)
}

/// The log-in of a name.
pub(crate) fn by_name(connection: &Connection, tenant: TenantId, surface: Surface, name: &str) -> Result<Option<Login>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(None) };
    let clause = "g.tenant_id = ?1 AND g.surface = ?2 AND g.name = ?3";
    Ok(those(connection, clause, params![row.key, surface.as_str(), name], surface)?.pop())
}

/// The log-in of a person who shops.
pub(crate) fn by_person(connection: &Connection, tenant: TenantId, person: Uuid) -> Result<Option<Login>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(None) };
    let clause = "g.tenant_id = ?1 AND g.person = ?2 AND g.surface = 'store'";
    Ok(those(connection, clause, params![row.key, person], Surface::Store)?.pop())
}

fn those(connection: &Connection, clause: &str, of: &[Value<'_>], surface: Surface) -> Result<Vec<Login>> {
    let sql = format!("SELECT {COLUMNS} FROM logins g WHERE {clause}");
    connection.rows(&sql, of, |row| read(row, surface))
}

/// The log-ins of a name in all tenants, by tenant: signposts lead to them.
pub(crate) fn named(connection: &Connection, surface: Surface, name: &str) -> Result<Vec<(TenantId, Login)>> {
    let mut logins = Vec::new();
    for tenant in Signpost::Login(surface, name).follow(connection)? {
        if logins.len() == MOST_NAMESAKES {
            break;
        }
        logins.extend(by_name(connection, tenant, surface, name)?.map(|login| (tenant, login)));
    }
    Ok(logins)
}

/// Gives the log-in of a principal another password.
pub(crate) fn set_password(turn: &mut Turn<'_>, tenant: TenantId, principal: Uuid, hash: &str) -> Result<()> {
    let connection = turn.connection;
    let Some(row) = TenantRow::read(connection, tenant)? else { return Err(unknown(principal)) };
    let sql = "UPDATE logins
                  SET hash = ?3
                WHERE tenant_id = ?1 AND principal = ?2";
    match connection.execute(sql, params![row.key, principal, hash])? {
        0 => Err(unknown(principal)),
        _ => Ok(()),
    }
}

/// Gives the log-in of a person who shops another name.
pub(crate) fn rename(turn: &mut Turn<'_>, tenant: TenantId, person: Uuid, name: &str) -> Result<()> {
    let connection = turn.connection;
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(()) };
    let Some(before) = by_person(connection, tenant, person)? else { return Ok(()) };
    let namesake = by_name(connection, tenant, Surface::Store, name)?;
    if namesake.is_some_and(|namesake| namesake.principal.person != person) {
        return Err(taken(name));
    }
    let sql = "UPDATE logins
                  SET name = ?3
                WHERE tenant_id = ?1 AND person = ?2 AND surface = 'store'";
    connection.execute(sql, params![row.key, person, name])?;
    Signpost::Login(Surface::Store, &before.name).remove(connection, tenant)?;
    Signpost::Login(Surface::Store, name).put(connection, tenant)
}

/// Removes the log-in of a principal, and its tokens.
pub(crate) fn remove(turn: &mut Turn<'_>, tenant: TenantId, principal: Uuid) -> Result<()> {
    let connection = turn.connection;
    let Some(row) = TenantRow::read(connection, tenant)? else { return Err(unknown(principal)) };
    let sql = "SELECT surface, name
                 FROM logins
                WHERE tenant_id = ?1 AND principal = ?2";
    let read = |row: &Row<'_>| Ok((surface(row.text(0)?)?, row.get::<String>(1)?));
    let gone = connection.rows(sql, params![row.key, principal], read)?;
    if gone.is_empty() {
        return Err(unknown(principal));
    }
    let sql = "DELETE FROM logins
                WHERE tenant_id = ?1 AND principal = ?2";
    connection.execute(sql, params![row.key, principal])?;
    for (surface, name) in gone {
        Signpost::Login(surface, &name).remove(connection, tenant)?;
    }
    revoke_tokens(connection, row.key, principal, None)
}

/// Removes every log-in of a person, and their tokens.
pub(crate) fn remove_of(turn: &mut Turn<'_>, tenant: TenantId, person: Uuid) -> Result<()> {
    let key = turn.draft(tenant)?.row.key;
    let sql = "SELECT DISTINCT principal
                 FROM logins
                WHERE tenant_id = ?1 AND person = ?2";
    let principals: Vec<Uuid> = turn.connection.rows(sql, params![key, person], |row| row.get(0))?;
    principals.into_iter().try_for_each(|principal| remove(turn, tenant, principal))
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
