//! Between the wire and the model: pure, and the only place that knows both.

mod address;
mod contact;
mod group;
mod request;

pub use contact::contact;
pub use group::{Attributes, group, member_edits, member_ids};
pub use request::{creation, group_ids, patch};

use cardfile_model::Method;

/// The names of the ways of reaching a person.
const METHODS: &[(&str, Method)] =
    &[("SIPADDRESS", Method::Sip), ("EMAIL", Method::Email), ("PHONE", Method::Phone), ("IMS", Method::Im)];

/// A kind of entry: its name here, in a request and in the model, and its name in an answer if that is another.
type Kind = (&'static str, &'static str);

/// What an e-mail address may be for; upper case in answers.
const EMAIL_KINDS: &[Kind] = &[("work", "WORK"), ("home", "HOME"), ("room", "ROOM"), ("other", "OTHER")];

/// What a phone number may be for; lower case in answers.
const PHONE_KINDS: &[Kind] = &[
    ("work", "work"),
    ("home", "home"),
    ("mobile", "mobile"),
    ("work_extension", "work_extension"),
    ("fax", "fax"),
    ("pager", "pager"),
    ("other", "other"),
];

#[cfg(test)]
mod tests;
