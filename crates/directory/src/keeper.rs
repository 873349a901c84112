//! Bringing people into an organization and taking them out without a caller: as the operator does, or a job by its mandate.

use std::sync::Arc;

use cardfile_model::{
    Batch, Filter, Mode, Numbers, Organization, OrganizationId, People, Query, Reach, Record, Selection, Sources, TenantId, Tree,
    Write,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::access::Directory;
use crate::applied::{Applied, Planned};
use crate::error::{Error, Kind, Result};
use crate::feed::Position;
use crate::job::JobEdit;
use crate::jobs::Mandate;
use crate::once::Once;
use crate::operate::COMMAND_LINE;
use crate::store::{Author, Command, History, Then, Trash};

/// Somebody at work in one organization.
pub struct Keeper<'a> {
    directory: &'a Directory,
    tenant: TenantId,
    organization: Arc<Organization>,
    tree: Arc<Tree>,
    principal: Option<Uuid>,
    sources: Sources,
    door: &'static str,
}

/// Writes, and under which conditions.
#[derive(Default)]
pub struct Errand {
    /// The writes, each on its own.
    pub writes: Vec<Write>,
    /// See [`Batch::most_blanked`].
    pub most_blanked: Option<u64>,
    /// The key under which they are done once.
    pub once: Option<Once>,
    /// What becomes of a job by what they did.
    pub then: Option<Then>,
}

impl Directory {
    /// The operator at work in an organization.
    ///
    /// # Errors
    /// `NotFound` for an unknown organization.
    pub async fn keeper(&self, organization: OrganizationId) -> Result<Keeper<'_>> {
        let tenant = self.tenant_of(organization).await?;
        self.keeper_by((tenant, organization), &Mandate::default(), COMMAND_LINE).await
    }

    /// Whoever has a mandate at work in an organization.
    ///
    /// # Errors
    /// `NotFound` for an unknown organization.
    pub async fn keeper_by(
        &self,
        (tenant, organization): (TenantId, OrganizationId),
        mandate: &Mandate,
        door: &'static str,
    ) -> Result<Keeper<'_>> {
        let tree = self.tree(tenant).await?;
        let unknown = || Error::NotFound { kind: Kind::Organization, id: organization.to_string() };
        let organization = tree.get(organization).map(Arc::clone).ok_or_else(unknown)?;
        Ok(Keeper { directory: self, tenant, organization, tree, principal: mandate.principal, sources: mandate.sources(), door })
    }
}

impl Keeper<'_> {
    /// The organizations of the tenant as they hang together.
    #[must_use]
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// The organization.
    #[must_use]
    pub fn organization(&self) -> &Organization {
        &self.organization
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

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.directory.clock.now()
    }

    /// Does writes to the organization's own people, each on its own.
    ///
    /// # Errors
    /// `TooLarge` (`blanked`), and nothing done, for writes that would take too much; those of the store.
    pub async fn write(&self, errand: Errand) -> Result<Applied> {
        let Errand { writes, most_blanked, once, then } = errand;
        let command = Command::Write(Batch { most_blanked, ..self.batch(writes) });
        let command = match then {
            Some(then) => Command::AndJob { command: Box::new(command), then },
            None => command,
        };
        self.directory.apply(self.tenant, Author { once, ..self.author() }, command).await
    }

    /// What these writes would do; `most` differences of cards are told.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan(&self, writes: Vec<Write>, most: usize) -> Result<Planned> {
        self.directory.store.plan(self.tenant, self.author(), Command::Write(self.batch(writes)), most).await
    }

    /// Moves people of the organization to the trash, and has a job told.
    ///
    /// # Errors
    /// `Forbidden`, and nothing done, when one is of a source that may not be touched.
    pub async fn trash(&self, numbers: Numbers, then: Option<Then>) -> Result<Applied> {
        let (organization, sources) = (self.organization.id, self.sources.clone());
        let selection = Selection::Only(People::Numbers(numbers));
        let command = Command::Trash(Trash { organization, sources, selection });
        let command = match then {
            Some(then) => Command::AndJob { command: Box::new(command), then },
            None => command,
        };
        self.directory.apply(self.tenant, self.author(), command).await
    }

    /// Changes a job.
    ///
    /// # Errors
    /// `Stale`.
    pub async fn edit_job(&self, edit: JobEdit) -> Result<()> {
        self.directory.store.apply(self.tenant, self.author(), Command::Job(edit)).await.map(drop)
    }

    /// Everyone who belongs to the organization and whom a filter finds, as one snapshot's set.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn everyone(&self, filter: Filter) -> Result<Numbers> {
        self.directory.store.numbers(self.tenant, self.query(Reach::Members, filter)).await
    }

    /// As [`Keeper::everyone`], of those who are at home there only.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn own(&self, filter: Filter) -> Result<Numbers> {
        self.directory.store.numbers(self.tenant, self.query(Reach::Own, filter)).await
    }

    /// The contacts of these of them who are there, by number.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people(&self, numbers: Numbers) -> Result<Vec<Record>> {
        self.found(Filter::Numbers(numbers), usize::MAX).await
    }

    /// The contacts whom a filter finds, by number; so many at most.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn found(&self, filter: Filter, limit: usize) -> Result<Vec<Record>> {
        let query = Query { limit, ..self.query(Reach::Members, filter) };
        Ok(self.directory.store.find(self.tenant, query).await?.records)
    }

    /// What happened in the tenant after a revision.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn history(&self, since: u64, limit: usize) -> Result<History> {
        self.directory.store.history(self.tenant, since, limit).await
    }

    /// Where the changes of the tenant stand now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn position(&self) -> Result<Position> {
        Ok(Position::at(self.history(0, 0).await?.revision))
    }

    fn author(&self) -> Author {
        self.directory.author(self.principal, self.door)
    }

    fn query(&self, reach: Reach, filter: Filter) -> Query {
        Query { sources: self.sources.clone(), ..Query::of(self.organization.id, reach, filter) }
    }

    fn batch(&self, writes: Vec<Write>) -> Batch {
        Batch {
            organization: self.organization.id,
            reach: Reach::Own,
            sources: self.sources.clone(),
            mode: Mode::Each,
            admits_unknown_groups: self.directory.settings.admits_unknown_groups,
            has_unique_emails: false,
            most_blanked: None,
            writes,
        }
    }
}
