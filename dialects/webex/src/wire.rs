//! What goes over the wire, in this dialect's own types: requests as they are read, answers as they are written.

mod answer;
mod card;
mod group;
mod item;

pub use answer::{BulkAnswer, ContactAnswer, EntryAnswer, ErrorAnswer, ErrorDetail, FailedContact, Meta, PageAnswer, Stamp};
pub use card::{AddressInfo, Card, Entry, Given, Text};
pub use group::{GroupAnswer, GroupListAnswer, MemberAnswer, MemberRequest, PurgeRequest, group};
pub use item::{Bulk, BulkDelete, Item};

/// The one schema of contacts.
pub const SCHEMA: &str = "urn:cisco:codev:identity:contact:core:1.0";
