//! Step 6: signposts to what was found by indexes over all tenants.

use cardfile_directory::Result;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::fault::fault;

pub(super) fn fill(connection: &Connection) -> Result<()> {
    let nothing = Uuid::nil();
    for sql in [
        "INSERT INTO signposts SELECT ?1, 'tenant', id, id FROM tenants",
        "INSERT INTO signposts SELECT o.id, 'organization', ?1, t.id FROM organizations o JOIN tenants t USING (tenant_id)",
    ] {
        connection.execute(sql, [nothing]).map_err(fault)?;
    }
    let sql = "SELECT g.surface, g.name, t.id FROM logins g JOIN tenants t USING (tenant_id)";
    let mut logins = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = logins.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let (surface, name, owner): (String, String, Uuid) =
            (row.get(0).map_err(fault)?, row.get(1).map_err(fault)?, row.get(2).map_err(fault)?);
        let hash = Sha256::new().chain_update(surface).chain_update([0]).chain_update(name).finalize();
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        let place = uuid::Builder::from_custom_bytes(first).into_uuid();
        let sql = "INSERT INTO signposts VALUES (?1, 'login', ?2, ?2)";
        connection.execute(sql, params![place, owner]).map_err(fault)?;
    }
    Ok(())
}
