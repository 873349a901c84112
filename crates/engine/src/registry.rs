//! Tenants and tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use cardfile_directory::{Author, Caller, Error, Origin, Principal, Result, Scopes, Token, TokenDraft};
use cardfile_model::{Limits, OrganizationId, Role, Sources, TenantId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::fault::corrupt;
use crate::organizations;
use crate::rows::time;
use crate::signposts::Signpost;
use crate::sql::{Connection, Key, Row, params};
use crate::state::TenantRow;
use crate::turn::Turn;

/// The tenant an organization is in.
pub(crate) fn tenant_of(connection: &Connection, id: OrganizationId) -> Result<Option<TenantId>> {
    Ok(Signpost::Organization(id).follow(connection)?.into_iter().next())
}

/// Every tenant, by id.
pub(crate) fn tenants(connection: &Connection) -> Result<Vec<TenantId>> {
    Signpost::Tenant.follow(connection)
}

/// Keeps a token, and forgets those of its principal that ended.
pub(crate) fn add_token(turn: &mut Turn<'_>, draft: &TokenDraft) -> Result<()> {
    let TokenDraft { token, principal, created, origin: _ } = draft;
    let key = turn.draft(token.tenant)?.row.key;
    revoke_tokens(turn.connection, key, principal.id, Some(*created))?;
    keep_token(turn, draft, None)
}

/// The keys of a tenant, by time and then by id.
pub(crate) fn keys(connection: &Connection, tenant: TenantId) -> Result<Vec<cardfile_directory::Key>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(Vec::new()) };
    let sql = "SELECT principal, organization, role, scopes, sources, person, name, expires, created
                 FROM tokens
                WHERE tenant_id = ?1 AND client IS NULL AND NOT is_session
                ORDER BY created, principal";
    let mut keys: Vec<cardfile_directory::Key> = connection.rows(sql, params![row.key], |row| {
        let expires = row.get::<Option<i64>>(7)?.map(time).transpose()?;
        Ok(cardfile_directory::Key { principal: Principal { expires, ..principal(row)? }, created: time(row.get(8)?)? })
    })?;
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(key.principal.id));
    Ok(keys)
}

/// Keeps a token if another of its principal stands.
pub(crate) fn renew_token(turn: &mut Turn<'_>, draft: &TokenDraft) -> Result<()> {
    let TokenDraft { token, principal, created, origin: _ } = draft;
    let Some(row) = TenantRow::read(turn.connection, token.tenant)? else { return Err(Error::Unauthenticated) };
    let sql = "SELECT 1
                 FROM tokens
                WHERE tenant_id = ?1 AND principal = ?2 AND (expires IS NULL OR expires > ?3)";
    if turn.connection.exists(sql, params![row.key, principal.id, created.as_microsecond()])? {
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
    let sql = "INSERT INTO tokens (tenant_id, hash, principal, organization, role, scopes, sources, person, created, expires,
                                   name, client, is_session, until)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let created = created.as_microsecond();
    let [expires, until] = [principal.expires, until].map(|time| time.map(Timestamp::as_microsecond));
    let row = params![
        key,
        token.hash,
        principal.id,
        principal.organization.0,
        role,
        scopes,
        sources,
        principal.person,
        created,
        expires,
        principal.name,
        client,
        is_session,
        until,
    ];
    connection.execute(sql, row).map(drop)
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
                WHERE tenant_id = ?1 AND hash = ?2";
    connection.execute(sql, params![row.key, token.hash]).map(drop)
}

/// Forgets all tokens of a principal.
pub(crate) fn revoke_tokens_of(turn: &mut Turn<'_>, tenant: TenantId, principal: Uuid) -> Result<()> {
    match TenantRow::read(turn.connection, tenant)? {
        Some(row) => revoke_tokens(turn.connection, row.key, principal, None),
        None => Ok(()),
    }
}

/// Forgets the tokens of a principal: those that end by a time, or all.
pub(crate) fn revoke_tokens(connection: &Connection, tenant: Key, principal: Uuid, end: Option<Timestamp>) -> Result<()> {
    let sql = "DELETE FROM tokens
                WHERE tenant_id = ?1 AND principal = ?2 AND (CAST(?3 AS bigint) IS NULL OR expires <= ?3)";
    connection.execute(sql, params![tenant, principal, end.map(Timestamp::as_microsecond)]).map(drop)
}

/// Forgets the tokens that act as a person.
pub(crate) fn revoke_tokens_as(connection: &Connection, tenant: Key, person: Uuid) -> Result<()> {
    let sql = "DELETE FROM tokens
                WHERE tenant_id = ?1 AND person = ?2";
    connection.execute(sql, params![tenant, person]).map(drop)
}

/// Whom a token stands for.
pub(crate) fn caller(connection: &Connection, token: Token) -> Result<Option<Caller>> {
    let Some(row) = TenantRow::read(connection, token.tenant)? else { return Ok(None) };
    let sql = "SELECT principal, organization, role, scopes, sources, person, name, expires, is_session, until
                 FROM tokens
                WHERE tenant_id = ?1 AND hash = ?2";
    connection.row(sql, params![row.key, token.hash], |row| {
        let at = |column: usize| row.get::<Option<i64>>(column)?.map(time).transpose();
        let origin = if row.get(8)? { Origin::Session { until: at(9)? } } else { Origin::Key };
        Ok(Caller { tenant: token.tenant, principal: Principal { expires: at(7)?, ..principal(row)? }, origin })
    })
}

/// A principal from `principal, organization, role, scopes, sources, person, name`.
pub(crate) fn principal(row: &Row<'_>) -> Result<Principal> {
    let names = |text: String| serde_json::from_str::<Vec<String>>(&text).map_err(corrupt);
    let role = match row.text(2)? {
        "admin" => Role::Admin,
        "reader" => Role::Reader,
        other => return Err(corrupt(format!("role {other}"))),
    };
    Ok(Principal {
        id: row.get(0)?,
        name: row.get(6)?,
        organization: OrganizationId(row.get(1)?),
        role,
        scopes: Scopes(names(row.get(3)?)?),
        sources: match row.get::<Option<String>>(4)? {
            None => Sources::Any,
            Some(text) => Sources::Only(names(text)?),
        },
        person: row.get(5)?,
        expires: None,
    })
}

/// Who makes organizations: the operator.
pub(crate) fn operator(time: Timestamp) -> Author {
    Author::unbound(time, None, "cli", Arc::new(Limits::default()))
}
