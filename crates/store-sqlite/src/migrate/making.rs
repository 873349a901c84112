//! Step 4: the folded names of organizations made before these were kept, and what the log tells of when they were made.

use cardfile_directory::Result;
use cardfile_model::fold;
use rusqlite::{Connection, params};

use crate::fault::fault;

pub(super) fn fill(connection: &Connection) -> Result<()> {
    let mut names = connection.prepare_cached("SELECT tenant, number, name FROM organizations").map_err(fault)?;
    let rows = names.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let known: Vec<(i64, u32, String)> = rows.and_then(Iterator::collect).map_err(fault)?;
    let sql = "UPDATE organizations
                  SET folded = ?3
                WHERE tenant = ?1 AND number = ?2";
    let mut update = connection.prepare_cached(sql).map_err(fault)?;
    for (tenant, number, name) in known {
        update.execute(params![tenant, number, fold::text(&name)]).map_err(fault)?;
    }
    let mut log = connection
        .prepare_cached("SELECT tenant, organization, revision, time FROM log WHERE kind = 'organization'")
        .map_err(fault)?;
    let sql = "UPDATE organizations
                  SET revision = ?3, created = ?4, modified = ?4
                WHERE tenant = ?1 AND number = ?2";
    let mut update = connection.prepare_cached(sql).map_err(fault)?;
    let rows = log.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let made: Vec<(i64, u32, u64, i64)> = rows.and_then(Iterator::collect).map_err(fault)?;
    for (tenant, number, revision, time) in made {
        update.execute(params![tenant, number, revision, time]).map_err(fault)?;
    }
    Ok(())
}
