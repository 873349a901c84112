//! How organizations hang together.

use std::collections::HashMap;

use cardfile_directory::Result;
use cardfile_model::{Organization, OrganizationId, TenantId, fold};

use crate::organizations;
use crate::sql::params;
use crate::state::View;

/// Says what is wrong with the tree of organizations.
pub(super) fn compare(view: &View<'_>, tenant: TenantId) -> Result<Vec<String>> {
    let all = organizations::since(view.connection, view.key(), i64::MIN, u32::MAX)?;
    let parents: HashMap<OrganizationId, Option<OrganizationId>> = all.iter().map(|found| (found.id, found.parent)).collect();
    let mut wrong: Vec<String> = all.iter().filter_map(|found| misplaced(found, tenant, &parents)).collect();
    for found in all.iter().filter(|found| found.revision > view.state.row.revision) {
        wrong.push(format!("organization {} is from the future", found.id));
    }
    let sql = "SELECT number, folded
                 FROM organizations
                WHERE tenant_id = ?1";
    let folded: Vec<(u32, String)> = view.connection.rows(sql, params![view.key()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let folded: HashMap<u32, String> = folded.into_iter().collect();
    for found in all {
        if folded.get(&found.number).is_none_or(|kept| *kept != fold::text(&found.name)) {
            wrong.push(format!("organization {} is not found by its name", found.id));
        }
    }
    let sql = "SELECT count(*)
                 FROM organizations o
                 JOIN tenants t ON t.tenant_id = o.tenant_id
                WHERE o.tenant_id = ?1 AND o.changed > t.organizations_version";
    let unseen: u64 = view.connection.one(sql, params![view.key()], |row| row.get(0))?;
    if unseen > 0 {
        wrong.push(format!("{unseen} organizations changed later than any may have"));
    }
    Ok(wrong)
}

fn misplaced(
    found: &Organization,
    tenant: TenantId,
    parents: &HashMap<OrganizationId, Option<OrganizationId>>,
) -> Option<String> {
    let is_root = found.number == organizations::ROOT;
    if is_root != (found.id.0 == tenant.0) || is_root != found.parent.is_none() {
        return Some(format!("organization {} is not where the root must be, or is there instead of it", found.id));
    }
    let (mut at, mut steps) = (found.parent, 0);
    while let Some(id) = at {
        let Some(parent) = parents.get(&id) else {
            return Some(format!("organization {} hangs under {id}, which is not there", found.id));
        };
        steps += 1;
        if steps > parents.len() {
            return Some(format!("organization {} hangs below itself", found.id));
        }
        at = *parent;
    }
    None
}
