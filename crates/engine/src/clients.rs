//! OAuth clients, and the tokens issued to them.

use cardfile_directory::{Client, Error, Issue, Kind, Principal, Result, Token};
use cardfile_model::TenantId;
use uuid::Uuid;

use crate::fault::corrupt;
use crate::organizations;
use crate::registry::{covered, keep_token, principal, revoke_tokens};
use crate::rows::time;
use crate::sql::{Connection, Key, Row, params};
use crate::state::TenantRow;
use crate::turn::Turn;

/// The columns that [`read`] takes.
const COLUMNS: &str = "c.principal, c.organization, c.role, c.scopes, c.sources, c.person, c.id, c.secret, c.created";

fn read(row: &Row<'_>, tenant: TenantId) -> Result<Client> {
    let hash: Vec<u8> = row.get(7)?;
    let hash = hash.try_into().map_err(|_| corrupt("a client's secret is no hash"))?;
    Ok(Client { id: row.get(6)?, secret: Token { tenant, hash }, principal: principal(row)?, created: time(row.get(8)?)? })
}

/// Keeps a client.
pub(crate) fn add(turn: &mut Turn<'_>, client: &Client) -> Result<()> {
    let connection = turn.connection;
    let Client { id, secret, principal, created } = client;
    let key = turn.draft(secret.tenant)?.row.key;
    organizations::number(connection, key, principal.organization)?;
    let Principal { id: principal_id, organization, person, .. } = principal;
    let (role, scopes, sources) = covered(principal)?;
    let sql = "INSERT INTO clients (tenant_id, id, secret, principal, organization, role, scopes, sources, person,
                                    created)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                   ON CONFLICT (tenant_id, id) DO NOTHING";
    let created = created.as_microsecond();
    let row = params![key, id, secret.hash, principal_id, organization.0, role, scopes, sources, person, created];
    match connection.execute(sql, row)? {
        0 => Err(Error::AlreadyExists { kind: Kind::Client, key: id.clone() }),
        _ => Ok(()),
    }
}

/// The clients of a tenant, by id.
pub(crate) fn all(connection: &Connection, tenant: TenantId) -> Result<Vec<Client>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(Vec::new()) };
    let sql = format!("SELECT {COLUMNS} FROM clients c WHERE c.tenant_id = ?1 AND c.secret IS NOT NULL ORDER BY c.id");
    connection.rows(&sql, params![row.key], |row| read(row, tenant))
}

/// The client of an id, unless it was removed.
pub(crate) fn by_id(connection: &Connection, tenant: TenantId, id: &str) -> Result<Option<Client>> {
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(None) };
    let sql = format!("SELECT {COLUMNS} FROM clients c WHERE c.tenant_id = ?1 AND c.id = ?2 AND c.secret IS NOT NULL");
    connection.row(&sql, params![row.key, id], |row| read(row, tenant))
}

/// The client that a refresh token is of.
pub(crate) fn of_refresh(connection: &Connection, refresh: Token) -> Result<Option<Client>> {
    let Some(row) = TenantRow::read(connection, refresh.tenant)? else { return Ok(None) };
    let sql = format!(
        "SELECT {COLUMNS}
           FROM refresh_tokens r
           JOIN clients c ON c.tenant_id = r.tenant_id AND c.id = r.client
          WHERE r.tenant_id = ?1 AND r.hash = ?2 AND c.secret IS NOT NULL"
    );
    connection.row(&sql, params![row.key, refresh.hash], |row| read(row, refresh.tenant))
}

/// Takes a client's secret and tokens away; its id and principal stay, for the log.
pub(crate) fn remove(turn: &mut Turn<'_>, tenant: TenantId, id: &str) -> Result<()> {
    let connection = turn.connection;
    let unknown = || Error::NotFound { kind: Kind::Client, id: id.to_owned() };
    let Some(row) = TenantRow::read(connection, tenant)? else { return Err(unknown()) };
    let sql = "UPDATE clients
                  SET secret = NULL
                WHERE tenant_id = ?1 AND id = ?2 AND secret IS NOT NULL
            RETURNING principal";
    let principal: Uuid = connection.row(sql, params![row.key, id], |row| row.get(0))?.ok_or_else(unknown)?;
    // What its tokens were renewed into is not issued to it.
    revoke_tokens(connection, row.key, principal, None)?;
    forget(connection, row.key, id, i64::MAX)
}

/// Keeps tokens for a client, and spends the one they are issued for.
pub(crate) fn issue(turn: &mut Turn<'_>, issue: &Issue) -> Result<()> {
    let connection = turn.connection;
    let Issue { client, spent, access, refresh: (refresh, expires) } = issue;
    let tenant = access.token.tenant;
    let Some(row) = TenantRow::read(connection, tenant)? else { return Err(Error::Unauthenticated) };
    if by_id(connection, tenant, client)?.is_none() {
        return Err(Error::Unauthenticated);
    }
    let now = access.created.as_microsecond();
    if let Some(spent) = spent {
        let sql = "SELECT expires
                     FROM refresh_tokens
                    WHERE tenant_id = ?1 AND hash = ?2 AND client = ?3";
        let end: Option<i64> = connection.row(sql, params![row.key, spent.hash, client], |row| row.get(0))?;
        if spent.tenant != tenant || end.is_none_or(|end| end <= now) {
            return Err(Error::Unauthenticated);
        }
        let sql = "DELETE FROM refresh_tokens
                    WHERE tenant_id = ?1 AND hash = ?2";
        connection.execute(sql, params![row.key, spent.hash])?;
    }
    forget(connection, row.key, client, now)?;
    keep_token(turn, access, Some(client))?;
    let sql = "INSERT INTO refresh_tokens (tenant_id, hash, client, expires)
               VALUES (?1, ?2, ?3, ?4)";
    connection.execute(sql, params![row.key, refresh.hash, client, expires.as_microsecond()]).map(drop)
}

/// Forgets the tokens of a client that end by a time.
fn forget(connection: &Connection, tenant: Key, client: &str, end: i64) -> Result<()> {
    for sql in [
        "DELETE FROM tokens
          WHERE tenant_id = ?1 AND client = ?2 AND (expires <= ?3 OR ?3 = 9223372036854775807)",
        "DELETE FROM refresh_tokens
          WHERE tenant_id = ?1 AND client = ?2 AND expires <= ?3",
    ] {
        connection.execute(sql, params![tenant, client, end])?;
    }
    Ok(())
}
