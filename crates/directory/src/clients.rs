//! Programs that sign in: OAuth clients and the tokens issued to them.
//!
//! **Source**: RFC 6749 §4.4 (client credentials) and §6 (refresh).

use std::sync::Arc;

use cardfile_model::{OrganizationId, Role, Sources};
use jiff::SignedDuration;
use subtle::ConstantTimeEq;

use crate::access::Directory;
use crate::caller::{Caller, Origin, Principal, Scopes};
use crate::error::{Error, Result};
use crate::registry::{Client, Issue, TokenDraft};
use crate::token::Token;

/// The longest id of a client, in characters.
const MOST_ID_CHARS: usize = 254;

/// How long issued tokens live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Access tokens.
    pub access: SignedDuration,
    /// Refresh tokens.
    pub refresh: SignedDuration,
}

/// What a client gets that signs in. The texts are shown here and never again.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The access token.
    pub access: String,
    /// The refresh token, good for one more pair.
    pub refresh: String,
    /// Whom the access token stands for.
    pub caller: Caller,
}

impl Directory {
    /// Makes a client that may do everything in an organization; answers its id and its secret, which is shown here and never
    /// again. The id is `name`, or a new one.
    ///
    /// # Errors
    /// `Invalid` for a name that cannot be an id, `AlreadyExists` for one that the tenant has or had, `NotFound` for an unknown
    /// organization.
    pub async fn add_client(&self, organization: OrganizationId, name: Option<String>) -> Result<(String, String)> {
        let tenant = self.tenant_of(organization).await?;
        let id = name.unwrap_or_else(|| format!("client-{}", self.ids.next()));
        let is_fit = |c: char| !c.is_control() && !c.is_whitespace() && c != ':';
        if id.is_empty() || id.chars().count() > MOST_ID_CHARS || !id.chars().all(is_fit) {
            let message = format!("a client's name has 1 to {MOST_ID_CHARS} characters, and neither blanks nor colons");
            return Err(Error::invalid("name", "form", message));
        }
        let (text, secret) = Token::make(tenant)?;
        let principal = Principal {
            id: self.ids.next(),
            name: Some(id.clone()),
            organization,
            role: Role::Admin,
            scopes: Scopes::default(),
            sources: Sources::Any,
            person: self.ids.next(),
            expires: None,
        };
        self.store.add_client(Client { id: id.clone(), secret, principal, created: self.clock.now() }).await?;
        Ok((id, text))
    }

    /// The clients of an organization, by id.
    ///
    /// # Errors
    /// `NotFound` for an unknown organization.
    pub async fn clients(&self, organization: OrganizationId) -> Result<Vec<Client>> {
        let tenant = self.tenant_of(organization).await?;
        let mut clients = self.store.clients(tenant).await?;
        clients.retain(|client| client.principal.organization == organization);
        Ok(clients)
    }

    /// Removes a client of an organization; its tokens end with it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn remove_client(&self, organization: OrganizationId, id: &str) -> Result<()> {
        let tenant = self.tenant_of(organization).await?;
        let client = self.store.client(tenant, id).await?;
        let is_there = client.is_some_and(|client| client.principal.organization == organization);
        if !is_there {
            return Err(Error::NotFound { kind: crate::error::Kind::Client, id: id.to_owned() });
        }
        self.store.remove_client(tenant, id).await?;
        self.forget_remembered();
        Ok(())
    }

    /// Issues tokens to a client that says its id and its secret.
    ///
    /// # Errors
    /// `Unauthenticated` when they are not known.
    pub async fn sign_in(&self, id: &str, secret: &str, lifetimes: Lifetimes) -> Result<Issued> {
        let client = self.credited(id, secret).await?;
        self.issue(client, None, lifetimes).await
    }

    /// Issues tokens for a refresh token, which is spent by that. If the client says who it is, it must be right.
    ///
    /// # Errors
    /// `Unauthenticated` when the token is not known, has ended or is spent, or the credentials are not those of its client.
    pub async fn refresh(&self, refresh: &str, credentials: Option<(&str, &str)>, lifetimes: Lifetimes) -> Result<Issued> {
        let spent = Token::read(refresh).ok_or(Error::Unauthenticated)?;
        let client = self.store.client_of_refresh(spent).await?.ok_or(Error::Unauthenticated)?;
        if let Some((id, secret)) = credentials
            && self.credited(id, secret).await? != client
        {
            return Err(Error::Unauthenticated);
        }
        self.issue(client, Some(spent), lifetimes).await
    }

    /// Whom a client's id and secret stand for, without tokens.
    ///
    /// # Errors
    /// `Unauthenticated` when they are not known.
    pub async fn authenticate(&self, id: &str, secret: &str) -> Result<Arc<Caller>> {
        let client = self.credited(id, secret).await?;
        Ok(Arc::new(Caller { tenant: client.secret.tenant, principal: client.principal, origin: Origin::Key }))
    }

    async fn credited(&self, id: &str, secret: &str) -> Result<Client> {
        let said = Token::read(secret).ok_or(Error::Unauthenticated)?;
        let client = self.store.client(said.tenant, id).await?;
        client.filter(|client| client.secret.hash.ct_eq(&said.hash).into()).ok_or(Error::Unauthenticated)
    }

    async fn issue(&self, client: Client, spent: Option<Token>, lifetimes: Lifetimes) -> Result<Issued> {
        let (tenant, now) = (client.secret.tenant, self.clock.now());
        let end = |term| now.checked_add(term).map_err(|error| Error::invalid("lifetime", "range", error.to_string()));
        let principal = Principal { expires: Some(end(lifetimes.access)?), ..client.principal };
        let ((access, token), (refresh, refresh_token)) = (Token::make(tenant)?, Token::make(tenant)?);
        let issue = Issue {
            client: client.id,
            spent,
            access: TokenDraft { token, principal: principal.clone(), created: now, origin: Origin::Key },
            refresh: (refresh_token, end(lifetimes.refresh)?),
        };
        self.store.issue(issue).await?;
        Ok(Issued { access, refresh, caller: Caller { tenant, principal, origin: Origin::Key } })
    }
}
