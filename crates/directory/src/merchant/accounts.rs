//! The accounts of a merchant: finding, making and changing them, alone or with the people in them.

use std::collections::BTreeMap;

use cardfile_model::{
    Edit, Expect, Mode, Organization, OrganizationField, OrganizationFilter, OrganizationId, OrganizationPatch,
    OrganizationQuery, Write,
};
use serde_json::Value;

use super::{Delegate, Merchant, Task};
use crate::error::Result;
use crate::registry::OrganizationDraft;
use crate::store::Command;

/// An account to be made.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account it goes under; `None` for the merchant itself.
    pub parent: Option<OrganizationId>,
    /// What it is called; no other under the same parent may be called so.
    pub name: String,
    /// Whether it does business.
    pub is_active: bool,
    /// What one dialect alone knows, by the dialect's name.
    pub extensions: BTreeMap<String, Value>,
}

impl Merchant<'_> {
    /// One page of the accounts that a filter finds, and how many there are in all.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn find_accounts(
        &self,
        filter: OrganizationFilter,
        order: Vec<(OrganizationField, bool)>,
        (offset, limit): (u64, usize),
    ) -> Result<(Vec<Organization>, u64)> {
        let query = OrganizationQuery { under: self.home.id, filter, order, offset, limit };
        self.directory.store.find_organizations(self.caller.tenant, query).await
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `NotFound` for a parent that is no account, `AlreadyExists` for a name taken under the same parent, `Invalid` for what
    /// breaks rules, `TooLarge` for too many or too deep.
    pub async fn add_account(&self, account: Account) -> Result<Organization> {
        self.add_account_with(account, Vec::new()).await
    }

    /// Makes an account, and writes to people with it, all of it or nothing: to them it is [`Membership::HERE`](cardfile_model::Membership::HERE).
    ///
    /// # Errors
    /// As [`Merchant::add_account`] and [`Merchant::write`].
    pub async fn add_account_with(&self, account: Account, writes: Vec<Write>) -> Result<Organization> {
        self.administrator()?;
        let Account { parent, name, is_active, extensions } = account;
        let parent = parent.map(|id| self.known(id)).transpose()?.map_or(self.home.id, |found| found.id);
        let draft = OrganizationDraft {
            parent: Some(parent),
            is_active,
            extensions,
            has_unique_name: true,
            ..OrganizationDraft::new(OrganizationId(self.directory.ids.next()), name)
        };
        let id = draft.id;
        self.organize_with(None, id, Command::CreateOrganization(Box::new(draft)), writes).await
    }

    /// Changes an account; a new parent must be an account, or the merchant itself.
    ///
    /// # Errors
    /// As [`Merchant::add_account`]; `NotFound` for one that is not there, `Stale` when it is not as expected; as
    /// [`Merchant::write`] for who is not an administrator.
    pub async fn patch_account(
        &self,
        id: OrganizationId,
        expect: Expect,
        patch: OrganizationPatch,
        delegate: Option<Delegate>,
    ) -> Result<Organization> {
        self.patch_account_with(id, (expect, patch), Vec::new(), delegate).await
    }

    /// Changes an account, and writes to people with it, all of it or nothing.
    ///
    /// # Errors
    /// As [`Merchant::patch_account`] and [`Merchant::write`].
    pub async fn patch_account_with(
        &self,
        id: OrganizationId,
        (expect, patch): (Expect, OrganizationPatch),
        writes: Vec<Write>,
        delegate: Option<Delegate>,
    ) -> Result<Organization> {
        self.delegated(delegate)?;
        self.known(id)?;
        if let Some(parent) = patch.parent.filter(|parent| *parent != self.home.id) {
            self.known(parent)?;
        }
        let patch = Box::new(OrganizationPatch { has_unique_name: true, ..patch });
        self.organize_with(delegate, id, Command::PatchOrganization { id, expect, patch }, writes).await
    }

    /// Changes what one dialect alone keeps of the merchant's own organization, and nothing else of it.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator, `Stale` when it is not as expected, `Invalid` for more than
    /// `organization_bytes` allows.
    pub async fn keep(&self, expect: Expect, dialect: &str, value: Value) -> Result<Organization> {
        self.administrator()?;
        let extensions = [(dialect.to_owned(), Edit::Set(value))].into();
        let patch = Box::new(OrganizationPatch { extensions, ..OrganizationPatch::default() });
        self.organize(None, Command::PatchOrganization { id: self.home.id, expect, patch }).await
    }

    async fn organize(&self, delegate: Option<(Delegate, OrganizationId)>, command: Command) -> Result<Organization> {
        self.directory.organize(self.caller.tenant, self.author(delegate)?, command).await
    }

    /// Does a command on an account, and with it these writes to people, if there are any.
    async fn organize_with(
        &self,
        delegate: Option<Delegate>,
        account: OrganizationId,
        command: Command,
        writes: Vec<Write>,
    ) -> Result<Organization> {
        let on_behalf = delegate.map(|delegate| (delegate, account));
        if writes.is_empty() {
            return self.organize(on_behalf, command).await;
        }
        let task = Task { account, delegate, mode: Mode::AllOrNothing, has_unique_emails: false, writes };
        let commands = vec![command, Command::Write(self.batch(task)?)];
        self.organize(on_behalf, Command::Together(commands)).await
    }
}
