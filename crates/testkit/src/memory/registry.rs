//! Organizations and tokens, in memory.

use std::sync::Arc;

use async_trait::async_trait;
use cardfile_directory::{
    Author, Caller, Client, Error, Issue, Kind, OrganizationDraft, Principal, Registry, Result, Token, TokenDraft,
};
use cardfile_model::{ChangeKind, Limits, Numbers, Organization, OrganizationId, TenantId};
use jiff::Timestamp;
use uuid::Uuid;

use super::state::{Deed, Effect, Tenant};
use super::{Kept, MemoryStore, Refresh, State};

#[async_trait]
impl Registry for MemoryStore {
    async fn add_organization(&self, draft: OrganizationDraft, created: Timestamp) -> Result<Organization> {
        let OrganizationDraft { id, tenant: into, parent, name, country } = draft;
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
        let organization = Organization { id, number, parent, name, country, is_locked: false };
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
        let mut state = self.state();
        state.known(draft.token.tenant, &draft.principal)?;
        state.tokens.push(Kept { token: draft.token, principal: draft.principal, client: None });
        Ok(())
    }

    async fn revoke_token(&self, token: Token) -> Result<()> {
        self.state().tokens.retain(|known| known.token != token);
        Ok(())
    }

    async fn add_client(&self, client: Client) -> Result<()> {
        let mut state = self.state();
        state.known(client.secret.tenant, &client.principal)?;
        if state.clients.iter().any(|(known, _)| (known.secret.tenant, &known.id) == (client.secret.tenant, &client.id)) {
            return Err(Error::AlreadyExists { kind: Kind::Client, key: client.id });
        }
        state.clients.push((client, true));
        Ok(())
    }

    async fn clients(&self, tenant: TenantId) -> Result<Vec<Client>> {
        let mut clients: Vec<Client> = self.state().standing(tenant).cloned().map(named).collect();
        clients.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(clients)
    }

    async fn client(&self, tenant: TenantId, id: &str) -> Result<Option<Client>> {
        Ok(self.state().standing(tenant).find(|client| client.id == id).cloned().map(named))
    }

    async fn remove_client(&self, tenant: TenantId, id: &str) -> Result<()> {
        let mut state = self.state();
        let found =
            state.clients.iter_mut().find(|(client, stands)| *stands && client.secret.tenant == tenant && client.id == id);
        found.ok_or_else(|| Error::NotFound { kind: Kind::Client, id: id.to_owned() })?.1 = false;
        state.tokens.retain(|token| token.token.tenant != tenant || token.client.as_deref() != Some(id));
        state.refreshes.retain(|refresh| refresh.token.tenant != tenant || refresh.client != id);
        Ok(())
    }

    async fn issue(&self, issue: Issue) -> Result<()> {
        let Issue { client, spent, access, refresh: (token, expires) } = issue;
        let (mut state, tenant, now) = (self.state(), access.token.tenant, access.created);
        if !state.standing(tenant).any(|known| known.id == client) {
            return Err(Error::Unauthenticated);
        }
        if let Some(spent) = spent {
            let is_spent = |known: &Refresh| known.token == spent && known.client == client && known.expires > now;
            let at = state.refreshes.iter().position(is_spent).ok_or(Error::Unauthenticated)?;
            state.refreshes.remove(at);
        }
        let is_of = |known: TenantId, name: Option<&str>| known == tenant && name == Some(&*client);
        state.tokens.retain(|known| {
            !is_of(known.token.tenant, known.client.as_deref()) || known.principal.expires.is_none_or(|end| end > now)
        });
        state.refreshes.retain(|known| !is_of(known.token.tenant, Some(&known.client)) || known.expires > now);
        state.tokens.push(Kept { token: access.token, principal: access.principal, client: Some(client.clone()) });
        state.refreshes.push(Refresh { token, client, expires });
        Ok(())
    }

    async fn client_of_refresh(&self, refresh: Token) -> Result<Option<Client>> {
        let state = self.state();
        let Some(found) = state.refreshes.iter().find(|known| known.token == refresh) else { return Ok(None) };
        Ok(state.standing(refresh.tenant).find(|client| client.id == found.client).cloned().map(named))
    }

    async fn caller(&self, token: Token) -> Result<Option<Caller>> {
        let state = self.state();
        let found = state.tokens.iter().find(|known| known.token == token);
        Ok(found.map(|known| Caller { tenant: token.tenant, principal: known.principal.clone() }))
    }
}

/// A client whose principal bears its id as a name and says nothing of an end.
fn named(client: Client) -> Client {
    let principal = Principal { name: Some(client.id.clone()), expires: None, ..client.principal };
    Client { principal, ..client }
}

impl State {
    fn known(&self, tenant: TenantId, principal: &Principal) -> Result<()> {
        let unknown = || Error::NotFound { kind: Kind::Organization, id: principal.organization.to_string() };
        self.tenants.get(&tenant).ok_or_else(unknown)?.known_organization(principal.organization)
    }

    fn standing(&self, tenant: TenantId) -> impl Iterator<Item = &Client> {
        self.clients.iter().filter(move |(client, stands)| *stands && client.secret.tenant == tenant).map(|(client, _)| client)
    }

    /// Who made a change.
    pub(super) fn author(&self, tenant: TenantId, principal: Option<Uuid>, door: &str) -> String {
        let Some(principal) = principal else { return door.to_owned() };
        let clients = self.clients.iter().filter(|(client, _)| client.secret.tenant == tenant);
        let client = clients.map(|(client, _)| client).find(|client| client.principal.id == principal);
        let token = || self.tokens.iter().find(|known| known.token.tenant == tenant && known.principal.id == principal);
        let name = client.map(|client| client.id.clone()).or_else(|| token()?.principal.name.clone());
        name.unwrap_or_else(|| principal.to_string())
    }
}

impl Tenant {
    /// Logs that an organization was made. Who did it is not told to a store.
    fn log_organization(&mut self, organization: OrganizationId, time: Timestamp) {
        let limits = Arc::new(Limits::default());
        let author = Author::unbound(time, None, "cli", limits);
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
