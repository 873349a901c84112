//! vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350).
//!
//! The text of a card is kept as it was received, with a sum of what the contact said then. As long as the contact still says that,
//! the card goes out byte for byte; afterwards the kept text is the base, of which only what changed is written anew, so that
//! what the directory does not know (notes, birthdays, pictures, `X-` properties) survives. Cards of groups (`KIND:group`) are
//! refused: groups are told by the `CATEGORIES` of their members.

mod line;
mod meaning;
mod parse;
mod write;

use std::io::Read;

use cardfile_model::Violation;
use serde_json::json;

use crate::item::{Card, Unreadable, filled};
use crate::kept::sum;
use crate::rejects::PROPERTY;
use crate::text::{Text, is_blank};
pub use write::{Version, text};

/// Where of [`cardfile_model::Contact::extensions`] the text is kept: `{"text": …, "sum": …}`.
pub(crate) const EXTENSION: &str = "vcard";

/// Reads one card.
///
/// # Errors
/// A violation for what is wrong with it; its field is a property.
pub fn read_one(text: &str) -> Result<Card, Vec<Violation>> {
    understand(text).1
}

pub(crate) fn understand(text: &str) -> (String, Result<Card, Vec<Violation>>) {
    let raw = unmarked(text);
    let outcome = parse::card(&raw).and_then(filled).map(|mut card| {
        let sum = sum(&card.contact);
        card.contact.extensions.insert(EXTENSION.into(), json!({ "text": raw, "sum": sum }));
        card
    });
    (raw, outcome)
}

/// The text without the reason for which it was refused before.
fn unmarked(text: &str) -> String {
    if !text.contains(PROPERTY) {
        return text.to_owned();
    }
    text.split_inclusive('\n').filter(|line| !line.starts_with(PROPERTY)).collect()
}

/// The length of the next card: from `BEGIN:VCARD` to its end, or to where the next one begins; or what stands outside of cards.
pub(crate) fn cut<R: Read>(text: &mut Text<R>) -> Result<Option<usize>, Unreadable> {
    text.pass_lines(is_blank)?;
    let Some(mut end) = text.line_end(0)? else { return Ok(None) };
    let is_card = is(text.bytes(), 0, end, b"BEGIN:VCARD");
    // Cards stand within cards as the value of AGENT (vCard 2.1).
    let (mut depth, mut is_agent) = (1, false);
    while let Some(next) = text.line_end(end)? {
        let bytes = text.bytes();
        if is(bytes, end, next, b"BEGIN:VCARD") {
            if !is_agent {
                return Ok(Some(end));
            }
            depth += 1;
        } else if is_card && is(bytes, end, next, b"END:VCARD") {
            depth -= 1;
            if depth == 0 {
                return Ok(Some(next));
            }
        }
        let line = bytes[end..next].trim_ascii();
        is_agent = line.ends_with(b":") && line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"AGENT"));
        end = next;
    }
    Ok(Some(end))
}

fn is(bytes: &[u8], from: usize, to: usize, line: &[u8]) -> bool {
    bytes[from..to].trim_ascii().eq_ignore_ascii_case(line)
}
