//! Organizations and tokens, in memory.

use std::sync::Arc;

use async_trait::async_trait;
use cardfile_directory::{Author, Caller, Error, Kind, OrganizationDraft, Registry, Result, Token, TokenDraft};
use cardfile_model::{ChangeKind, Limits, Numbers, Organization, OrganizationId, TenantId};
use jiff::Timestamp;

use super::MemoryStore;
use super::state::{Deed, Effect, Tenant};

#[async_trait]
impl Registry for MemoryStore {
    async fn add_organization(&self, draft: OrganizationDraft, created: Timestamp) -> Result<Organization> {
        let OrganizationDraft { id, tenant: into, parent, name } = draft;
        let mut state = self.state();
        if state.tenants.values().any(|tenant| tenant.known_organization(id).is_ok()) {
            return Err(Error::AlreadyExists { kind: Kind::Organization, key: id.to_string() });
        }
        let (tenant, parent) = match into {
            None => (state.tenants.entry(TenantId(id.0)).or_default(), None),
            Some(known) => {
                let unknown = || Error::NotFound { kind: Kind::Tenant, id: known.to_string() };
                let tenant = state.tenants.get_mut(&known).ok_or_else(unknown)?;
                let parent = parent.unwrap_or(OrganizationId(known.0));
                tenant.known_organization(parent)?;
                (tenant, Some(parent))
            }
        };
        let number = u32::try_from(tenant.organizations.len() + 1).expect("no test has four billion organizations");
        let organization = Organization { id, number, parent, name, is_locked: false };
        tenant.organizations.push(organization.clone());
        tenant.log_organization(id, created);
        Ok(organization)
    }

    async fn lock_organization(&self, tenant: TenantId, id: OrganizationId, is_locked: bool) -> Result<()> {
        let mut state = self.state();
        let unknown = || Error::NotFound { kind: Kind::Organization, id: id.to_string() };
        let tenant = state.tenants.get_mut(&tenant).ok_or_else(unknown)?;
        let found = tenant.organizations.iter_mut().find(|organization| organization.id == id).ok_or_else(unknown)?;
        found.is_locked = is_locked;
        Ok(())
    }

    async fn organizations(&self, tenant: TenantId) -> Result<Vec<Organization>> {
        Ok(self.state().tenants.get(&tenant).map(|tenant| tenant.organizations.clone()).unwrap_or_default())
    }

    async fn tenant_of(&self, organization: OrganizationId) -> Result<Option<TenantId>> {
        let state = self.state();
        let found = state.tenants.iter().find(|(_, tenant)| tenant.known_organization(organization).is_ok());
        Ok(found.map(|(id, _)| *id))
    }

    async fn tenants(&self) -> Result<Vec<TenantId>> {
        Ok(self.state().tenants.keys().copied().collect())
    }

    async fn add_token(&self, draft: TokenDraft) -> Result<()> {
        let TokenDraft { token, principal, created: _ } = draft;
        let mut state = self.state();
        let unknown = || Error::NotFound { kind: Kind::Organization, id: principal.organization.to_string() };
        state.tenants.get(&token.tenant).ok_or_else(unknown)?.known_organization(principal.organization)?;
        state.tokens.push((token, principal));
        Ok(())
    }

    async fn revoke_token(&self, token: Token) -> Result<()> {
        self.state().tokens.retain(|(known, _)| *known != token);
        Ok(())
    }

    async fn caller(&self, token: Token) -> Result<Option<Caller>> {
        let state = self.state();
        let found = state.tokens.iter().find(|(known, _)| *known == token);
        Ok(found.map(|(token, principal)| Caller { tenant: token.tenant, principal: principal.clone() }))
    }
}

impl Tenant {
    /// Logs that an organization was made. Who did it is not told to a store.
    fn log_organization(&mut self, organization: OrganizationId, time: Timestamp) {
        let limits = Arc::new(Limits::default());
        let author = Author { time, principal: None, door: "cli", limits };
        let nobody = Numbers::new;
        let deed = Deed {
            kind: ChangeKind::Organization,
            organization,
            group: None,
            came: nobody(),
            went: nobody(),
            stayed: nobody(),
            undoes: None,
            effect: Effect::Forgotten,
        };
        self.log(&author, deed);
    }
}
