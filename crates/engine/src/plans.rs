//! Plans that are kept until their end.

use cardfile_directory::{Applied, Author, Error, KeptPlan, Result};
use cardfile_model::{OrganizationId, TenantId};
use uuid::Uuid;

use crate::fault::corrupt;
use crate::organizations;
use crate::rows::time;
use crate::sql::{Connection, Key, params};
use crate::turn::Turn;

/// Keeps a plan, and forgets those that have ended.
pub(crate) fn keep(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, plan: &KeptPlan) -> Result<Applied> {
    let connection = turn.connection;
    let key = turn.draft(tenant)?.row.key;
    let organization = organizations::number(connection, key, plan.organization)?;
    let sql = "DELETE FROM plans
                WHERE tenant_id = ?1 AND expires <= ?2";
    connection.execute(sql, params![key, author.time.as_microsecond()])?;
    let sql = "SELECT count(*)
                 FROM plans
                WHERE tenant_id = ?1";
    let kept: u64 = connection.one(sql, params![key], |row| row.get(0))?;
    if kept >= author.limits.tenant_plans.into() {
        return Err(Error::TooLarge { limit: "tenant_plans", most: author.limits.tenant_plans.into() });
    }
    let sql = "INSERT INTO plans (tenant_id, id, organization, created, expires, document)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (created, expires) = (plan.created.as_microsecond(), plan.expires.as_microsecond());
    let document = serde_json::to_string(&plan.document).map_err(Error::internal)?;
    connection.execute(sql, params![key, plan.id, organization, created, expires, document])?;
    unchanged(turn, tenant)
}

/// Forgets a plan.
pub(crate) fn forget(turn: &mut Turn<'_>, tenant: TenantId, id: Uuid) -> Result<Applied> {
    let connection = turn.connection;
    let sql = "DELETE FROM plans
                WHERE tenant_id = ?1 AND id = ?2";
    connection.execute(sql, params![turn.draft(tenant)?.row.key, id])?;
    unchanged(turn, tenant)
}

/// Forgets every plan of a tenant.
pub(crate) fn forget_all(connection: &Connection, tenant: Key) -> Result<()> {
    let sql = "DELETE FROM plans
                WHERE tenant_id = ?1";
    connection.execute(sql, params![tenant]).map(drop)
}

/// The plan of an id.
pub(crate) fn by_id(connection: &Connection, tenant: Key, id: Uuid) -> Result<Option<KeptPlan>> {
    let sql = "SELECT p.id, o.id, p.created, p.expires, p.document
                 FROM plans p
                 JOIN organizations o ON o.tenant_id = p.tenant_id AND o.number = p.organization
                WHERE p.tenant_id = ?1 AND p.id = ?2";
    connection.row(sql, params![tenant, id], |row| {
        Ok(KeptPlan {
            id: row.get(0)?,
            organization: OrganizationId(row.get(1)?),
            created: time(row.get(2)?)?,
            expires: time(row.get(3)?)?,
            document: serde_json::from_str(row.text(4)?).map_err(corrupt)?,
        })
    })
}

fn unchanged(turn: &mut Turn<'_>, tenant: TenantId) -> Result<Applied> {
    Ok(Applied::nothing(turn.draft(tenant)?.row.revision))
}
