//! Tenants and tokens.

use std::sync::Arc;

use cardfile_directory::{Author, Caller, Error, Origin, Principal, Result, Scopes, Token, TokenDraft};
use cardfile_model::{Limits, OrganizationId, Role, Sources, TenantId};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::fault::{corrupt, fault};
use crate::organizations;
use crate::rows::time;
use crate::state::TenantRow;
use crate::turn::Turn;

/// The tenant an organization is in.
pub(crate) fn tenant_of(connection: &Connection, id: OrganizationId) -> Result<Option<TenantId>> {
    let sql = "SELECT t.id
                 FROM organizations o
                 JOIN tenants t ON t.tenant = o.tenant
                WHERE o.id = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_row([id.0], |row| row.get(0).map(TenantId)).optional().map_err(fault)
}

/// Every tenant, by id.
pub(crate) fn tenants(connection: &Connection) -> Result<Vec<TenantId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM tenants ORDER BY id").map_err(fault)?;
    let rows = statement.query_map([], |row| row.get(0).map(TenantId));
    rows.and_then(Iterator::collect).map_err(fault)
}

/// Keeps a token, and forgets those of its principal that ended.
pub(crate) fn add_token(turn: &mut Turn<'_>, draft: &TokenDraft) -> Result<()> {
    let TokenDraft { token, principal, created, origin: _ } = draft;
    let key = turn.draft(token.tenant)?.row.key;
    revoke_tokens(turn.connection, key, principal.id, Some(*created))?;
    keep_token(turn, draft, None)
}

/// Keeps a token if another of its principal stands.
pub(crate) fn renew_token(turn: &mut Turn<'_>, draft: &TokenDraft) -> Result<()> {
    let TokenDraft { token, principal, created, origin: _ } = draft;
    let Some(row) = TenantRow::read(turn.connection, token.tenant)? else { return Err(Error::Unauthenticated) };
    let sql = "SELECT 1
                 FROM tokens
                WHERE tenant = ?1 AND principal = ?2 AND (expires IS NULL OR expires > ?3)";
    let mut statement = turn.connection.prepare_cached(sql).map_err(fault)?;
    if statement.exists(params![row.key, principal.id, created.as_microsecond()]).map_err(fault)? {
        return add_token(turn, draft);
    }
    Err(Error::Unauthenticated)
}

/// Keeps a token, which may be issued to a client.
pub(crate) fn keep_token(turn: &mut Turn<'_>, draft: &TokenDraft, client: Option<&str>) -> Result<()> {
    let connection = turn.connection;
    let TokenDraft { token, principal, created, origin } = draft;
    let key = turn.draft(token.tenant)?.row.key;
    organizations::number(connection, key, principal.organization)?;
    let (role, scopes, sources) = covered(principal)?;
    let (is_session, until) = match *origin {
        Origin::Key => (false, None),
        Origin::Session { until } => (true, until),
    };
    let sql = "INSERT INTO tokens (tenant, hash, principal, organization, role, scopes, sources, person, created, expires,
                                   name, client, is_session, until)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement
        .execute(params![
            key,
            token.hash,
            principal.id,
            principal.organization.0,
            role,
            scopes,
            sources,
            principal.person,
            created.as_microsecond(),
            principal.expires.map(Timestamp::as_microsecond),
            principal.name,
            client,
            is_session,
            until.map(Timestamp::as_microsecond),
        ])
        .map(drop)
        .map_err(fault)
}

/// What a principal may do, as it is stored: its role, its scopes, its sources.
pub(crate) fn covered(principal: &Principal) -> Result<(&'static str, String, Option<String>)> {
    let role = match principal.role {
        Role::Admin => "admin",
        Role::Reader => "reader",
    };
    let scopes = serde_json::to_string(&principal.scopes.0).map_err(Error::internal)?;
    let sources = match &principal.sources {
        Sources::Any => None,
        Sources::Only(names) => Some(serde_json::to_string(names).map_err(Error::internal)?),
    };
    Ok((role, scopes, sources))
}

/// Forgets a token.
pub(crate) fn revoke_token(turn: &mut Turn<'_>, token: Token) -> Result<()> {
    let connection = turn.connection;
    let Some(row) = TenantRow::read(connection, token.tenant)? else { return Ok(()) };
    let sql = "DELETE FROM tokens
                WHERE tenant = ?1 AND hash = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.execute(params![row.key, token.hash]).map(drop).map_err(fault)
}

/// Forgets all tokens of a principal.
pub(crate) fn revoke_tokens_of(turn: &mut Turn<'_>, tenant: TenantId, principal: Uuid) -> Result<()> {
    match TenantRow::read(turn.connection, tenant)? {
        Some(row) => revoke_tokens(turn.connection, row.key, principal, None),
        None => Ok(()),
    }
}

/// Forgets the tokens of a principal: those that end by a time, or all.
pub(crate) fn revoke_tokens(connection: &Connection, tenant: i64, principal: Uuid, end: Option<Timestamp>) -> Result<()> {
    let sql = "DELETE FROM tokens
                WHERE tenant = ?1 AND principal = ?2 AND (?3 IS NULL OR expires <= ?3)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.execute(params![tenant, principal, end.map(Timestamp::as_microsecond)]).map(drop).map_err(fault)
}

/// Whom a token stands for.
pub(crate) fn caller(connection: &Connection, token: Token) -> Result<Option<Caller>> {
    let sql =
        "SELECT k.principal, k.organization, k.role, k.scopes, k.sources, k.person, k.name, k.expires, k.is_session, k.until
                 FROM tenants t
                 JOIN tokens k ON k.tenant = t.tenant
                WHERE t.id = ?1 AND k.hash = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![token.tenant.0, token.hash]).map_err(fault)?;
    let Some(row) = rows.next().map_err(fault)? else { return Ok(None) };
    let at = |column: usize| row.get::<_, Option<i64>>(column).map_err(fault)?.map(time).transpose();
    let is_session = row.get(8).map_err(fault)?;
    let origin = if is_session { Origin::Session { until: at(9)? } } else { Origin::Key };
    Ok(Some(Caller { tenant: token.tenant, principal: Principal { expires: at(7)?, ..principal(row)? }, origin }))
}

/// A principal from `principal, organization, role, scopes, sources, person, name`.
pub(crate) fn principal(row: &Row<'_>) -> Result<Principal> {
    let names = |text: String| serde_json::from_str::<Vec<String>>(&text).map_err(corrupt);
    let role = match row.get_ref(2).map_err(fault)?.as_str().map_err(corrupt)? {
        "admin" => Role::Admin,
        "reader" => Role::Reader,
        other => return Err(corrupt(format!("role {other}"))),
    };
    Ok(Principal {
        id: row.get::<_, Uuid>(0).map_err(fault)?,
        name: row.get(6).map_err(fault)?,
        organization: OrganizationId(row.get(1).map_err(fault)?),
        role,
        scopes: Scopes(names(row.get(3).map_err(fault)?)?),
        sources: match row.get::<_, Option<String>>(4).map_err(fault)? {
            None => Sources::Any,
            Some(text) => Sources::Only(names(text)?),
        },
        person: row.get(5).map_err(fault)?,
        expires: None,
    })
}

/// Who makes organizations: the operator.
pub(crate) fn operator(time: Timestamp) -> Author {
    Author::unbound(time, None, "cli", Arc::new(Limits::default()))
}
