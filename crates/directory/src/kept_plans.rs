//! Plans that are kept, as who may write in an organization sees them.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use crate::contacts::Editor;
use crate::error::{Error, Kind, Result};
use crate::store::{Command, KeptPlan};

impl Editor<'_, '_> {
    /// Keeps a plan for so long.
    ///
    /// # Errors
    /// `TooLarge` (`tenant_plans`) when there are too many.
    pub async fn keep_plan(&self, document: Value, term: SignedDuration) -> Result<KeptPlan> {
        let desk = self.desk;
        let created = desk.directory.clock.now();
        let plan = KeptPlan {
            id: desk.directory.ids.next(),
            organization: desk.organization.id,
            created,
            expires: created.checked_add(term).unwrap_or(Timestamp::MAX),
            document,
        };
        let command = Command::KeepPlan(Box::new(plan.clone()));
        desk.directory.apply(desk.caller.tenant, desk.author(), command).await?;
        Ok(plan)
    }

    /// The plan of this id that has not ended.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn kept_plan(&self, id: Uuid) -> Result<KeptPlan> {
        let desk = self.desk;
        let now = desk.directory.clock.now();
        let is_ours = |plan: &KeptPlan| plan.organization == desk.organization.id && plan.expires > now;
        let found = desk.directory.store.kept_plan(desk.caller.tenant, id).await?.filter(is_ours);
        found.ok_or_else(|| Error::NotFound { kind: Kind::Plan, id: id.to_string() })
    }

    /// Forgets a plan of this organization.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn forget_plan(&self, id: Uuid) -> Result<()> {
        self.kept_plan(id).await?;
        let desk = self.desk;
        let command = Command::ForgetPlan { id };
        desk.directory.apply(desk.caller.tenant, desk.author(), command).await.map(drop)
    }
}
