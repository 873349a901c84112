//! Which doors are bound by what protects people and organizations from each other.

use serde::{Deserialize, Serialize};

use crate::store::Protected;

/// The doors that a protection does not bind, by their names in the log (`webex`, `address-book`, `commerce`, `commerce-admin`,
/// `cli`). Every other door is bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Protections {
    /// Doors through which an organization's last approver in use may go.
    pub last_approver_exempt: Vec<String>,
    /// Doors through which an organization's last delegated administrator in use may go.
    pub last_admin_exempt: Vec<String>,
    /// Doors through which people may take away their own card, its use, or their own administration.
    pub oneself_exempt: Vec<String>,
}

/// The merchant's own administration, which must be able to empty an account.
const MERCHANT: &str = "commerce-admin";

impl Default for Protections {
    fn default() -> Self {
        let merchant = || vec![MERCHANT.to_owned()];
        Protections { last_approver_exempt: merchant(), last_admin_exempt: merchant(), oneself_exempt: Vec::new() }
    }
}

impl Protections {
    /// What is protected from a door of this name.
    #[must_use]
    pub fn of(&self, door: &str) -> Protected {
        let binds = |exempt: &[String]| !exempt.iter().any(|name| name == door);
        Protected {
            last_approver: binds(&self.last_approver_exempt),
            last_admin: binds(&self.last_admin_exempt),
            oneself: binds(&self.oneself_exempt),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_door_is_bound_unless_it_is_exempt() {
        let protections = Protections::default();
        let all = Protected { last_approver: true, last_admin: true, oneself: true };
        for door in ["webex", "address-book", "commerce", "cli", "a new one"] {
            assert_eq!(protections.of(door), all, "{door}");
        }
        assert_eq!(protections.of("commerce-admin"), Protected { oneself: true, ..Protected::default() });
    }
}
