//! How organizations hang together.

use std::collections::HashMap;

use cardfile_directory::Result;
use cardfile_model::{Organization, OrganizationId, TenantId, fold};
use rusqlite::params;

use crate::fault::fault;
use crate::organizations;
use crate::state::View;

/// Says what is wrong with the tree of organizations.
pub(super) fn compare(view: &View<'_>, tenant: TenantId) -> Result<Vec<String>> {
    let all = organizations::since(view.connection, view.key(), i64::MIN, u32::MAX)?;
    let parents: HashMap<OrganizationId, Option<OrganizationId>> = all.iter().map(|found| (found.id, found.parent)).collect();
    let mut wrong: Vec<String> = all.iter().filter_map(|found| misplaced(found, tenant, &parents)).collect();
    for found in all.iter().filter(|found| found.revision > view.state.row.revision) {
        wrong.push(format!("organization {} is from the future", found.id));
    }
    let sql = "SELECT folded
                 FROM organizations
                WHERE tenant = ?1 AND number = ?2";
    let mut folded = view.connection.prepare_cached(sql).map_err(fault)?;
    for found in all {
        let kept: String = folded.query_row(params![view.key(), found.number], |row| row.get(0)).map_err(fault)?;
        if kept != fold::text(&found.name) {
            wrong.push(format!("organization {} is not found by its name", found.id));
        }
    }
    let sql = "SELECT count(*)
                 FROM organizations o
                 JOIN tenants t ON t.tenant = o.tenant
                WHERE o.tenant = ?1 AND o.changed > t.organizations_version";
    let mut unseen = view.connection.prepare_cached(sql).map_err(fault)?;
    let unseen: u64 = unseen.query_row([view.key()], |row| row.get(0)).map_err(fault)?;
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
