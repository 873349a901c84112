//! What the operator does: organizations, tokens, the log, undo, and the purge. No caller, no permission: who can run these
//! has the data anyway.

use std::sync::Arc;

use cardfile_model::{Change, Organization, OrganizationId, TenantId};
use uuid::Uuid;

use crate::access::Directory;
use crate::applied::Applied;
use crate::caller::{Origin, Principal};
use crate::error::{Error, Kind, Result};
use crate::registry::{OrganizationDraft, TokenDraft};
use crate::store::{Command, Store};
use crate::token::Token;

/// The door's name in the log for what is done on the command line.
pub(crate) const COMMAND_LINE: &str = "cli";

/// What one round of purging did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// How many people are gone for good.
    pub people: u64,
}

impl Directory {
    /// The store, for what is asked of it directly: checks, gauges, readiness.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// A new id.
    #[must_use]
    pub fn next_id(&self) -> Uuid {
        self.ids.next()
    }

    /// Makes an organization; see [`crate::Registry::add_organization`].
    ///
    /// # Errors
    /// `Invalid` for a blank name; those of the store.
    pub async fn add_organization(&self, draft: OrganizationDraft) -> Result<(TenantId, Organization)> {
        if draft.name.trim().is_empty() {
            return Err(Error::invalid("name", "named", "an organization needs a name that is not blank"));
        }
        let tenant = draft.tenant.unwrap_or(TenantId(draft.id.0));
        let organization = self.store.add_organization(draft, self.clock.now()).await?;
        self.forget_remembered();
        Ok((tenant, organization))
    }

    /// Locks an organization for maintenance, or opens it again.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn lock_organization(&self, id: OrganizationId, is_locked: bool) -> Result<()> {
        let tenant = self.tenant_of(id).await?;
        self.store.lock_organization(tenant, id, is_locked).await?;
        self.forget_remembered();
        Ok(())
    }

    /// Makes a token for a principal; its text is shown here and never again.
    ///
    /// # Errors
    /// `NotFound` for an unknown organization.
    pub async fn add_token(&self, principal: Principal) -> Result<String> {
        let tenant = self.tenant_of(principal.organization).await?;
        let (text, token) = Token::make(tenant)?;
        self.store.add_token(TokenDraft { token, principal, created: self.clock.now(), origin: Origin::Key }).await?;
        Ok(text)
    }

    /// Forgets a token. One of a principal without a name was made on the command line: those it was renewed into end with it.
    ///
    /// # Errors
    /// `Invalid` for a text that is no token of this directory.
    pub async fn revoke_token(&self, text: &str) -> Result<()> {
        let token = Token::read(text).ok_or_else(|| Error::invalid("token", "form", "this is no token of this directory"))?;
        match self.store.caller(token).await? {
            Some(caller) if caller.principal.name.is_none() => {
                self.store.revoke_tokens_of(token.tenant, caller.principal.id).await?;
            }
            _ => self.store.revoke_token(token).await?,
        }
        self.forget_remembered();
        Ok(())
    }

    /// Ends one token, and nothing else: what a door does with the one that a request brings.
    ///
    /// # Errors
    /// `Unauthenticated` for a text that is no token of this directory.
    pub async fn end_token(&self, text: &str) -> Result<()> {
        let token = Token::read(text).ok_or(Error::Unauthenticated)?;
        self.store.revoke_token(token).await?;
        self.forget_remembered();
        Ok(())
    }

    /// The changes of an organization after a revision, oldest first.
    ///
    /// # Errors
    /// `NotFound` for an unknown organization.
    pub async fn changes(&self, organization: OrganizationId, since: u64, limit: usize) -> Result<Vec<Change>> {
        let tenant = self.tenant_of(organization).await?;
        self.store.changes(tenant, organization, since, limit).await
    }

    /// Takes a change back; see [`Command::Undo`].
    ///
    /// # Errors
    /// `NotFound`, `Stale` when somebody it touched changed since, `Invalid` when it cannot be undone any more.
    pub async fn undo(&self, organization: OrganizationId, change: u64, is_forced: bool) -> Result<Applied> {
        let tenant = self.tenant_of(organization).await?;
        let author = self.author(None, COMMAND_LINE);
        let applied = self.apply(tenant, author, Command::Undo { organization, change, is_forced }).await?;
        self.heed(&applied);
        Ok(applied)
    }

    /// One slice of purging what is older than the retention term. Call again while it answers people.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn purge(&self) -> Result<PurgeReport> {
        let before = self
            .clock
            .now()
            .checked_sub(self.settings.retention)
            .map_err(|error| Error::invalid("retention", "range", error.to_string()))?;
        Ok(PurgeReport { people: self.store.purge(before).await? })
    }

    pub(crate) async fn tenant_of(&self, organization: OrganizationId) -> Result<TenantId> {
        let unknown = || Error::NotFound { kind: Kind::Organization, id: organization.to_string() };
        self.store.tenant_of(organization).await?.ok_or_else(unknown)
    }
}
