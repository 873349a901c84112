//! Work that goes on beside requests: imports, exports, the search for duplicates, webhooks.
//!
//! A job is a row with a document ([`Document`]) and files; [`Worker`] takes up what is due and does it, in whichever process.
//! What is done and how far it has come is written in one transaction, so that a job that is broken off goes on exactly there.
//! Start reading at [`Document`], then [`Worker`], then a file for each kind of work.
//!
//! It knows no door: what a job is asked for with, and how it is told, is the dialects'.

mod bench;
mod document;
mod dry_run;
mod duplicates;
mod export;
mod import;
mod open;
mod pieces;
mod post;
pub mod probable;
mod rows;
mod settings;
mod slices;
mod webhook;
mod worker;

pub use document::{
    Asked, Document, Duplicates, Export, FileOf, Import, Letter, Match, Planned, Progress, Question, Set, WEBHOOK, Webhook, Work,
};
pub use duplicates::told as told_likeness;
pub use open::{Around, Opened, open, sentence_of};
pub use post::{new_secret, url_fault};
pub use rows::{Reading, RowResult, Seen, Status, Tally, marks, refusals, results, sentence};
pub use settings::Settings;
pub use slices::{SLICE, Slices};
pub use webhook::file_of;
pub use worker::Worker;
