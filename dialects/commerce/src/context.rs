//! On whose behalf something is done, and in which account: the agent's headers, or the shopper who calls.

use std::sync::Arc;

use cardfile_directory::Merchant;
use cardfile_model::{Organization, Record, role};

use crate::error::{Failure, Result};
use crate::header::{self, AgentContext};
use crate::ids;
use crate::surface::Surface;
use crate::visit::Visit;

const AGENT: &str = "X-CCAgentContext";
const ORGANIZATION: &str = "X-CCOrganization";

/// A shopper and the account they act in.
pub struct Context {
    /// The shopper.
    pub shopper: Record,
    /// The account, which does business.
    pub account: Arc<Organization>,
}

impl Visit {
    /// The shopper of a request: on the agent surface the one in the header.
    ///
    /// # Errors
    /// 82001 without the header, 100000 for one that cannot be read, 100091 for an anonymous shopper, 89101 for one that is not
    /// known, 89102 for one who is not in use. A caller of the store who is not there any more is 401.
    pub async fn shopper(&self, merchant: &Merchant<'_>) -> Result<Record> {
        let shopper = if self.surface == Surface::Store {
            merchant.shopper().await?.ok_or_else(Failure::unauthorized)?
        } else {
            let id = match AgentContext::read(self.header(AGENT)) {
                AgentContext::Missing => return Err(Failure::missing_header(AGENT)),
                AgentContext::Malformed => {
                    return Err(Failure::input(format!("{AGENT} is no JSON object with a shopperProfileId")));
                }
                AgentContext::Anonymous => return Err(Failure::forbidden()),
                AgentContext::Of(id) => id,
            };
            match ids::read_profile(&id) {
                Some(number) => merchant.person(number).await?,
                None => None,
            }
            .ok_or_else(Failure::no_shopper)?
        };
        if shopper.contact.is_inactive { Err(Failure::inactive()) } else { Ok(shopper) }
    }

    /// The shopper of a request, and the account they act in: the one that the header names, else the first of theirs that does
    /// business.
    ///
    /// # Errors
    /// As [`Visit::shopper`]; 100001 for an account that is not known, or not theirs, or if they have none; 89102 for one that
    /// does no business.
    pub async fn context(&self, merchant: &Merchant<'_>) -> Result<Context> {
        let shopper = self.shopper(merchant).await?;
        let account = self.account(merchant, &shopper)?;
        Ok(Context { shopper, account })
    }

    /// The account that a shopper acts in.
    ///
    /// # Errors
    /// As [`Visit::context`].
    pub fn account(&self, merchant: &Merchant<'_>, shopper: &Record) -> Result<Arc<Organization>> {
        let named = header::organization(self.header(ORGANIZATION));
        let named = named.map_err(|_| Failure::input(format!("{ORGANIZATION} holds no id")))?;
        let account = match &named {
            Some(id) => {
                let found = ids::find_account(merchant, id).filter(|found| shopper.contact.belongs(found.number));
                found.ok_or_else(|| Failure::no_account(id))?
            }
            None => first(merchant, shopper)?,
        };
        if account.is_active { Ok(Arc::clone(account)) } else { Err(Failure::inactive()) }
    }

    /// The context of a delegated administrator.
    ///
    /// # Errors
    /// As [`Visit::holder`].
    pub async fn administrator(&self, merchant: &Merchant<'_>) -> Result<Context> {
        self.holder(merchant, &[role::ADMIN]).await
    }

    /// The context of a shopper who holds one of these roles in the account.
    ///
    /// # Errors
    /// As [`Visit::context`]; 100091 for a shopper who holds none of them.
    pub async fn holder(&self, merchant: &Merchant<'_>, roles: &[&str]) -> Result<Context> {
        let context = self.context(merchant).await?;
        let (contact, account) = (&context.shopper.contact, context.account.number);
        if roles.iter().any(|role| contact.holds(account, role)) { Ok(context) } else { Err(Failure::forbidden()) }
    }
}

/// The first of a shopper's accounts that does business, the parent before the others.
pub fn first<'m>(merchant: &'m Merchant<'_>, shopper: &Record) -> Result<&'m Arc<Organization>> {
    let known = shopper.contact.memberships.iter().filter_map(|known| merchant.account(known.organization));
    let (mut accounts, mut has_any) = (known, false);
    let found = accounts.find(|account| {
        has_any = true;
        account.is_active
    });
    found.ok_or_else(|| if has_any { Failure::inactive() } else { Failure::no_account("of the shopper") })
}
