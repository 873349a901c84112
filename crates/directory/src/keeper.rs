//! Bringing people into an organization and taking them out, as the operator does: no caller, no permission.

use std::sync::Arc;

use cardfile_model::{
    Batch, Filter, Mode, Numbers, Organization, OrganizationId, Query, Reach, Record, Sources, TenantId, Tree, Write,
};
use uuid::Uuid;

use crate::access::Directory;
use crate::applied::{Applied, Planned};
use crate::error::{Error, Kind, Result};
use crate::once::Once;
use crate::operate::COMMAND_LINE;
use crate::store::{Author, Command};

/// The operator at work in one organization.
pub struct Keeper<'a> {
    directory: &'a Directory,
    tenant: TenantId,
    organization: Arc<Organization>,
    tree: Arc<Tree>,
}

impl Directory {
    /// The operator at work in an organization.
    ///
    /// # Errors
    /// `NotFound` for an unknown organization.
    pub async fn keeper(&self, organization: OrganizationId) -> Result<Keeper<'_>> {
        let tenant = self.tenant_of(organization).await?;
        let tree = self.tree(tenant).await?;
        let unknown = || Error::NotFound { kind: Kind::Organization, id: organization.to_string() };
        let organization = tree.get(organization).map(Arc::clone).ok_or_else(unknown)?;
        Ok(Keeper { directory: self, tenant, organization, tree })
    }
}

impl Keeper<'_> {
    /// The organizations of the tenant as they hang together.
    #[must_use]
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// The country that the organization's phone numbers are dialled in.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.tree.country(self.organization.id)
    }

    /// A new id.
    #[must_use]
    pub fn next_id(&self) -> Uuid {
        self.directory.ids.next()
    }

    /// Does writes to the organization's own people, each on its own, whoever owns their cards; under a key only once.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn write(&self, writes: Vec<Write>, once: Option<Once>) -> Result<Applied> {
        let author = Author { once, ..self.directory.author(None, COMMAND_LINE) };
        self.directory.store.apply(self.tenant, author, self.command(writes)).await
    }

    /// What these writes would do; no differences are told.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan(&self, writes: Vec<Write>) -> Result<Planned> {
        let author = self.directory.author(None, COMMAND_LINE);
        self.directory.store.plan(self.tenant, author, self.command(writes), 0).await
    }

    /// Everyone who belongs to the organization, as one snapshot's set.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn everyone(&self) -> Result<Numbers> {
        self.directory.store.numbers(self.tenant, self.query(Filter::All)).await
    }

    /// The contacts of these of them who are there, by number.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people(&self, numbers: Numbers) -> Result<Vec<Record>> {
        Ok(self.directory.store.find(self.tenant, self.query(Filter::Numbers(numbers))).await?.records)
    }

    fn query(&self, filter: Filter) -> Query {
        Query::of(self.organization.id, Reach::Members, filter)
    }

    fn command(&self, writes: Vec<Write>) -> Command {
        Command::Write(Batch {
            organization: self.organization.id,
            reach: Reach::Own,
            sources: Sources::Any,
            mode: Mode::Each,
            admits_unknown_groups: self.directory.settings.admits_unknown_groups,
            has_unique_emails: false,
            writes,
        })
    }
}
