//! What a store keeps besides people, each operation handed to a reader or to the writer.

use std::sync::Arc;

use async_trait::async_trait;
use cardfile_directory::{Caller, Client, Issue, Login, OrganizationDraft, Registry, Result, Surface, Token, TokenDraft};
use cardfile_model::{Organization, OrganizationId, TenantId, Tree};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Engine, or_empty};
use crate::database::Database;
use crate::state::View;
use crate::{clients, logins, organization_write, registry};

#[async_trait]
impl<D: Database> Registry for Engine<D> {
    async fn add_organization(&self, draft: OrganizationDraft, created: Timestamp) -> Result<Organization> {
        let (author, tenant) = (registry::operator(created), draft.tenant.unwrap_or(TenantId(draft.id.0)));
        self.writer()?.write(tenant, 1, move |turn| organization_write::add(turn, draft.clone(), &author)).await
    }

    async fn lock_organization(&self, tenant: TenantId, id: OrganizationId, is_locked: bool) -> Result<()> {
        self.writer()?.write(tenant, 1, move |turn| organization_write::lock(turn, tenant, id, is_locked)).await
    }

    async fn organizations(&self, tenant: TenantId) -> Result<Vec<Organization>> {
        let tree = self.tree(tenant).await?;
        Ok(tree.iter().map(|organization| Organization::clone(organization)).collect())
    }

    async fn tree(&self, tenant: TenantId) -> Result<Arc<Tree>> {
        let tree = |view: &View<'_>| view.tree();
        or_empty(self.view(tenant, tree).await, Arc::default)
    }

    async fn tenant_of(&self, organization: OrganizationId) -> Result<Option<TenantId>> {
        self.ask_once(move |connection| registry::tenant_of(connection, organization)).await
    }

    async fn tenants(&self) -> Result<Vec<TenantId>> {
        self.ask_once(registry::tenants).await
    }

    async fn add_token(&self, draft: TokenDraft) -> Result<()> {
        self.writer()?.write(draft.token.tenant, 1, move |turn| registry::add_token(turn, &draft)).await
    }

    async fn keys(&self, tenant: TenantId) -> Result<Vec<cardfile_directory::Key>> {
        self.ask_once(move |connection| registry::keys(connection, tenant)).await
    }

    async fn renew_token(&self, draft: TokenDraft) -> Result<()> {
        self.writer()?.write(draft.token.tenant, 1, move |turn| registry::renew_token(turn, &draft)).await
    }

    async fn revoke_token(&self, token: Token) -> Result<()> {
        self.writer()?.write(token.tenant, 1, move |turn| registry::revoke_token(turn, token)).await
    }

    async fn revoke_tokens_of(&self, tenant: TenantId, principal: Uuid) -> Result<()> {
        self.writer()?.write(tenant, 1, move |turn| registry::revoke_tokens_of(turn, tenant, principal)).await
    }

    async fn add_client(&self, client: Client) -> Result<()> {
        self.writer()?.write(client.secret.tenant, 1, move |turn| clients::add(turn, &client)).await
    }

    async fn clients(&self, tenant: TenantId) -> Result<Vec<Client>> {
        self.ask_once(move |connection| clients::all(connection, tenant)).await
    }

    async fn client(&self, tenant: TenantId, id: &str) -> Result<Option<Client>> {
        let id = id.to_owned();
        self.ask_once(move |connection| clients::by_id(connection, tenant, &id)).await
    }

    async fn remove_client(&self, tenant: TenantId, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.writer()?.write(tenant, 1, move |turn| clients::remove(turn, tenant, &id)).await
    }

    async fn issue(&self, issue: Issue) -> Result<()> {
        self.writer()?.write(issue.access.token.tenant, 1, move |turn| clients::issue(turn, &issue)).await
    }

    async fn client_of_refresh(&self, refresh: Token) -> Result<Option<Client>> {
        self.ask_once(move |connection| clients::of_refresh(connection, refresh)).await
    }

    async fn add_login(&self, tenant: TenantId, login: Login) -> Result<()> {
        self.writer()?.write(tenant, 1, move |turn| logins::add(turn, tenant, &login)).await
    }

    async fn logins(&self, tenant: TenantId, surface: Surface) -> Result<Vec<Login>> {
        self.ask_once(move |connection| logins::all(connection, tenant, surface)).await
    }

    async fn login(&self, tenant: TenantId, surface: Surface, name: &str) -> Result<Option<Login>> {
        let name = name.to_owned();
        self.ask_once(move |connection| logins::by_name(connection, tenant, surface, &name)).await
    }

    async fn logins_named(&self, surface: Surface, name: &str) -> Result<Vec<(TenantId, Login)>> {
        let name = name.to_owned();
        self.ask_once(move |connection| logins::named(connection, surface, &name)).await
    }

    async fn login_of(&self, tenant: TenantId, person: Uuid) -> Result<Option<Login>> {
        self.ask_once(move |connection| logins::by_person(connection, tenant, person)).await
    }

    async fn set_password(&self, tenant: TenantId, principal: Uuid, hash: &str) -> Result<()> {
        let hash = hash.to_owned();
        self.writer()?.write(tenant, 1, move |turn| logins::set_password(turn, tenant, principal, &hash)).await
    }

    async fn rename_login(&self, tenant: TenantId, person: Uuid, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.writer()?.write(tenant, 1, move |turn| logins::rename(turn, tenant, person, &name)).await
    }

    async fn remove_login(&self, tenant: TenantId, principal: Uuid) -> Result<()> {
        self.writer()?.write(tenant, 1, move |turn| logins::remove(turn, tenant, principal)).await
    }

    async fn remove_login_of_gone(&self, tenant: TenantId, name: &str) -> Result<bool> {
        let name = name.to_owned();
        self.writer()?.write(tenant, 1, move |turn| logins::remove_of_gone(turn, tenant, &name)).await
    }

    async fn caller(&self, token: Token) -> Result<Option<Caller>> {
        self.ask_once(move |connection| registry::caller(connection, token)).await
    }
}
