//! What was given once and never again: ids and numbers; and the signposts that lead to them.

use cardfile_directory::Result;
use cardfile_model::{OrganizationId, TenantId};

use crate::logins;
use crate::signposts::Signpost;
use crate::sql::params;
use crate::state::View;

/// Counts that must agree: a sentence, and a statement that answers a number that must be the one given.
pub(super) fn compare(view: &View<'_>, tenant: TenantId) -> Result<Vec<String>> {
    let row = &view.state.row;
    let given = |next: u32| u64::from(next).saturating_sub(1);
    let counts = [
        (
            "an id of a person is missing, or is one too many",
            "SELECT count(*) FROM ids WHERE tenant_id = ?1",
            given(row.next_person),
        ),
        (
            "an id leads to a number that was not given yet",
            "SELECT coalesce(max(number), 0) FROM ids WHERE tenant_id = ?1",
            given(row.next_person),
        ),
        (
            "an organization is missing, or is one too many",
            "SELECT count(*) FROM organizations WHERE tenant_id = ?1",
            given(row.next_organization),
        ),
        ("a group is missing, or is one too many", "SELECT count(*) FROM groups WHERE tenant_id = ?1", given(row.next_group)),
        (
            "a change is left that is said to be purged",
            "SELECT count(*)
               FROM log l
               JOIN tenants t ON t.tenant_id = l.tenant_id
              WHERE l.tenant_id = ?1 AND l.revision <= t.purged AND NOT l.is_purged",
            0,
        ),
        (
            "the id of someone without a card leads elsewhere",
            "SELECT count(*)
               FROM stubs s
              WHERE s.tenant_id = ?1 AND NOT EXISTS (
                    SELECT 1
                      FROM ids i
                     WHERE i.tenant_id = s.tenant_id AND i.id = s.id AND i.number = s.number)",
            0,
        ),
    ];
    let mut wrong = Vec::new();
    for (message, sql, expected) in counts {
        let found: u64 = view.connection.one(sql, params![view.key()], |row| row.get(0))?;
        if found != expected {
            wrong.push(format!("{message}: {found} instead of {expected}"));
        }
    }
    let notes = wrong_notes(view)?;
    if notes > 0 {
        wrong.push(format!("a note cannot be read, or is of no organization: {notes} instead of 0"));
    }
    missing_signposts(view, tenant, &mut wrong)?;
    Ok(wrong)
}

/// How many notes cannot be read, or are of no organization.
fn wrong_notes(view: &View<'_>) -> Result<u64> {
    let sql = "SELECT n.value, o.number
                 FROM notes n
                 LEFT JOIN organizations o ON o.tenant_id = n.tenant_id AND o.number = n.organization
                WHERE n.tenant_id = ?1";
    let mut wrong = 0;
    view.connection.each(sql, params![view.key()], |row| {
        let is_right = !row.is_null(1)? && serde_json::from_str::<serde_json::Value>(row.text(0)?).is_ok();
        wrong += u64::from(!is_right);
        Ok(())
    })?;
    Ok(wrong)
}

/// Tells of what would not be found when it is asked for without the tenant.
fn missing_signposts(view: &View<'_>, tenant: TenantId, wrong: &mut Vec<String>) -> Result<()> {
    let (connection, key) = (view.connection, view.key());
    if !Signpost::Tenant.follow(connection)?.contains(&tenant) {
        wrong.push("no signpost leads to the tenant".to_owned());
    }
    let sql = "SELECT id
                 FROM organizations
                WHERE tenant_id = ?1
                ORDER BY number";
    for id in connection.rows(sql, params![key], |row| row.get(0).map(OrganizationId))? {
        if Signpost::Organization(id).follow(connection)? != [tenant] {
            wrong.push(format!("the signposts of organization {id} do not lead to the tenant, or not only there"));
        }
    }
    let sql = "SELECT surface, name
                 FROM logins
                WHERE tenant_id = ?1
                ORDER BY surface, name";
    let names: Vec<(_, String)> = connection.rows(sql, params![key], |row| Ok((logins::surface(row.text(0)?)?, row.get(1)?)))?;
    for (surface, name) in names {
        if !Signpost::Login(surface, &name).follow(connection)?.contains(&tenant) {
            wrong.push(format!("no signpost leads to the log-in {name} at {}", surface.as_str()));
        }
    }
    Ok(())
}
