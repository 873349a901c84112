//! Organizations and tokens, in memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cardfile_directory::{
    Caller, Client, Error, Issue, Key, Kind, Login, OrganizationDraft, Origin, Principal, Registry, Result, Surface, Token,
    TokenDraft,
};
use cardfile_model::{Limits, Organization, OrganizationId, TenantId, Tree};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Kept, MemoryStore, Refresh, State, organization};

#[async_trait]
impl Registry for MemoryStore {
    async fn add_organization(&self, draft: OrganizationDraft, created: Timestamp) -> Result<Organization> {
        let (id, into, has_unique_name) = (draft.id, draft.tenant, draft.has_unique_name);
        let author = organization::operator(created);
        let mut state = self.state();
        state.free_organization(id)?;
        let tenant = match into {
            None => state.tenants.entry(TenantId(id.0)).or_default(),
            Some(known) => {
                let unknown = || Error::NotFound { kind: Kind::Tenant, id: known.to_string() };
                state.tenants.get_mut(&known).ok_or_else(unknown)?
            }
        };
        let organization = tenant.drafted(&author, organization::root_of(into), draft);
        if into.is_some() {
            let limits = Limits { organization_depth: u32::MAX, ..Limits::default() };
            tenant.place(None, &organization, &limits, has_unique_name)?;
        }
        tenant.add(&author, organization.clone());
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

    async fn tree(&self, tenant: TenantId) -> Result<Arc<Tree>> {
        Ok(Arc::new(Tree::new(self.organizations(tenant).await?)))
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
        self.state().add_token(draft)
    }

    async fn keys(&self, tenant: TenantId) -> Result<Vec<Key>> {
        let state = self.state();
        let is_key = |kept: &&Kept| kept.token.tenant == tenant && kept.client.is_none() && kept.origin == Origin::Key;
        let key = |kept: &Kept| Key { principal: kept.principal.clone(), created: kept.created };
        let mut keys: Vec<Key> = state.tokens.iter().filter(is_key).map(key).collect();
        keys.sort_by_key(|key| (key.created, key.principal.id));
        let mut seen = BTreeSet::new();
        keys.retain(|key| seen.insert(key.principal.id));
        Ok(keys)
    }

    async fn renew_token(&self, draft: TokenDraft) -> Result<()> {
        let mut state = self.state();
        let is_standing = |known: &Kept| {
            known.is_of(draft.token.tenant, draft.principal.id) && known.principal.expires.is_none_or(|end| end > draft.created)
        };
        if state.tokens.iter().any(is_standing) { state.add_token(draft) } else { Err(Error::Unauthenticated) }
    }

    async fn revoke_tokens_of(&self, tenant: TenantId, principal: Uuid) -> Result<()> {
        self.state().revoke_tokens_of(tenant, principal);
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
        let (gone, stands) = found.ok_or_else(|| Error::NotFound { kind: Kind::Client, id: id.to_owned() })?;
        *stands = false;
        let principal = gone.principal.id;
        state.revoke_tokens_of(tenant, principal);
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
        state.tokens.push(Kept {
            token: access.token,
            principal: access.principal,
            client: Some(client.clone()),
            origin: Origin::Key,
            created: access.created,
        });
        state.refreshes.push(Refresh { token, client, expires });
        Ok(())
    }

    async fn client_of_refresh(&self, refresh: Token) -> Result<Option<Client>> {
        let state = self.state();
        let Some(found) = state.refreshes.iter().find(|known| known.token == refresh) else { return Ok(None) };
        Ok(state.standing(refresh.tenant).find(|client| client.id == found.client).cloned().map(named))
    }

    async fn add_login(&self, tenant: TenantId, login: Login) -> Result<()> {
        self.state().add_login(tenant, login)
    }

    async fn logins(&self, tenant: TenantId, surface: Surface) -> Result<Vec<Login>> {
        Ok(self.state().logins(tenant, surface))
    }

    async fn login(&self, tenant: TenantId, surface: Surface, name: &str) -> Result<Option<Login>> {
        Ok(self.state().login(tenant, surface, name))
    }

    async fn logins_named(&self, surface: Surface, name: &str) -> Result<Vec<(TenantId, Login)>> {
        Ok(self.state().logins_named(surface, name))
    }

    async fn login_of(&self, tenant: TenantId, person: Uuid) -> Result<Option<Login>> {
        Ok(self.state().shopper(tenant, person))
    }

    async fn set_password(&self, tenant: TenantId, principal: Uuid, hash: &str) -> Result<()> {
        self.state().set_password(tenant, principal, hash)
    }

    async fn rename_login(&self, tenant: TenantId, person: Uuid, name: &str) -> Result<()> {
        self.state().rename_login(tenant, person, name)
    }

    async fn remove_login(&self, tenant: TenantId, principal: Uuid) -> Result<()> {
        self.state().remove_login(tenant, principal)
    }

    async fn remove_login_of_gone(&self, tenant: TenantId, name: &str) -> Result<bool> {
        self.state().remove_login_of_gone(tenant, name)
    }

    async fn caller(&self, token: Token) -> Result<Option<Caller>> {
        let state = self.state();
        let found = state.tokens.iter().find(|known| known.token == token);
        Ok(found.map(|known| Caller { tenant: token.tenant, principal: known.principal.clone(), origin: known.origin }))
    }
}

/// A client whose principal bears its id as a name and says nothing of an end.
fn named(client: Client) -> Client {
    let principal = Principal { name: Some(client.id.clone()), expires: None, ..client.principal };
    Client { principal, ..client }
}

impl Kept {
    fn is_of(&self, tenant: TenantId, principal: Uuid) -> bool {
        (self.token.tenant, self.principal.id) == (tenant, principal)
    }
}

impl State {
    fn add_token(&mut self, draft: TokenDraft) -> Result<()> {
        let TokenDraft { token, principal, created, origin } = draft;
        self.known(token.tenant, &principal)?;
        let has_ended = |known: &Kept| known.principal.expires.is_some_and(|end| end <= created);
        self.tokens.retain(|known| !known.is_of(token.tenant, principal.id) || !has_ended(known));
        self.tokens.push(Kept { token, principal, client: None, origin, created });
        Ok(())
    }

    pub(super) fn revoke_tokens_of(&mut self, tenant: TenantId, principal: Uuid) {
        self.tokens.retain(|known| !known.is_of(tenant, principal));
    }

    /// An id may not have been given to an organization of any tenant.
    pub(super) fn free_organization(&self, id: OrganizationId) -> Result<()> {
        if self.tenants.values().any(|tenant| tenant.known_organization(id).is_ok()) {
            return Err(Error::AlreadyExists { kind: Kind::Organization, key: id.to_string() });
        }
        Ok(())
    }

    pub(super) fn known(&self, tenant: TenantId, principal: &Principal) -> Result<()> {
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
        let login = || self.logins.iter().find(|(known, login)| *known == tenant && login.principal.id == principal);
        let name = client.map(|client| client.id.clone()).or_else(|| Some(login()?.1.name.clone()));
        let name = name.or_else(|| token()?.principal.name.clone());
        name.unwrap_or_else(|| principal.to_string())
    }
}
