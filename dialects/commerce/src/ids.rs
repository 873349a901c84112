//! How this door writes the numbers of the directory: `or-100014` is an organization, `bb-110014` a profile.
//!
//! They are opaque to clients. What the directory calls them elsewhere, a UUID, is understood too.

use std::sync::Arc;

use cardfile_directory::Merchant;
use cardfile_model::{Organization, OrganizationId};

/// Added to a number, so that an id has six digits at least.
const BASE: u64 = 100_000;
/// Roles of one organization that can have ids.
const ROLES: u64 = 1000;

/// The id of an organization.
pub fn account(number: u32) -> String {
    format!("or-{}", BASE + u64::from(number))
}

/// The id of a profile.
pub fn profile(number: u32) -> String {
    format!("bb-{}", BASE + u64::from(number))
}

/// The id of a role in an organization, by its place among the roles there.
pub fn role(organization: u32, place: u32) -> String {
    ((BASE + u64::from(organization)) * ROLES + u64::from(place)).to_string()
}

/// The organization and the place of a role's id.
pub fn read_role(text: &str) -> Option<(u32, u32)> {
    let number = digits(text)?;
    let organization = u32::try_from((number / ROLES).checked_sub(BASE)?).ok()?;
    Some((organization, u32::try_from(number % ROLES).ok()?))
}

/// The number in the id of a profile; `None` for a text that is none.
pub fn read_profile(text: &str) -> Option<u32> {
    number(text, "bb-")
}

/// The number in the id of an organization; `None` for a text that is none.
pub fn read_account(text: &str) -> Option<u32> {
    number(text, "or-")
}

/// The id of a role that is no organization's, by its place among these.
pub fn global_role(place: u32) -> String {
    format!("role-{}", BASE + u64::from(place))
}

/// The place in the id of a role that is no organization's; `None` for a text that is none.
pub fn read_global_role(text: &str) -> Option<u32> {
    number(text, "role-")
}

/// The account of an id.
pub fn find_account<'m>(merchant: &'m Merchant<'_>, text: &str) -> Option<&'m Arc<Organization>> {
    match read_account(text) {
        Some(number) => merchant.account(number),
        None => merchant.account_by_id(OrganizationId(text.trim().parse().ok()?)),
    }
}

fn number(text: &str, prefix: &str) -> Option<u32> {
    u32::try_from(digits(text.trim().strip_prefix(prefix)?)?.checked_sub(BASE)?).ok().filter(|number| *number > 0)
}

/// A number written as this door does: digits alone, none too many.
fn digits(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_have_six_digits_at_least_and_one_spelling() {
        assert_eq!((account(14).as_str(), profile(14).as_str()), ("or-100014", "bb-100014"));
        assert_eq!(read_profile(" bb-100014 "), Some(14));
        for bad in ["bb-100000", "bb-14", "bb-0100014", "bb-+100014", "or-100014", "BB-100014", "100014", "bb-", "bb-99999999999"]
        {
            assert_eq!(read_profile(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn ids_are_read_back(number in 1..=u32::MAX, place in 0..1000u32) {
            prop_assert_eq!(read_account(&account(number)), Some(number));
            prop_assert_eq!(read_profile(&profile(number)), Some(number));
            prop_assert_eq!(read_global_role(&global_role(number)), Some(number));
            prop_assert_eq!(read_role(&role(number, place)), Some((number, place)));
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let _ = (read_account(&text), read_profile(&text), read_role(&text), read_global_role(&text));
        }
    }
}
