//! Files of contacts, read and written as streams.
//!
//! Pure: bytes in, contacts out, and back; no store, no HTTP, no async. Whatever a file's size, one item of it is in memory at a
//! time. Start reading at [`Format`] (what files there are), then [`read`] and [`Item`] (a file as a stream of cards and of
//! what is wrong with the others), [`Writer`] (cards as a file) and [`Rejects`] (what was refused, to be corrected and sent
//! again). [`json`] is the shape that a contact has in JSON.

pub mod csv;
pub mod json;
pub mod vcard;

mod encoding;
mod format;
mod item;
mod jscontact;
mod jsonl;
mod kept;
mod ldif;
mod reader;
mod rejects;
mod text;
mod writer;

pub use encoding::Encoding;
pub use format::Format;
pub use item::{Card, Item, Unreadable};
pub use reader::{ITEM_BYTES, Nowhere, Options, Reader, read};
pub use rejects::Rejects;
pub use writer::{WriteOptions, Writer};
