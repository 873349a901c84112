//! Log-ins, in memory.

use cardfile_directory::{Error, Kind, Login, MOST_NAMESAKES, Principal, Result, Surface};
use cardfile_model::TenantId;
use uuid::Uuid;

use super::State;
use super::state::Tenant;

impl State {
    pub(super) fn add_login(&mut self, tenant: TenantId, login: Login) -> Result<()> {
        self.known(tenant, &login.principal)?;
        let is_shopper = login.surface == Surface::Store;
        let is_taken = self.login(tenant, login.surface, &login.name).is_some()
            || (is_shopper && self.shopper(tenant, login.principal.person).is_some());
        if is_taken {
            return Err(taken(&login.name));
        }
        self.logins.push((tenant, login));
        Ok(())
    }

    pub(super) fn logins(&self, tenant: TenantId, surface: Surface) -> Vec<Login> {
        let of_tenant = self.logins.iter().filter(|(known, login)| *known == tenant && login.surface == surface);
        let mut logins: Vec<Login> = of_tenant.map(|(_, login)| bare(login)).collect();
        logins.sort_by(|a, b| a.name.cmp(&b.name));
        logins
    }

    pub(super) fn login(&self, tenant: TenantId, surface: Surface, name: &str) -> Option<Login> {
        self.logins(tenant, surface).into_iter().find(|login| login.name == name)
    }

    pub(super) fn shopper(&self, tenant: TenantId, person: Uuid) -> Option<Login> {
        self.logins(tenant, Surface::Store).into_iter().find(|login| login.principal.person == person)
    }

    pub(super) fn logins_named(&self, surface: Surface, name: &str) -> Vec<(TenantId, Login)> {
        let named = self.logins.iter().filter(|(_, login)| login.surface == surface && login.name == name);
        let mut named: Vec<_> = named.map(|(tenant, login)| (*tenant, bare(login))).collect();
        named.sort_by_key(|(tenant, _)| *tenant);
        named.truncate(MOST_NAMESAKES);
        named
    }

    pub(super) fn set_password(&mut self, tenant: TenantId, principal: Uuid, hash: &str) -> Result<()> {
        let at = self.login_at(tenant, principal)?;
        hash.clone_into(&mut self.logins[at].1.hash);
        Ok(())
    }

    pub(super) fn rename_login(&mut self, tenant: TenantId, person: Uuid, name: &str) -> Result<()> {
        let Some(old) = self.shopper(tenant, person) else { return Ok(()) };
        if old.name != name && self.login(tenant, Surface::Store, name).is_some() {
            return Err(taken(name));
        }
        let at = self.login_at(tenant, old.principal.id)?;
        name.clone_into(&mut self.logins[at].1.name);
        Ok(())
    }

    pub(super) fn remove_login(&mut self, tenant: TenantId, principal: Uuid) -> Result<()> {
        let at = self.login_at(tenant, principal)?;
        self.logins.remove(at);
        self.revoke_tokens_of(tenant, principal);
        Ok(())
    }

    pub(super) fn remove_login_of_gone(&mut self, tenant: TenantId, name: &str) -> Result<bool> {
        let Some(login) = self.login(tenant, Surface::Store, name) else { return Ok(false) };
        let is_there = |known: &Tenant| known.live_by_id(login.principal.person).is_some();
        if self.tenants.get(&tenant).is_some_and(is_there) {
            return Ok(false);
        }
        self.remove_login(tenant, login.principal.id)?;
        Ok(true)
    }

    fn login_at(&self, tenant: TenantId, principal: Uuid) -> Result<usize> {
        let is_it = |(known, login): &(TenantId, Login)| (*known, login.principal.id) == (tenant, principal);
        let unknown = || Error::NotFound { kind: Kind::Login, id: principal.to_string() };
        self.logins.iter().position(is_it).ok_or_else(unknown)
    }
}

fn taken(name: &str) -> Error {
    Error::AlreadyExists { kind: Kind::Login, key: name.to_owned() }
}

/// A log-in whose principal bears its name and says nothing of an end.
fn bare(login: &Login) -> Login {
    let principal = Principal { name: Some(login.name.clone()), expires: None, ..login.principal.clone() };
    Login { principal, ..login.clone() }
}
