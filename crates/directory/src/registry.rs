//! What a store keeps besides people: tenants, organizations, principals and their tokens.

use async_trait::async_trait;
use cardfile_model::{Organization, OrganizationId, TenantId};
use jiff::Timestamp;

use crate::caller::{Caller, Principal};
use crate::error::Result;
use crate::token::Token;

/// An organization to be made.
#[derive(Debug, Clone)]
pub struct OrganizationDraft {
    /// The id; also the tenant's when `tenant` is `None`.
    pub id: OrganizationId,
    /// The tenant it goes into; `None` makes a new tenant of which it is the root.
    pub tenant: Option<TenantId>,
    /// The organization it goes under; `None` means the tenant's root.
    pub parent: Option<OrganizationId>,
    /// What it is called, not blank.
    pub name: String,
    /// The country its phone numbers are dialled in; see [`Organization::country`].
    pub country: Option<String>,
}

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct TokenDraft {
    /// What is kept of the token itself.
    pub token: Token,
    /// Whom it stands for.
    pub principal: Principal,
    /// When it was made.
    pub created: Timestamp,
}

/// An OAuth client: an id and a secret for which tokens are issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The id, unique in the tenant; also the name of the principal its tokens stand for.
    pub id: String,
    /// What is kept of its secret.
    pub secret: Token,
    /// Whom its tokens stand for; `expires` says nothing here.
    pub principal: Principal,
    /// When it was made.
    pub created: Timestamp,
}

/// Tokens to be kept for a client.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The client's id.
    pub client: String,
    /// The refresh token that is spent for these, if one is.
    pub spent: Option<Token>,
    /// The access token.
    pub access: TokenDraft,
    /// The refresh token, and when it ends.
    pub refresh: (Token, Timestamp),
}

/// The administration of a store.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Makes an organization, and its tenant if it has none: a change of its own, of kind `Organization`, which cannot be undone.
    ///
    /// **Errors**: `AlreadyExists` when the id is taken in any tenant; `NotFound` for an unknown tenant or parent.
    async fn add_organization(&self, draft: OrganizationDraft, created: Timestamp) -> Result<Organization>;

    /// Locks an organization, so that requests are turned away, or opens it again. That is the operator's, not a change of the
    /// directory: the log does not tell of it.
    ///
    /// **Errors**: `NotFound`.
    async fn lock_organization(&self, tenant: TenantId, id: OrganizationId, is_locked: bool) -> Result<()>;

    /// All organizations of a tenant by number, the root first; empty for an unknown tenant.
    async fn organizations(&self, tenant: TenantId) -> Result<Vec<Organization>>;

    /// The tenant an organization is in. The only look-up across tenants: for the command line, never for a door.
    async fn tenant_of(&self, organization: OrganizationId) -> Result<Option<TenantId>>;

    /// Every tenant, by id.
    async fn tenants(&self) -> Result<Vec<TenantId>>;

    /// Keeps a token and its principal.
    ///
    /// **Errors**: `NotFound` when the principal's organization is not in the token's tenant.
    async fn add_token(&self, draft: TokenDraft) -> Result<()>;

    /// Forgets a token; one that is not there is no error.
    async fn revoke_token(&self, token: Token) -> Result<()>;

    /// Keeps a client.
    ///
    /// **Errors**: `AlreadyExists` when the tenant has or had one of this id; `NotFound` when the principal's organization is not
    /// in the secret's tenant.
    async fn add_client(&self, client: Client) -> Result<()>;

    /// The clients of a tenant by id.
    async fn clients(&self, tenant: TenantId) -> Result<Vec<Client>>;

    /// The client of this id; `None` when there is none, or none any more.
    async fn client(&self, tenant: TenantId, id: &str) -> Result<Option<Client>>;

    /// Removes a client with all its tokens. Its id is not given again, so that the log still tells who it was.
    ///
    /// **Errors**: `NotFound`.
    async fn remove_client(&self, tenant: TenantId, id: &str) -> Result<()>;

    /// Keeps an access and a refresh token of a client, in one transaction with the end of the spent one. What of the client's
    /// tokens ended before the access token was made is forgotten.
    ///
    /// **Errors**: `Unauthenticated` when the client is not there, or the spent token is not the client's, ended or is spent
    /// already.
    async fn issue(&self, issue: Issue) -> Result<()>;

    /// The client that a refresh token is of; `None` when it is not known or spent. Whether it has ended is judged by
    /// [`Registry::issue`].
    async fn client_of_refresh(&self, refresh: Token) -> Result<Option<Client>>;

    /// Whom a token stands for; `None` when it is not known. Whether it has ended is for the directory to judge.
    async fn caller(&self, token: Token) -> Result<Option<Caller>>;
}
