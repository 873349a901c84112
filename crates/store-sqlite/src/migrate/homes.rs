//! Where people outside of the root belong, said on their cards in a file made before these told it.

use cardfile_directory::Result;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use super::chunks;
use crate::fault::{corrupt, fault};

pub(super) fn fill(connection: &Connection) -> Result<()> {
    let mut tenants = connection.prepare_cached("SELECT tenant FROM tenants ORDER BY tenant").map_err(fault)?;
    let tenants: Vec<i64> = tenants.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(fault)?;
    for tenant in tenants {
        for name in chunks::names(connection, tenant, "organization/")? {
            let organization: u32 = name["organization/".len()..].parse().map_err(corrupt)?;
            for number in chunks::load(connection, tenant, &name)? {
                settle(connection, tenant << 32 | i64::from(number), organization)?;
            }
        }
    }
    Ok(())
}

/// Says on one card where the person belongs. Who was removed for good has none.
fn settle(connection: &Connection, person: i64, organization: u32) -> Result<()> {
    let mut select = connection.prepare_cached("SELECT document FROM contacts WHERE person = ?1").map_err(fault)?;
    let mut rows = select.query([person]).map_err(fault)?;
    let Some(row) = rows.next().map_err(fault)? else { return Ok(()) };
    let mut card: Map<String, Value> =
        serde_json::from_slice(row.get_ref(0).map_err(fault)?.as_blob().map_err(corrupt)?).map_err(corrupt)?;
    card.insert("memberships".into(), json!([{"o": organization}]));
    let document = serde_json::to_vec(&card).map_err(corrupt)?;
    let mut update = connection.prepare_cached("UPDATE contacts SET document = ?2 WHERE person = ?1").map_err(fault)?;
    update.execute(params![person, document]).map(drop).map_err(fault)
}
