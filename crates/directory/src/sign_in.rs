//! Signing in with a name and a password, for a bearer token that lives for a while.

use std::net::IpAddr;
use std::sync::Arc;

use cardfile_model::{Contact, Filter, Membership, Query, Reach, TenantId};
use jiff::{SignedDuration, Timestamp};

use crate::access::Directory;
use crate::caller::{Caller, Origin, Principal};
use crate::error::{Error, Result};
use crate::login::{self, Login, Surface};
use crate::passwords;
use crate::registry::TokenDraft;
use crate::throttle::Guesser;
use crate::token::Token;

/// What somebody says who wants to come in.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// Where.
    pub surface: Surface,
    /// The name, in any case.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// From where, if that is known.
    pub address: Option<IpAddr>,
    /// Into which tenant; `None` tries each that has the name.
    pub tenant: Option<TenantId>,
}

impl Directory {
    /// Lets somebody in: a token for so long, and whom it stands for. Takes equally long whether the name is known or not.
    ///
    /// # Errors
    /// `Unauthenticated` when the two do not fit, fit in more than one tenant, or the person may not come in; `Throttled` after
    /// too many failures, without a look at the password; `Unavailable` when too many passwords wait to be compared.
    pub async fn log_in(&self, attempt: Attempt<'_>, lifetime: SignedDuration) -> Result<(String, Caller)> {
        let Attempt { surface, name, password, address, tenant } = attempt;
        // A name that cannot be is compared as one that is not known.
        let name = login::folded(name).unwrap_or_default();
        let guesser = Guesser::new(surface, &name, address);
        self.throttle.admit(&guesser, self.clock.now())?;
        let known = match tenant {
            Some(tenant) => self.store.login(tenant, surface, &name).await?.map(|login| (tenant, login)).into_iter().collect(),
            None => self.store.logins_named(surface, &name).await?,
        };
        let fitting = self.compare(password, &known, guesser).await?;
        let found = match *fitting {
            [one] => &known[one],
            [] => return Err(Error::Unauthenticated),
            [..] => {
                tracing::warn!(surface = surface.as_str(), name, "a name and a password fit in more than one tenant");
                return Err(Error::Unauthenticated);
            }
        };
        let (tenant, login) = found;
        if !self.is_let_in(*tenant, &login.principal).await? {
            self.throttle.failed(&guesser, self.clock.now());
            return Err(Error::Unauthenticated);
        }
        self.throttle.succeeded(&guesser);
        let (text, draft) = self.draft(*tenant, &login.principal, lifetime, None)?;
        let (token, principal, origin) = (draft.token, draft.principal.clone(), draft.origin);
        self.store.add_token(draft).await?;
        // Whoever changed the password meanwhile has ended the tokens there were, and not this one.
        let now = self.store.login(*tenant, surface, &login.name).await?;
        if now.is_none_or(|now| now.hash != login.hash) {
            self.store.revoke_token(token).await?;
            return Err(Error::Unauthenticated);
        }
        Ok((text, Caller { tenant: *tenant, principal, origin }))
    }

    /// A new token for who has one, which stays as it is, and how long the new one lives: no longer than the key that both go back
    /// to.
    ///
    /// # Errors
    /// `Unauthenticated` when the caller's tokens ended meanwhile, or the person may not come in any more.
    pub async fn renew(&self, caller: &Caller, lifetime: SignedDuration) -> Result<(String, SignedDuration)> {
        if !self.is_let_in(caller.tenant, &caller.principal).await? {
            return Err(Error::Unauthenticated);
        }
        let (text, draft) = self.draft(caller.tenant, &caller.principal, lifetime, caller.until())?;
        let lives = draft.principal.expires.map_or(lifetime, |end| end.duration_since(draft.created));
        self.store.renew_token(draft).await?;
        Ok((text, lives))
    }

    /// Which of these log-ins a password fits. Where it is none or several, that is counted as a failure: by the thread that
    /// compares, which also looks again whether the guess is still allowed, so that many guesses at once are no more than many in
    /// a row.
    async fn compare(&self, password: &str, known: &[(TenantId, Login)], guesser: Guesser) -> Result<Vec<usize>> {
        let is_fit = login::fit(password).is_ok();
        let hashes: Vec<String> = known.iter().filter(|_| is_fit).map(|(_, login)| login.hash.clone()).collect();
        let password = if is_fit { password.to_owned() } else { String::new() };
        let (clock, throttle) = (Arc::clone(&self.clock), Arc::clone(&self.throttle));
        let work = move || {
            throttle.admit(&guesser, clock.now())?;
            let fitting = passwords::fitting(&password, &hashes)?;
            if fitting.len() != 1 {
                throttle.failed(&guesser, clock.now());
            }
            Ok(fitting)
        };
        self.passwords.run(work).await
    }

    /// Whether somebody whose password is right may come in, or stay: a shopper's card must be there and in use, and if they
    /// belong to organizations, one of these must do business. Asked after the password, so
    /// that nobody learns of it who does not know that.
    async fn is_let_in(&self, tenant: TenantId, principal: &Principal) -> Result<bool> {
        if principal.scopes != Surface::Store.scopes() {
            return Ok(true);
        }
        let query = Query::of(principal.organization, Reach::Below(principal.organization), Filter::Ids(vec![principal.person]));
        let found = self.store.find(tenant, query).await?.records.into_iter().next();
        let Some(Contact { memberships, is_inactive: false, .. }) = found.map(|record| record.contact) else { return Ok(false) };
        let tree = self.tree(tenant).await?;
        let does_business = |known: &Membership| tree.at(known.organization).is_some_and(|found| found.is_active);
        Ok(memberships.is_empty() || memberships.iter().any(does_business))
    }

    /// A token that lives for so long, and not beyond `until`.
    fn draft(
        &self,
        tenant: TenantId,
        principal: &Principal,
        lifetime: SignedDuration,
        until: Option<Timestamp>,
    ) -> Result<(String, TokenDraft)> {
        let created = self.clock.now();
        let (text, token) = Token::make(tenant)?;
        let end = end(created, lifetime)?;
        let principal = Principal { expires: Some(until.map_or(end, |until| end.min(until))), ..principal.clone() };
        Ok((text, TokenDraft { token, principal, created, origin: Origin::Session { until } }))
    }
}

fn end(now: Timestamp, lifetime: SignedDuration) -> Result<Timestamp> {
    now.checked_add(lifetime).map_err(|error| Error::invalid("lifetime", "range", error.to_string()))
}
