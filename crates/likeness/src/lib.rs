//! Who is probably there twice.
//!
//! Two cards are *probable duplicates* if they share **evidence**: an e-mail address, a phone number, or a key of a foreign
//! system. How alike the names are, and the company, says how much that is worth ([`compare()`]); without evidence they say
//! nothing. What more than a few people share (`info@`, a switchboard) is no evidence ([`Settings::most_holders`]).
//!
//! There are two ways to use it:
//! * **Everyone of an organization.** A [`Finder`] sees each record once and keeps 12 bytes for each piece of evidence. It tells
//!   [`Candidates`]: clusters of person numbers. The caller reads the cards of one cluster at a time, takes out of them what
//!   many share ([`Common::strip`]), and compares each with each.
//! * **One card with a few.** [`compare()`] alone, as for the people that an import might make a second time.
//!
//! Pure: no I/O, no async, no HTTP. It does not know how phone numbers are normalised either: the caller does that, or
//! says which are equal. Start reading at `compare.rs`, then `confidence.rs` (the one table) and `name.rs`.

mod clusters;
mod common;
mod company;
mod compare;
mod confidence;
mod evidence;
mod finder;
mod name;
mod runs;

pub use clusters::{Candidates, Cluster};
pub use common::Common;
pub use compare::{Likeness, Reason, compare};
pub use finder::{Finder, Settings};
pub use name::Manner;
