//! One person whole: all that is kept of them handed out, and all traces of them erased.

use std::collections::BTreeSet;

use cardfile_model::{
    Authored, Dossier, GroupName, LoginName, Membership, Organization, OrganizationId, Place, Sources, TenantId, TokenName, Tree,
};
use uuid::Uuid;

use crate::access::Directory;
use crate::applied::Applied;
use crate::caller::Origin;
use crate::deed::{Administration, Deed};
use crate::error::{Error, Result};
use crate::operate::COMMAND_LINE;
use crate::registry::Key;
use crate::store::{Author, Command, Held};

impl Administration<'_> {
    /// Leave to erase a person of the desk's organization; see [`Command::Erase`].
    #[must_use]
    pub fn erasing(&self, id: Uuid) -> Deed {
        let (organization, sources) = (self.desk.organization.id, self.desk.caller.principal.sources.clone());
        Deed(Command::Erase { organization, sources, id })
    }

    /// All that is kept of a person of the desk's organization, in the trash or not. The log tells who took it.
    ///
    /// # Errors
    /// Those of [`Command::Bundle`].
    pub async fn bundle(&self, id: Uuid) -> Result<Dossier> {
        let (organization, sources) = (self.desk.organization.id, self.desk.caller.principal.sources.clone());
        let bundle = Command::Bundle { organization, sources, id };
        self.desk.directory.dossier(self.desk.caller.tenant, self.desk.author(), bundle, id).await
    }
}

impl Directory {
    /// Erases a person; see [`Command::Erase`]. For the operator.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn erase(&self, organization: OrganizationId, id: Uuid) -> Result<Applied> {
        let tenant = self.tenant_of(organization).await?;
        let erase = Command::Erase { organization, sources: Sources::Any, id };
        let applied = self.apply(tenant, self.author(None, COMMAND_LINE), erase).await?;
        self.forget_remembered();
        Ok(applied)
    }

    /// All that is kept of a person; the log tells that it was taken. For the operator.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn bundle(&self, organization: OrganizationId, id: Uuid) -> Result<Dossier> {
        let tenant = self.tenant_of(organization).await?;
        let bundle = Command::Bundle { organization, sources: Sources::Any, id };
        self.dossier(tenant, self.author(None, COMMAND_LINE), bundle, id).await
    }

    /// What is kept of a person, once the log tells that it is taken.
    async fn dossier(&self, tenant: TenantId, author: Author, bundle: Command, id: Uuid) -> Result<Dossier> {
        self.apply(tenant, author, bundle).await?;
        let held = self.store.held(tenant, id).await?.ok_or_else(|| Error::no_contact(id))?;
        let Held { record, is_trashed, groups, changes, logins, tokens } = held;
        let revisions: BTreeSet<u64> = changes.iter().map(|change| change.revision).collect();
        let mut authors = self.store.authors(tenant, &revisions).await?;
        let tree = self.store.tree(tenant).await?;
        Ok(Dossier {
            memberships: places(&record.contact.memberships, &tree),
            record,
            is_trashed,
            groups: groups
                .into_iter()
                .map(|group| GroupName { id: group.id, name: group.name, organization: group.organization })
                .collect(),
            changes: changes
                .into_iter()
                .map(|change| Authored { author: authors.remove(&change.revision).unwrap_or_default(), change })
                .collect(),
            logins: logins
                .into_iter()
                .map(|login| LoginName {
                    surface: login.surface.as_str(),
                    name: login.name,
                    principal: login.principal.id,
                    organization: login.principal.organization,
                    created: login.created,
                })
                .collect(),
            tokens: tokens.into_iter().map(token).collect(),
        })
    }
}

/// The organizations of memberships, by name; of none the root.
fn places(memberships: &[Membership], tree: &Tree) -> Vec<Place> {
    let root = [Membership { organization: Organization::ROOT, roles: Vec::new() }];
    let memberships = if memberships.is_empty() { &root } else { memberships };
    let place = |membership: &Membership| {
        let found = tree.at(membership.organization)?;
        Some(Place { organization: found.id, name: found.name.clone(), roles: membership.roles.clone() })
    };
    memberships.iter().filter_map(place).collect()
}

fn token((Key { principal, created }, origin): (Key, Origin)) -> TokenName {
    TokenName {
        principal: principal.id,
        name: principal.name,
        organization: principal.organization,
        role: principal.role,
        scopes: principal.scopes.0,
        is_session: matches!(origin, Origin::Session { .. }),
        created,
        expires: principal.expires,
    }
}
