//! Organizations are made and changed.

use cardfile_directory::{Applied, Author, Error, Kind, OrganizationDraft, Result, judge};
use cardfile_model::{
    ChangeKind, Expect, Limits, Numbers, Organization, OrganizationId, OrganizationPatch, OrganizationQuery, OrganizationTurn,
    TenantId, fold,
};

use super::state::{Deed, Effect, Tenant};
use super::undo::Undo;

/// Makes an organization for a door.
pub(super) fn create(tenant: &mut Tenant, author: &Author, draft: OrganizationDraft) -> Result<Applied> {
    if tenant.known_organization(draft.id).is_ok() {
        return Err(Error::AlreadyExists { kind: Kind::Organization, key: draft.id.to_string() });
    }
    if draft.tenant.is_some() {
        return Err(Error::invalid("tenant", "absent", "it goes into the tenant it is asked of"));
    }
    let has_unique_name = draft.has_unique_name;
    let root = tenant.organizations[0].id;
    let organization = tenant.drafted(author, Some(root), draft);
    judge::organization(&author.limits, &organization)?;
    tenant.place(None, &organization, &author.limits, has_unique_name)?;
    let most = author.limits.tenant_organizations;
    if organization.number > most {
        return Err(Error::TooLarge { limit: "tenant_organizations", most: most.into() });
    }
    Ok(tenant.add(author, organization))
}

/// Changes an organization, or moves it.
pub(super) fn patch(
    tenant: &mut Tenant,
    author: &Author,
    (id, expect): (OrganizationId, Expect),
    patch: OrganizationPatch,
) -> Result<Applied> {
    let before = tenant.organization(id)?.clone();
    judge::delegation(author, |person| Ok(tenant.live_by_id(person).cloned()))?;
    let has_unique_name = patch.has_unique_name;
    match judge::organization_patch(&author.limits, &before, expect, patch)? {
        None => Ok(Applied { organization: Some(before), ..tenant.unchanged() }),
        Some(after) => tenant.become_other(author, (ChangeKind::OrganizationPatch, None), (&before, after), has_unique_name),
    }
}

pub(super) fn undo_organization(
    tenant: &mut Tenant,
    author: &Author,
    undo: &Undo,
    id: OrganizationId,
    turned: &OrganizationTurn,
) -> Result<Applied> {
    let before = tenant.organization(id)?.clone();
    let mut after = before.clone();
    if !turned.take_back(&mut after) {
        undo.pass_over(before.revision)?;
    }
    if after == before {
        return Ok(Applied { organization: Some(before), ..tenant.unchanged() });
    }
    tenant.become_other(author, (ChangeKind::Undo, Some(undo.change)), (&before, after), turned.has_unique_name)
}

impl Tenant {
    pub fn organization(&self, id: OrganizationId) -> Result<&Organization> {
        let found = self.organizations.iter().find(|organization| organization.id == id);
        found.ok_or_else(|| Error::NotFound { kind: Kind::Organization, id: id.to_string() })
    }

    /// The organization that a draft makes, under `root` unless it says otherwise.
    pub fn drafted(&self, author: &Author, root: Option<OrganizationId>, draft: OrganizationDraft) -> Organization {
        let OrganizationDraft { id, tenant: _, parent, name, country, is_active, extensions, has_unique_name: _ } = draft;
        Organization {
            id,
            number: u32::try_from(self.organizations.len() + 1).expect("no test has four billion organizations"),
            parent: parent.or(root),
            name,
            country,
            is_locked: false,
            is_active,
            revision: self.next_revision(),
            created: author.time,
            modified: author.time,
            extensions,
        }
    }

    /// Puts a new organization in, and logs that.
    pub fn add(&mut self, author: &Author, organization: Organization) -> Applied {
        self.organizations.push(organization.clone());
        let effect = match OrganizationTurn::made(&organization) {
            Some(turned) => Effect::Organization(Box::new(turned)),
            None => Effect::Forgotten,
        };
        let applied = self.log(author, deed((ChangeKind::Organization, None), organization.id, effect));
        Applied { organization: Some(organization), ..applied }
    }

    /// Whether an organization may hang where it does, and be called as it is there.
    pub fn place(
        &self,
        before: Option<&Organization>,
        after: &Organization,
        limits: &Limits,
        has_unique_name: bool,
    ) -> Result<()> {
        let is_moved = before.is_none_or(|before| before.parent != after.parent);
        if is_moved {
            let tree = || Error::invalid("parent", "tree", "it may not hang there");
            let parent = after.parent.filter(|_| before.is_none_or(|before| before.parent.is_some())).ok_or_else(tree)?;
            self.known_organization(parent)?;
            if self.homes(parent, true).contains(&after.id) {
                return Err(tree());
            }
        }
        let is_named = before.is_none_or(|before| before.name != after.name);
        let is_same = |other: &Organization| {
            other.id != after.id && other.parent == after.parent && fold::text(&other.name) == fold::text(&after.name)
        };
        if has_unique_name && (is_moved || is_named) && self.organizations.iter().any(is_same) {
            return Err(Error::AlreadyExists { kind: Kind::Organization, key: after.name.clone() });
        }
        let most = limits.organization_depth as usize;
        if is_moved && after.parent.is_some_and(|parent| self.homes(parent, true).len() + self.levels_below(after.id) > most) {
            return Err(Error::TooLarge { limit: "organization_depth", most: most as u64 });
        }
        Ok(())
    }

    /// How many levels of organizations are below one.
    fn levels_below(&self, id: OrganizationId) -> usize {
        let level = |below: &Organization| self.homes(below.id, true).iter().position(|above| *above == id);
        self.organizations.iter().filter_map(level).max().unwrap_or(0)
    }

    fn become_other(
        &mut self,
        author: &Author,
        by: (ChangeKind, Option<u64>),
        (before, mut after): (&Organization, Organization),
        has_unique_name: bool,
    ) -> Result<Applied> {
        self.place(Some(before), &after, &author.limits, has_unique_name)?;
        (after.revision, after.modified) = (self.next_revision(), author.time);
        let turned = OrganizationTurn::between(before, &after, has_unique_name);
        self.organizations[after.number as usize - 1] = after.clone();
        let applied = self.log(author, deed(by, after.id, Effect::Organization(Box::new(turned))));
        Ok(Applied { organization: Some(after), ..applied })
    }

    /// One page of the organizations that a question finds, and how many there are.
    pub fn organizations_found(&self, query: &OrganizationQuery) -> (Vec<Organization>, u64) {
        let below = self.organizations.iter().filter(|found| self.homes(found.id, true)[1..].contains(&query.under));
        let parent = |found: &Organization| Some(self.organization(found.parent?).ok()?.number);
        query.page(below.map(|found| (found, parent(found))))
    }
}

/// Who an organization is made by on the command line.
pub(super) fn operator(time: jiff::Timestamp) -> Author {
    Author::unbound(time, None, "cli", std::sync::Arc::new(Limits::default()))
}

/// The root that a draft for the operator hangs under: none for that of a new tenant.
pub(super) fn root_of(tenant: Option<TenantId>) -> Option<OrganizationId> {
    tenant.map(|tenant| OrganizationId(tenant.0))
}

fn deed((kind, undoes): (ChangeKind, Option<u64>), organization: OrganizationId, effect: Effect) -> Deed {
    let nobody = Numbers::new;
    Deed { kind, organization, group: None, came: nobody(), went: nobody(), stayed: nobody(), undoes, effect }
}
