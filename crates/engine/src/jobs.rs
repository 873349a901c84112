//! Work that goes on beside requests, as it is kept.

use cardfile_directory::{Applied, Author, DEAD_LETTERS, Error, Job, JobEdit, JobState, Piece, Result};
use cardfile_model::{OrganizationId, TenantId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::fault::corrupt;
use crate::organizations;
use crate::rows::time;
use crate::signposts::Signpost;
use crate::sql::{Connection, Key, Row, params};
use crate::turn::Turn;

/// Changes a job and its files.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, edit: JobEdit) -> Result<Applied> {
    let connection = turn.connection;
    let row = &turn.draft(tenant)?.row;
    let (key, revision) = (row.key, row.revision);
    match edit {
        JobEdit::Put { job, pieces, dropped } => {
            if job.version == 0 {
                add(connection, tenant, key, author, &job)?;
            } else {
                rewrite(connection, key, &job)?;
            }
            for file in dropped {
                let sql = "DELETE FROM job_files
                            WHERE tenant_id = ?1 AND job = ?2 AND file = ?3";
                connection.execute(sql, params![key, job.id, file])?;
            }
            for piece in pieces {
                put(connection, key, job.id, &piece)?;
            }
        }
        JobEdit::Remove { id } => remove(connection, tenant, key, id)?,
    }
    Ok(Applied::nothing(revision))
}

fn add(connection: &Connection, tenant: TenantId, key: Key, author: &Author, job: &Job) -> Result<()> {
    let most = author.limits.tenant_jobs.into();
    let sql = "SELECT count(*)
                 FROM jobs
                WHERE tenant_id = ?1";
    let kept: u64 = connection.one(sql, params![key], |row| row.get(0))?;
    if kept >= most {
        return Err(Error::TooLarge { limit: "tenant_jobs", most });
    }
    let organization = organizations::number(connection, key, job.organization)?;
    let sql = "INSERT INTO jobs (tenant_id, id, organization, kind, state, created, updated, due, version, document)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9)
                   ON CONFLICT (tenant_id, id) DO NOTHING";
    let [created, updated, due] = [job.created, job.updated, job.due].map(Timestamp::as_microsecond);
    let (state, document) = (job.state.name(), document(job)?);
    let row = params![key, job.id, organization, job.kind, state, created, updated, due, document];
    if connection.execute(sql, row)? == 0 {
        return Err(stale(connection, key, job)?);
    }
    Signpost::Jobs.put(connection, tenant)
}

fn rewrite(connection: &Connection, key: Key, job: &Job) -> Result<()> {
    let sql = "UPDATE jobs
                  SET state = ?4, updated = ?5, due = ?6, version = version + 1, document = ?7
                WHERE tenant_id = ?1 AND id = ?2 AND version = ?3";
    let [updated, due] = [job.updated, job.due].map(Timestamp::as_microsecond);
    let (state, document) = (job.state.name(), document(job)?);
    let row = params![key, job.id, job.version, state, updated, due, document];
    if connection.execute(sql, row)? == 0 { Err(stale(connection, key, job)?) } else { Ok(()) }
}

/// That a job is not as it was read.
fn stale(connection: &Connection, key: Key, job: &Job) -> Result<Error> {
    let actual = by_id(connection, key, job.id)?.map_or(0, |found| found.version);
    Ok(Error::Stale { expected: job.version, actual })
}

fn put(connection: &Connection, key: Key, job: Uuid, piece: &Piece) -> Result<()> {
    let sql = "INSERT INTO job_files (tenant_id, job, file, part, bytes)
               VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (tenant_id, job, file, part) DO UPDATE
                  SET bytes = excluded.bytes";
    connection.execute(sql, params![key, job, piece.file, piece.part, piece.bytes]).map(drop)
}

fn remove(connection: &Connection, tenant: TenantId, key: Key, id: Uuid) -> Result<()> {
    let sql = "DELETE FROM job_files
                WHERE tenant_id = ?1 AND job = ?2";
    connection.execute(sql, params![key, id])?;
    let sql = "DELETE FROM jobs
                WHERE tenant_id = ?1 AND id = ?2";
    connection.execute(sql, params![key, id])?;
    take_signpost_if_none(connection, tenant, key)
}

/// Forgets what jobs have told of people: those that have ended, with their files, and the dead letters of the others.
pub(crate) fn forget_told(connection: &Connection, tenant: TenantId, key: Key) -> Result<()> {
    let sql = "DELETE FROM job_files
                WHERE tenant_id = ?1
                  AND (file LIKE ?2 OR job IN (SELECT id
                                                 FROM jobs
                                                WHERE tenant_id = ?1 AND state IN ('done', 'failed', 'cancelled')))";
    connection.execute(sql, params![key, format!("{DEAD_LETTERS}%")])?;
    let sql = "DELETE FROM jobs
                WHERE tenant_id = ?1 AND state IN ('done', 'failed', 'cancelled')";
    connection.execute(sql, params![key])?;
    take_signpost_if_none(connection, tenant, key)
}

fn take_signpost_if_none(connection: &Connection, tenant: TenantId, key: Key) -> Result<()> {
    let sql = "SELECT 1
                 FROM jobs
                WHERE tenant_id = ?1
                LIMIT 1";
    if connection.exists(sql, params![key])? { Ok(()) } else { Signpost::Jobs.remove(connection, tenant) }
}

/// The columns that [`read`] takes, of a job `j` and its organization `o`.
macro_rules! jobs {
    ($and:literal) => {
        concat!(
            "SELECT j.id, o.id, j.kind, j.state, j.created, j.updated, j.due, j.version, j.document
               FROM jobs j
               JOIN organizations o ON o.tenant_id = j.tenant_id AND o.number = j.organization
              WHERE j.tenant_id = ?1 ",
            $and
        )
    };
}

/// The job of an id.
pub(crate) fn by_id(connection: &Connection, tenant: Key, id: Uuid) -> Result<Option<Job>> {
    connection.row(jobs!("AND j.id = ?2"), params![tenant, id], read)
}

/// The jobs of a tenant, or those that are due by a time, the oldest first.
pub(crate) fn all(connection: &Connection, tenant: Key, due: Option<Timestamp>) -> Result<Vec<Job>> {
    let due = due.map_or(i64::MAX, Timestamp::as_microsecond);
    connection.rows(jobs!("AND j.due <= ?2 ORDER BY j.created, j.id"), params![tenant, due], read)
}

/// A piece of a file.
pub(crate) fn piece(connection: &Connection, tenant: Key, job: Uuid, (file, part): (&str, u32)) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes
                 FROM job_files
                WHERE tenant_id = ?1 AND job = ?2 AND file = ?3 AND part = ?4";
    connection.row(sql, params![tenant, job, file, part], |row| row.get(0))
}

fn read(row: &Row<'_>) -> Result<Job> {
    let state: String = row.get(3)?;
    Ok(Job {
        id: row.get(0)?,
        organization: OrganizationId(row.get(1)?),
        kind: row.get(2)?,
        state: JobState::read(&state).ok_or_else(|| corrupt(state))?,
        created: time(row.get(4)?)?,
        updated: time(row.get(5)?)?,
        due: time(row.get(6)?)?,
        version: row.get(7)?,
        document: serde_json::from_str(row.text(8)?).map_err(corrupt)?,
    })
}

fn document(job: &Job) -> Result<String> {
    serde_json::to_string(&job.document).map_err(Error::internal)
}
