//! JSContact cards (RFC 9553): one, an array, or one after another.
//!
//! A card is kept as it was received in `extensions["jscontact"]`, with a sum of what the contact said then. What the directory does
//! not know of it goes out again; what it knows is written anew where it changed. Cards of groups are refused.

mod nest;
mod parse;
mod write;

use cardfile_model::Violation;
use serde_json::{Value, json};

use crate::item::{Card, filled};
use crate::jsonl::unmarked;
use crate::kept::sum;
pub(crate) use nest::Nest;
pub(crate) use write::write;

/// Where of [`cardfile_model::Contact::extensions`] the card is kept: `{"card": …, "sum": …}`.
const EXTENSION: &str = "jscontact";
/// Members of the directory's own.
const PREFERRED: &str = "cardfile:preferredMethod";
const ACTIVE: &str = "cardfile:active";

pub(crate) fn understand(text: &str) -> (String, Result<Card, Vec<Violation>>) {
    let (raw, members) = unmarked(text.trim());
    let outcome = members.and_then(|members| {
        let mut card = filled(parse::card(&members)?)?;
        let sum = sum(&card.contact);
        card.contact.extensions.insert(EXTENSION.into(), json!({ "card": Value::Object(members), "sum": sum }));
        Ok(card)
    });
    (raw, outcome)
}
