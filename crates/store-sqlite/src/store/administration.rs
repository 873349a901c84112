//! What a store keeps besides people, each operation handed to a reader or to the writer.

use async_trait::async_trait;
use cardfile_directory::{Caller, Client, Issue, OrganizationDraft, Registry, Result, Token, TokenDraft};
use cardfile_model::{Organization, OrganizationId, TenantId};
use jiff::Timestamp;

use super::SqliteStore;
use crate::state::TenantRow;
use crate::{clients, organizations, registry};

#[async_trait]
impl Registry for SqliteStore {
    async fn add_organization(&self, draft: OrganizationDraft, created: Timestamp) -> Result<Organization> {
        let author = registry::operator(created);
        self.writer()?.write(1, move |turn| registry::add_organization(turn, draft, &author)).await
    }

    async fn lock_organization(&self, tenant: TenantId, id: OrganizationId, is_locked: bool) -> Result<()> {
        self.writer()?.write(1, move |turn| registry::lock_organization(turn, tenant, id, is_locked)).await
    }

    async fn organizations(&self, tenant: TenantId) -> Result<Vec<Organization>> {
        self.readers.with(|connection| match TenantRow::read(connection, tenant)? {
            Some(row) => organizations::all(connection, row.key),
            None => Ok(Vec::new()),
        })
    }

    async fn tenant_of(&self, organization: OrganizationId) -> Result<Option<TenantId>> {
        self.readers.with(|connection| registry::tenant_of(connection, organization))
    }

    async fn tenants(&self) -> Result<Vec<TenantId>> {
        self.readers.with(registry::tenants)
    }

    async fn add_token(&self, draft: TokenDraft) -> Result<()> {
        self.writer()?.write(1, move |turn| registry::add_token(turn, &draft)).await
    }

    async fn revoke_token(&self, token: Token) -> Result<()> {
        self.writer()?.write(1, move |turn| registry::revoke_token(turn, token)).await
    }

    async fn add_client(&self, client: Client) -> Result<()> {
        self.writer()?.write(1, move |turn| clients::add(turn, &client)).await
    }

    async fn clients(&self, tenant: TenantId) -> Result<Vec<Client>> {
        self.readers.with(|connection| clients::all(connection, tenant))
    }

    async fn client(&self, tenant: TenantId, id: &str) -> Result<Option<Client>> {
        self.readers.with(|connection| clients::by_id(connection, tenant, id))
    }

    async fn remove_client(&self, tenant: TenantId, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.writer()?.write(1, move |turn| clients::remove(turn, tenant, &id)).await
    }

    async fn issue(&self, issue: Issue) -> Result<()> {
        self.writer()?.write(1, move |turn| clients::issue(turn, &issue)).await
    }

    async fn client_of_refresh(&self, refresh: Token) -> Result<Option<Client>> {
        self.readers.with(|connection| clients::of_refresh(connection, refresh))
    }

    async fn caller(&self, token: Token) -> Result<Option<Caller>> {
        self.readers.with(|connection| registry::caller(connection, token))
    }
}
