//! What of a file is kept with a contact, and whether the contact still says the same.

use std::fmt::Write;

use cardfile_model::{Contact, Entry, Method};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Bytes of the digest that are kept.
const SUM_BYTES: usize = 16;

/// What formats of other makers can say of a contact. Who owns it, where it belongs and what others call it is no part of that.
#[derive(Serialize)]
struct Said<'a> {
    texts: [&'a Option<String>; 7],
    method: Option<Method>,
    lists: [&'a [Entry]; 4],
    is_inactive: bool,
}

/// Tells one content of a card from another.
pub(crate) fn sum(contact: &Contact) -> String {
    let said = Said {
        texts: [
            &contact.display_name,
            &contact.given_name,
            &contact.family_name,
            &contact.organization,
            &contact.title,
            &contact.address,
            &contact.photo_uri,
        ],
        method: contact.preferred_method,
        lists: [&contact.emails, &contact.phones, &contact.sip_addresses, &contact.ims],
        is_inactive: contact.is_inactive,
    };
    let mut hasher = Sha256::new();
    let bytes = serde_json::to_vec(&said).expect("texts and flags are always JSON");
    hasher.update(bytes);
    let mut sum = String::with_capacity(2 * SUM_BYTES);
    for byte in hasher.finalize().iter().take(SUM_BYTES) {
        write!(sum, "{byte:02x}").expect("a String takes everything");
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_tells_contents_apart_and_does_not_look_at_who_owns_them() {
        let contact = Contact { title: Some("a".into()), ..Contact::default() };
        let owned = Contact { source: "CH".into(), ..contact.clone() };
        assert_eq!(sum(&contact), sum(&owned));
        let moved = Contact { address: Some("a".into()), ..Contact::default() };
        assert_ne!(sum(&contact), sum(&moved));
        assert_eq!(sum(&contact).len(), 2 * SUM_BYTES);
    }
}
