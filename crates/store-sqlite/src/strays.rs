//! Rows of tenants that are not there.

use cardfile_directory::Result;

use crate::fault::fault;

/// The tables that name a tenant.
const TABLES: &[&str] = &[
    "organizations",
    "ids",
    "stubs",
    "sets",
    "groups",
    "log",
    "undo",
    "segments",
    "blocks",
    "tokens",
    "clients",
    "logins",
    "refresh_tokens",
    "notes",
    "leases",
    "moves",
    "contacts",
    "texts",
];

/// Rows of tenants that are not there.
pub(crate) fn strays(connection: &rusqlite::Connection) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for table in TABLES {
        let tenant = match *table {
            "contacts" => "person >> 32",
            "texts" => "chunk >> 32",
            _ => "tenant_id",
        };
        let sql = format!("SELECT count(*) FROM {table} WHERE {tenant} NOT IN (SELECT t.tenant_id FROM tenants t)");
        let found: u64 = connection.query_row(&sql, [], |row| row.get(0)).map_err(fault)?;
        if found > 0 {
            wrong.push(format!("{found} rows of {table} are of no tenant"));
        }
    }
    let sql = "SELECT count(*)
                 FROM tenants t
                WHERE NOT EXISTS (
                      SELECT 1
                        FROM signposts s
                       WHERE s.kind = 'tenant' AND s.slot = t.id)";
    let hidden: u64 = connection.query_row(sql, [], |row| row.get(0)).map_err(fault)?;
    if hidden > 0 {
        wrong.push(format!("{hidden} tenants are listed nowhere"));
    }
    Ok(wrong)
}
