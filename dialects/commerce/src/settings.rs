//! What an operator may set about this door.

use std::collections::BTreeMap;

use cardfile_model::TenantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How this door answers. Every key has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seconds that tokens of people live: administrators, agents, shoppers.
    pub token_seconds: u32,
    /// Seconds that tokens of applications live.
    pub application_token_seconds: u32,
    /// Items in one answer at most, whatever limit is asked for.
    pub page_cap: usize,
    /// Addresses of one account.
    pub addresses: usize,
    /// Roles of its own that an account may have.
    pub custom_roles: usize,
    /// Members of a profile or an account that this door knows nothing of.
    pub dynamic_properties: usize,
    /// Bytes of what this door alone keeps of one profile, as JSON.
    pub profile_bytes: usize,
    /// The tenant that people sign in to at a host name, as in `{"shop.example" = "…"}`; at others every tenant that has the name
    /// is tried.
    pub tenants: BTreeMap<String, Uuid>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            token_seconds: 3600,
            application_token_seconds: 3600,
            page_cap: crate::paging::PAGE_CAP,
            addresses: 100,
            custom_roles: 200,
            dynamic_properties: 100,
            profile_bytes: 64 * 1024,
            tenants: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// What is wrong with these settings, if anything.
    ///
    /// # Errors
    /// A sentence that begins with the key.
    pub fn check(&self) -> Result<(), String> {
        if self.token_seconds < 60 || self.application_token_seconds < 60 {
            return Err("token_seconds, application_token_seconds: must be at least 60".into());
        }
        if self.page_cap == 0 {
            return Err("page_cap: must be at least 1".into());
        }
        if self.custom_roles > 800 {
            return Err("custom_roles: must be at most 800".into());
        }
        Ok(())
    }

    /// The tenant of a host, as a request names it.
    #[must_use]
    pub fn tenant(&self, host: &str) -> Option<TenantId> {
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let name = name.map_or(host, |(name, _)| name);
        let found = self.tenants.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, id)| TenantId(*id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_in_any_case_and_at_any_port() {
        let id = Uuid::from_u128(7);
        let settings = Settings { tenants: [("shop.example".to_owned(), id)].into(), ..Settings::default() };
        for host in ["shop.example", "Shop.Example:8080"] {
            assert_eq!(settings.tenant(host), Some(TenantId(id)), "{host}");
        }
        assert_eq!(settings.tenant("other.example"), None);
    }

    #[test]
    fn limits_that_make_no_sense_are_refused() {
        assert_eq!(Settings::default().check(), Ok(()));
        assert!(Settings { token_seconds: 59, ..Settings::default() }.check().is_err());
        assert!(Settings { application_token_seconds: 0, ..Settings::default() }.check().is_err());
        assert!(Settings { page_cap: 0, ..Settings::default() }.check().is_err());
        assert!(Settings { custom_roles: 801, ..Settings::default() }.check().is_err());
    }
}
