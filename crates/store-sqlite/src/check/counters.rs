//! What was given once and never again: ids and numbers.

use cardfile_directory::Result;

use crate::fault::fault;
use crate::state::View;

/// Counts that must agree: a sentence, and a statement that answers a number that must be the one given.
pub(super) fn compare(view: &View<'_>) -> Result<Vec<String>> {
    let row = &view.state.row;
    let given = |next: u32| u64::from(next).saturating_sub(1);
    let counts = [
        (
            "an id of a person is missing, or is one too many",
            "SELECT count(*) FROM ids WHERE tenant = ?1",
            given(row.next_person),
        ),
        (
            "an id leads to a number that was not given yet",
            "SELECT coalesce(max(number), 0) FROM ids WHERE tenant = ?1",
            given(row.next_person),
        ),
        (
            "an organization is missing, or is one too many",
            "SELECT count(*) FROM organizations WHERE tenant = ?1",
            given(row.next_organization),
        ),
        ("a group is missing, or is one too many", "SELECT count(*) FROM groups WHERE tenant = ?1", given(row.next_group)),
        (
            "a change is left that is said to be purged",
            "SELECT count(*)
               FROM log l
               JOIN tenants t ON t.tenant = l.tenant
              WHERE l.tenant = ?1 AND l.revision <= t.purged AND NOT l.is_purged",
            0,
        ),
        (
            "a note cannot be read, or is of no organization",
            "SELECT count(*)
               FROM notes n
              WHERE n.tenant = ?1 AND (NOT json_valid(n.value) OR NOT EXISTS (
                    SELECT 1
                      FROM organizations o
                     WHERE o.tenant = n.tenant AND o.number = n.organization))",
            0,
        ),
        (
            "the id of someone without a card leads elsewhere",
            "SELECT count(*)
               FROM stubs s
              WHERE s.tenant = ?1 AND NOT EXISTS (
                    SELECT 1
                      FROM ids i
                     WHERE i.tenant = s.tenant AND i.id = s.id AND i.number = s.number)",
            0,
        ),
    ];
    let mut wrong = Vec::new();
    for (message, sql, expected) in counts {
        let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
        let found: u64 = statement.query_row([view.key()], |row| row.get(0)).map_err(fault)?;
        if found != expected {
            wrong.push(format!("{message}: {found} instead of {expected}"));
        }
    }
    Ok(wrong)
}

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
    "contacts",
    "texts",
];

/// Rows of tenants that are not there.
pub(super) fn strays(connection: &rusqlite::Connection) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for table in TABLES {
        let tenant = match *table {
            "contacts" => "person >> 32",
            "texts" => "chunk >> 32",
            _ => "tenant",
        };
        let sql = format!("SELECT count(*) FROM {table} WHERE {tenant} NOT IN (SELECT t.tenant FROM tenants t)");
        let found: u64 = connection.query_row(&sql, [], |row| row.get(0)).map_err(fault)?;
        if found > 0 {
            wrong.push(format!("{found} rows of {table} are of no tenant"));
        }
    }
    Ok(wrong)
}
