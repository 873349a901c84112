//! Commands that are done once under a key.

use cardfile_directory::{Applied, Author, Error, Kind, Once, Result};
use cardfile_model::TenantId;

use crate::sql::params;
use crate::turn::Turn;

/// How long keys are remembered, in microseconds: a day.
const REMEMBERED: i64 = 24 * 60 * 60 * 1_000_000;

/// Does some work, or tells what was answered when it was done under the author's key. Keys that are too old are forgotten on
/// the way.
pub(crate) fn guarded(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    work: impl FnOnce(&mut Turn<'_>) -> Result<Applied>,
) -> Result<Applied> {
    let Some(Once { principal, key: once, fingerprint, answer }) = &author.once else { return work(turn) };
    let connection = turn.connection;
    let row = &turn.draft(tenant)?.row;
    let (key, revision, now) = (row.key, row.revision, author.time.as_microsecond());
    let sql = "DELETE FROM idempotency
                WHERE tenant_id = ?1 AND created <= ?2";
    connection.execute(sql, params![key, now.saturating_sub(REMEMBERED)])?;
    let sql = "SELECT fingerprint, answer
                 FROM idempotency
                WHERE tenant_id = ?1 AND principal = ?2 AND key = ?3";
    let known =
        connection.row(sql, params![key, *principal, *once], |row| Ok((row.blob(0)? == fingerprint, row.blob(1)?.to_vec())))?;
    match known {
        Some((true, receipt)) => return Ok(Applied { receipt: Some(receipt), ..Applied::nothing(revision) }),
        Some((false, _)) => return Err(Error::AlreadyExists { kind: Kind::Once, key: once.clone() }),
        None => {}
    }
    let applied = work(turn)?;
    let sql = "INSERT INTO idempotency (tenant_id, principal, key, fingerprint, created, answer)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.execute(sql, params![key, *principal, *once, *fingerprint, now, answer(&applied)])?;
    Ok(applied)
}
