//! Who has a log-in: people who work in an organization, and shoppers, who are contacts.

use cardfile_model::{OrganizationId, Role, Sources, TenantId};
use uuid::Uuid;

use crate::access::Directory;
use crate::caller::Principal;
use crate::error::{Error, Kind, Result};
use crate::login::{self, Login, Surface};
use crate::passwords;

impl Directory {
    /// Makes a log-in of somebody who works in an organization; answers its name as it is kept, and its password, which is a new
    /// one if none is given.
    ///
    /// # Errors
    /// `Invalid` for a name or a password that cannot be, or at [`Surface::Store`]: shoppers are contacts, see
    /// [`Directory::add_shopper`]. `AlreadyExists` for a name that is taken, `NotFound` for an unknown organization.
    pub async fn add_login(
        &self,
        organization: OrganizationId,
        surface: Surface,
        name: &str,
        password: Option<String>,
    ) -> Result<(String, String)> {
        if surface == Surface::Store {
            return Err(Error::invalid("surface", "shopper", "a shopper is a contact, and works in no organization"));
        }
        let tenant = self.tenant_of(organization).await?;
        let name = login::folded(name)?;
        let (password, hash) = self.hashed(password).await?;
        let principal = Principal {
            id: self.ids.next(),
            name: Some(name.clone()),
            organization,
            role: Role::Admin,
            scopes: surface.scopes(),
            sources: Sources::Any,
            person: self.ids.next(),
            expires: None,
        };
        let login = Login { surface, name: name.clone(), hash, principal, created: self.clock.now() };
        self.store.add_login(tenant, login).await?;
        Ok((name, password))
    }

    /// The log-ins of those who work in an organization, by surface and name.
    ///
    /// # Errors
    /// `NotFound` for an unknown organization.
    pub async fn logins(&self, organization: OrganizationId) -> Result<Vec<Login>> {
        let tenant = self.tenant_of(organization).await?;
        let mut logins = self.store.logins(tenant, Surface::Admin).await?;
        logins.extend(self.store.logins(tenant, Surface::Agent).await?);
        logins.retain(|login| login.principal.organization == organization);
        Ok(logins)
    }

    /// Gives a log-in of an organization another password, a new one if none is given, and ends its tokens. Answers as
    /// [`Directory::add_login`].
    ///
    /// # Errors
    /// `Invalid` for a password that cannot be, `NotFound`.
    pub async fn change_password(
        &self,
        organization: OrganizationId,
        surface: Surface,
        name: &str,
        password: Option<String>,
    ) -> Result<(String, String)> {
        let (tenant, login) = self.login_in(organization, surface, name).await?;
        let (password, hash) = self.hashed(password).await?;
        self.replace_password(tenant, &login, &hash).await?;
        Ok((login.name, password))
    }

    /// Removes a log-in of an organization; its tokens end with it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn remove_login(&self, organization: OrganizationId, surface: Surface, name: &str) -> Result<()> {
        let (tenant, login) = self.login_in(organization, surface, name).await?;
        self.store.remove_login(tenant, login.principal.id).await?;
        self.forget_remembered();
        Ok(())
    }

    /// Lets a contact of the tenant's root organization sign in as a shopper. Whether they may is looked at when they do. The
    /// contact is made first: a log-in of somebody who is not there gives way to whoever wants its name.
    ///
    /// # Errors
    /// `Invalid` for a name or a password that cannot be, `AlreadyExists` for a name that is taken or a person who has a log-in,
    /// `NotFound` for an unknown tenant.
    pub async fn add_shopper(&self, tenant: TenantId, person: Uuid, login: &str, password: &str) -> Result<()> {
        let (surface, name) = (Surface::Store, login::folded(login)?);
        let (_, hash) = self.hashed(Some(password.to_owned())).await?;
        let principal = Principal {
            id: person,
            name: Some(name.clone()),
            organization: OrganizationId(tenant.0),
            role: Role::Reader,
            scopes: surface.scopes(),
            sources: Sources::Any,
            person,
            expires: None,
        };
        let login = Login { surface, name, hash, principal, created: self.clock.now() };
        match self.store.add_login(tenant, login.clone()).await {
            Err(error) if self.gives_way(tenant, &error, &login.name).await? => self.store.add_login(tenant, login).await,
            added => added,
        }
    }

    /// Gives a shopper another password, and ends their tokens.
    ///
    /// # Errors
    /// `Invalid` for a password that cannot be, `NotFound` for a person who has no log-in.
    pub async fn set_shopper_password(&self, tenant: TenantId, person: Uuid, password: &str) -> Result<()> {
        let unknown = || unknown(&person.to_string());
        let login = self.store.login_of(tenant, person).await?.ok_or_else(unknown)?;
        let (_, hash) = self.hashed(Some(password.to_owned())).await?;
        self.replace_password(tenant, &login, &hash).await
    }

    /// Gives a shopper another name to sign in with; answers whether they had one to sign in with, and not this.
    ///
    /// # Errors
    /// `Invalid` for a name that cannot be, `AlreadyExists` for one that is taken by somebody who is there.
    pub async fn rename_shopper(&self, tenant: TenantId, person: Uuid, login: &str) -> Result<bool> {
        let Some(known) = self.store.login_of(tenant, person).await? else { return Ok(false) };
        let name = login::folded(login)?;
        if known.name == name {
            return Ok(false);
        }
        match self.store.rename_login(tenant, person, &name).await {
            Err(error) if self.gives_way(tenant, &error, &name).await? => self.store.rename_login(tenant, person, &name).await?,
            renamed => renamed?,
        }
        Ok(true)
    }

    /// Removes the log-in of a shopper, whose tokens end with it; a person who has none is passed over.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn remove_shopper(&self, tenant: TenantId, person: Uuid) -> Result<()> {
        let Some(login) = self.store.login_of(tenant, person).await? else { return Ok(()) };
        match self.store.remove_login(tenant, login.principal.id).await {
            // Somebody else was first.
            Err(Error::NotFound { .. }) => {}
            removed => removed?,
        }
        self.forget_remembered();
        Ok(())
    }

    /// Whether a password could be one; for who must know before anything is done.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn check_password(password: &str) -> Result<()> {
        login::fit(password)
    }

    async fn login_in(&self, organization: OrganizationId, surface: Surface, name: &str) -> Result<(TenantId, Login)> {
        let tenant = self.tenant_of(organization).await?;
        let found = self.store.login(tenant, surface, &login::folded(name)?).await?;
        let found = found.filter(|login| login.principal.organization == organization);
        Ok((tenant, found.ok_or_else(|| unknown(name))?))
    }

    async fn replace_password(&self, tenant: TenantId, login: &Login, hash: &str) -> Result<()> {
        self.store.set_password(tenant, login.principal.id, hash).await?;
        self.store.revoke_tokens_of(tenant, login.principal.id).await?;
        self.forget_remembered();
        Ok(())
    }

    /// Whether a shopper's name that was taken is free now, for whoever had it is not there any more.
    async fn gives_way(&self, tenant: TenantId, refusal: &Error, name: &str) -> Result<bool> {
        let is_taken = matches!(refusal, Error::AlreadyExists { kind: Kind::Login, .. });
        let gives_way = is_taken && self.store.remove_login_of_gone(tenant, name).await?;
        if gives_way {
            self.forget_remembered();
        }
        Ok(gives_way)
    }

    /// A password, made if none is given, and its hash.
    async fn hashed(&self, password: Option<String>) -> Result<(String, String)> {
        let password = match password {
            Some(password) => login::fit(&password).map(|()| password)?,
            None => passwords::make()?,
        };
        let hash = self.passwords.hash(&password).await?;
        Ok((password, hash))
    }
}

fn unknown(login: &str) -> Error {
    Error::NotFound { kind: Kind::Login, id: login.to_owned() }
}
