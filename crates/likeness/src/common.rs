//! What many share.

use cardfile_model::Contact;

use crate::evidence::{Email, Evidence, phone};

/// Addresses, numbers and keys that more people have than [`crate::Settings::most_holders`]: 8 bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Common(Vec<Evidence>);

impl Common {
    /// `evidence` is in order.
    pub(crate) fn new(evidence: Vec<Evidence>) -> Common {
        Common(evidence)
    }

    /// Takes what many share out of a card, so that it is no reason for [`crate::compare()`]. `normalise` makes of a phone
    /// number as typed what [`crate::Finder::see`] was given for it.
    pub fn strip(&self, contact: &mut Contact, normalise: &dyn Fn(&str) -> String) {
        let is_rare = |evidence: Evidence| self.0.binary_search(&evidence).is_err();
        contact.emails.retain(|entry| Email::read(&entry.value).is_none_or(|email| is_rare(Evidence::of_email(&email))));
        contact.phones.retain(|entry| phone(&normalise(&entry.value)).is_none_or(|number| is_rare(Evidence::of_phone(&number))));
        contact.keys.retain(|key| is_rare(Evidence::of_key(key)));
    }
}
