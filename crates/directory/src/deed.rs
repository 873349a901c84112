//! What a facet gives leave to: a command that may be done, planned, or done once.

use std::sync::Arc;

use cardfile_model::{
    Edit, Expect, GroupDraft, GroupPatch, Mode, Numbers, Organization, OrganizationId, OrganizationPatch, Patch, People, Role,
    Selection, Sources, Tree, Write,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::access::Desk;
use crate::applied::{Applied, Planned};
use crate::caller::{Origin, Principal, Scopes};
use crate::contacts::Editor;
use crate::error::{Error, Result};
use crate::groups::GroupEditor;
use crate::once::Once;
use crate::registry::{Key, OrganizationDraft, TokenDraft};
use crate::store::{Author, Command, Merge, Revision, Trash};
use crate::token::Token;

/// A command that its caller may give. Only facets make one.
#[derive(Debug, Clone)]
pub struct Deed(pub(crate) Command);

impl Deed {
    /// This deed, if none of these people was touched since a revision; see [`Command::Unless`].
    #[must_use]
    pub fn unless(self, since: u64, touched: Numbers) -> Deed {
        Deed(Command::Unless { since, touched, command: Box::new(self.0) })
    }
}

impl Desk<'_> {
    /// Does what a facet gave leave to; under a key only once.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn perform(&self, deed: Deed, once: Option<Once>) -> Result<Applied> {
        let author = Author { once, ..self.author() };
        let takes_tokens = matches!(deed.0, Command::Erase { .. });
        let applied = self.directory.apply(self.caller.tenant, author, deed.0).await?;
        self.directory.heed(&applied);
        if takes_tokens {
            self.directory.forget_remembered();
        }
        Ok(applied)
    }

    /// What it would do; `most` differences of cards are told.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn plan(&self, deed: Deed, most: usize) -> Result<Planned> {
        self.directory.store.plan(self.caller.tenant, self.author(), deed.0, most).await
    }

    /// May make and change organizations below this one, and give tokens.
    ///
    /// # Errors
    /// `Forbidden` without the scope, or for a principal who is not an administrator.
    pub fn administration(&self) -> Result<Administration<'_>> {
        self.covered(crate::Need::Administer)?;
        self.administrator()?;
        Ok(Administration { desk: self })
    }
}

impl Editor<'_, '_> {
    /// Leave for many writes; see [`Editor::write`].
    ///
    /// # Errors
    /// `TooLarge` for more writes than `batch_items` allows.
    pub fn writing(&self, mode: Mode, writes: Vec<Write>) -> Result<Deed> {
        Ok(Deed(Command::Write(self.batch(mode, writes)?)))
    }

    /// Leave to move people to the trash.
    #[must_use]
    pub fn trashing(&self, numbers: Numbers) -> Deed {
        Deed(Command::Trash(self.selected(numbers)))
    }

    /// Leave to take people out of the trash.
    #[must_use]
    pub fn restoring(&self, numbers: Numbers) -> Deed {
        Deed(Command::Restore(self.selected(numbers)))
    }

    /// Leave to apply one patch to many people.
    #[must_use]
    pub fn revising(&self, numbers: Numbers, patch: Patch) -> Deed {
        let Desk { directory, caller, organization, .. } = self.desk;
        let (organization, sources) = (organization.id, caller.principal.sources.clone());
        let admits_unknown_groups = directory.settings.admits_unknown_groups;
        Deed(Command::Revise(Box::new(Revision { organization, sources, numbers, admits_unknown_groups, patch })))
    }

    /// Leave to merge people into one; how its card changes besides.
    #[must_use]
    pub fn merging(&self, into: Uuid, others: Vec<Uuid>, patch: Patch) -> Deed {
        let Desk { directory, caller, organization, .. } = self.desk;
        let (organization, sources) = (organization.id, caller.principal.sources.clone());
        let admits_unknown_groups = directory.settings.admits_unknown_groups;
        Deed(Command::Merge(Box::new(Merge { organization, sources, into, others, patch, admits_unknown_groups })))
    }

    /// Leave to take a change of this organization back.
    #[must_use]
    pub fn undoing(&self, change: u64, is_forced: bool) -> Deed {
        Deed(Command::Undo { organization: self.desk.organization.id, change, is_forced })
    }

    fn selected(&self, numbers: Numbers) -> Trash {
        let (organization, sources) = (self.desk.organization.id, self.desk.caller.principal.sources.clone());
        Trash { organization, sources, selection: Selection::Only(People::Numbers(numbers)) }
    }
}

impl GroupEditor<'_, '_> {
    /// Leave to make a group of this organization.
    ///
    /// # Errors
    /// `Invalid` for a name or a description that breaks rules.
    pub fn creating(&self, draft: GroupDraft) -> Result<Deed> {
        self.check(Some(&draft.name), draft.description.as_deref())?;
        Ok(Deed(Command::CreateGroup(GroupDraft { organization: self.desk.organization.id, ..draft })))
    }

    /// Leave to change a group of this organization.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a name or a description that breaks rules.
    pub async fn patching(&self, id: Uuid, patch: GroupPatch) -> Result<Deed> {
        self.desk.group(id).await?;
        let description = match &patch.description {
            Edit::Set(text) => Some(text.as_str()),
            Edit::Keep | Edit::Clear => None,
        };
        self.check(patch.name.as_deref(), description)?;
        Ok(Deed(Command::PatchGroup { id, patch }))
    }

    /// Leave to delete a group of this organization.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn deleting(&self, id: Uuid) -> Result<Deed> {
        self.desk.group(id).await?;
        Ok(Deed(Command::DeleteGroup { id }))
    }
}

/// Leave to administer: organizations, and who may call.
pub struct Administration<'d> {
    pub(crate) desk: &'d Desk<'d>,
}

impl Administration<'_> {
    /// Leave to make an organization under the desk's, or under one below it.
    ///
    /// # Errors
    /// `NotFound` for a parent out of reach.
    pub fn founding(&self, draft: OrganizationDraft) -> Result<Deed> {
        let parent = draft.parent.unwrap_or(self.desk.organization.id);
        self.reached(parent)?;
        Ok(Deed(Command::CreateOrganization(Box::new(OrganizationDraft { parent: Some(parent), tenant: None, ..draft }))))
    }

    /// Leave to change the desk's organization, or one below it; one that moves goes to where the caller reaches.
    ///
    /// # Errors
    /// `NotFound` for one out of reach.
    pub fn reforming(&self, id: OrganizationId, expect: Expect, patch: OrganizationPatch) -> Result<Deed> {
        self.reached(id)?;
        if let Some(parent) = patch.parent {
            self.reached(parent)?;
        }
        Ok(Deed(Command::PatchOrganization { id, expect, patch: Box::new(patch) }))
    }

    /// The keys of the desk's organization, the oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn keys(&self) -> Result<Vec<Key>> {
        let mut keys = self.desk.directory.store.keys(self.desk.caller.tenant).await?;
        let now = self.desk.directory.clock.now();
        let is_over = |key: &Key| key.principal.expires.is_some_and(|end| end <= now);
        keys.retain(|key| key.principal.organization == self.desk.organization.id && !is_over(key));
        Ok(keys)
    }

    /// Makes a token for the desk's organization that lives so long, and covers no more than the caller's own; without scopes,
    /// as much. Its text is shown here and never again.
    ///
    /// # Errors
    /// `Forbidden` for a scope that covers what the caller's own token does not.
    pub async fn give_token(&self, role: Role, scopes: Scopes, term: Option<SignedDuration>) -> Result<(Key, String)> {
        let Desk { directory, caller, organization, .. } = self.desk;
        let own = &caller.principal;
        if scopes.0.iter().filter_map(|name| Scopes::covered_by(name)).flatten().any(|need| !own.scopes.cover(*need)) {
            return Err(Error::Forbidden { action: crate::Action::Scope });
        }
        let now = directory.clock.now();
        // Nobody gives away more time than they have.
        let wanted = term.map(|term| now.checked_add(term).unwrap_or(Timestamp::MAX));
        let expires = [wanted, own.expires].into_iter().flatten().min();
        let principal = Principal {
            id: directory.ids.next(),
            name: None,
            organization: organization.id,
            role,
            scopes: if scopes.0.is_empty() { own.scopes.clone() } else { scopes },
            sources: own.sources.clone(),
            person: directory.ids.next(),
            expires,
        };
        let (text, token) = Token::make(caller.tenant)?;
        let key = Key { principal: principal.clone(), created: now };
        directory.store.add_token(TokenDraft { token, principal, created: now, origin: Origin::Key }).await?;
        Ok((key, text))
    }

    /// Takes all tokens of a key away, and those they were renewed into.
    ///
    /// # Errors
    /// `NotFound` for one that the desk's organization does not have.
    pub async fn take_token(&self, principal: Uuid) -> Result<()> {
        let keys = self.keys().await?;
        if !keys.iter().any(|key| key.principal.id == principal) {
            return Err(Error::NotFound { kind: crate::Kind::Token, id: principal.to_string() });
        }
        self.desk.directory.store.revoke_tokens_of(self.desk.caller.tenant, principal).await?;
        self.desk.directory.forget_remembered();
        Ok(())
    }

    fn reached(&self, id: OrganizationId) -> Result<()> {
        let unknown = || Error::NotFound { kind: crate::Kind::Organization, id: id.to_string() };
        self.desk.organization_below(id).map(drop).ok_or_else(unknown)
    }
}

impl Desk<'_> {
    /// The desk's organization, or one below it.
    #[must_use]
    pub fn organization_below(&self, id: OrganizationId) -> Option<&Organization> {
        let found = self.tree.get(id)?;
        self.tree.is_within(id, self.organization.id).then_some(&**found)
    }

    /// The desk's organization and all below it, by number.
    pub fn organizations(&self) -> impl Iterator<Item = &Organization> {
        let top = self.organization.id;
        self.tree.iter().map(|found| &**found).filter(move |found| self.tree.is_within(found.id, top))
    }

    /// The source that a new contact is of when none is said: the first that the caller may touch, or none at all.
    #[must_use]
    pub fn source(&self) -> String {
        match &self.caller.principal.sources {
            Sources::Any => String::new(),
            Sources::Only(names) => names.first().cloned().unwrap_or_default(),
        }
    }

    /// A new id.
    #[must_use]
    pub fn next_id(&self) -> Uuid {
        self.directory.ids.next()
    }

    /// The organizations of the tenant as they hang together.
    #[must_use]
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }
}
