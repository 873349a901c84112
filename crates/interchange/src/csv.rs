//! Rows of columns (RFC 4180, and what spreadsheets and address books make of it).
//!
//! A column is understood by its name ([`Mapping::of_headers`]), in four languages and as Google Contacts, Outlook and Control
//! Hub call theirs, or by what a [`Mapping`] says. What is not understood is kept under the column's name in
//! `extensions["csv"]`, and goes out again into a column of that name.

mod compound;
mod kinds;
mod mapping;
mod names;
mod plan;
mod rows;
mod split;
mod target;
mod write;

pub use mapping::{Columns, Mapping, Recognised};
pub(crate) use rows::Rows;
pub use target::{List, Part, Target, TextField};
pub use write::{EMAILS, IMS, PHONES, SIP_ADDRESSES};
pub(crate) use write::{heading, write};

/// The column that [`crate::Rejects`] adds, which is passed over when the file is read again.
pub(crate) const REASON: &str = "cardfile_reason";
/// Where of [`cardfile_model::Contact::extensions`] columns are kept that are not understood.
pub(crate) const EXTENSION: &str = "csv";
