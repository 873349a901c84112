//! What a store keeps besides people: tenants, organizations, principals and their tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use cardfile_model::{Organization, OrganizationId, TenantId, Tree};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::caller::{Caller, Origin, Principal};
use crate::error::Result;
use crate::login::{Login, Surface};
use crate::token::Token;

/// An organization to be made.
#[derive(Debug, Clone)]
pub struct OrganizationDraft {
    /// The id; also the tenant's when `tenant` is `None`.
    pub id: OrganizationId,
    /// The tenant it goes into; `None` makes a new tenant of which it is the root. In a command always `None`: it goes into the
    /// tenant of the command.
    pub tenant: Option<TenantId>,
    /// The organization it goes under; `None` means the tenant's root.
    pub parent: Option<OrganizationId>,
    /// What it is called, not blank.
    pub name: String,
    /// The country its phone numbers are dialled in; see [`Organization::country`].
    pub country: Option<String>,
    /// Whether it does business.
    pub is_active: bool,
    /// What one dialect alone knows, by the dialect's name.
    pub extensions: BTreeMap<String, Value>,
    /// Whether no other organization under the same parent may have its name, folded.
    pub has_unique_name: bool,
}

impl OrganizationDraft {
    /// An organization that does business, of which no more is known than its name: the root of a new tenant, or in a command
    /// one under the root.
    pub fn new(id: OrganizationId, name: impl Into<String>) -> Self {
        OrganizationDraft {
            id,
            tenant: None,
            parent: None,
            name: name.into(),
            country: None,
            is_active: true,
            extensions: BTreeMap::new(),
            has_unique_name: false,
        }
    }
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
    /// Where it comes from.
    pub origin: Origin,
}

/// A key: whom a token stands for that neither a client nor who signed in has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
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

/// How many log-ins of one name are found over all tenants. A log-in form names no tenant, and each that is found costs a hash.
pub const MOST_NAMESAKES: usize = 16;

/// The administration of a store.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Makes an organization, and its tenant if it has none: a change of its own, of kind `Organization`.
    /// For the operator, whom limits do not bind; a door has [`crate::Command::CreateOrganization`].
    ///
    /// **Errors**: `AlreadyExists` when the id is taken in any tenant, or a name that has to be unique; `NotFound` for an unknown
    /// tenant or parent.
    async fn add_organization(&self, draft: OrganizationDraft, created: Timestamp) -> Result<Organization>;

    /// Locks an organization, so that requests are turned away, or opens it again. That is the operator's, not a change of the
    /// directory: the log does not tell of it.
    ///
    /// **Errors**: `NotFound`.
    async fn lock_organization(&self, tenant: TenantId, id: OrganizationId, is_locked: bool) -> Result<()>;

    /// All organizations of a tenant by number, the root first; empty for an unknown tenant.
    async fn organizations(&self, tenant: TenantId) -> Result<Vec<Organization>>;

    /// All organizations of a tenant as they hang together; empty for an unknown tenant. Cheap to ask for again and again, also
    /// while organizations change, however many there are.
    async fn tree(&self, tenant: TenantId) -> Result<Arc<Tree>>;

    /// The tenant an organization is in. A look-up across tenants, as [`Registry::logins_named`]
    /// is: for the command line, never for a door.
    async fn tenant_of(&self, organization: OrganizationId) -> Result<Option<TenantId>>;

    /// Every tenant, by id.
    async fn tenants(&self) -> Result<Vec<TenantId>>;

    /// Keeps a token and its principal. What of the principal's tokens ended before it was made is forgotten.
    ///
    /// **Errors**: `NotFound` when the principal's organization is not in the token's tenant.
    async fn add_token(&self, draft: TokenDraft) -> Result<()>;

    /// The keys of a tenant by time and then by id: tokens of [`Origin::Key`] that no client has; of several of one principal the first.
    async fn keys(&self, tenant: TenantId) -> Result<Vec<Key>>;

    /// As [`Registry::add_token`], if the principal has a token that has not ended.
    ///
    /// **Errors**: `Unauthenticated` when it has none.
    async fn renew_token(&self, draft: TokenDraft) -> Result<()>;

    /// Forgets a token; one that is not there is no error.
    async fn revoke_token(&self, token: Token) -> Result<()>;

    /// Forgets all tokens of a principal; that there are none is no error.
    async fn revoke_tokens_of(&self, tenant: TenantId, principal: Uuid) -> Result<()>;

    /// Keeps a client.
    ///
    /// **Errors**: `AlreadyExists` when the tenant has or had one of this id; `NotFound` when the principal's organization is not
    /// in the secret's tenant.
    async fn add_client(&self, client: Client) -> Result<()>;

    /// The clients of a tenant by id.
    async fn clients(&self, tenant: TenantId) -> Result<Vec<Client>>;

    /// The client of this id; `None` when there is none, or none any more.
    async fn client(&self, tenant: TenantId, id: &str) -> Result<Option<Client>>;

    /// Removes a client with all tokens of its principal. Its id is not given again, so that the log still tells who it was.
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

    /// Keeps a log-in.
    ///
    /// **Errors**: `AlreadyExists` when the tenant has one of this name at the surface, or one of this person at
    /// [`Surface::Store`]; `NotFound` when the principal's organization is not in the tenant.
    async fn add_login(&self, tenant: TenantId, login: Login) -> Result<()>;

    /// The log-ins of a tenant at a surface, by name.
    async fn logins(&self, tenant: TenantId, surface: Surface) -> Result<Vec<Login>>;

    /// The log-in of this name, which is folded already.
    async fn login(&self, tenant: TenantId, surface: Surface, name: &str) -> Result<Option<Login>>;

    /// The log-ins of this name in all tenants, by tenant, [`MOST_NAMESAKES`] at most. The other look-up across tenants: whoever
    /// signs in says a name and no tenant, and is told of none until the password fits.
    async fn logins_named(&self, surface: Surface, name: &str) -> Result<Vec<(TenantId, Login)>>;

    /// The log-in of a person at [`Surface::Store`].
    async fn login_of(&self, tenant: TenantId, person: Uuid) -> Result<Option<Login>>;

    /// Gives the log-in of a principal another password, whatever its name is by now. Its tokens stay.
    ///
    /// **Errors**: `NotFound`.
    async fn set_password(&self, tenant: TenantId, principal: Uuid, hash: &str) -> Result<()>;

    /// Gives the log-in of a person at [`Surface::Store`] another name, which is folded already; without one nothing happens.
    ///
    /// **Errors**: `AlreadyExists` when the name is another's there.
    async fn rename_login(&self, tenant: TenantId, person: Uuid, name: &str) -> Result<()>;

    /// Removes the log-in of a principal, whatever its name is by now, with all its tokens. The name may be given again; the log
    /// shows the principal's id then.
    ///
    /// **Errors**: `NotFound`.
    async fn remove_login(&self, tenant: TenantId, principal: Uuid) -> Result<()>;

    /// Removes the log-in of this name at [`Surface::Store`] as [`Registry::remove_login`] does, if its person is not there: in
    /// the trash, purged, or never made. Whether that is so is judged in the same transaction, so that nobody who lives loses
    /// one. Answers whether it was removed.
    async fn remove_login_of_gone(&self, tenant: TenantId, name: &str) -> Result<bool>;

    /// Whom a token stands for; `None` when it is not known. Whether it has ended is for the directory to judge.
    async fn caller(&self, token: Token) -> Result<Option<Caller>>;
}
