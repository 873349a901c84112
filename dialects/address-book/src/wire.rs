//! The door's own types: what is read, in three formats, and what is written, in two.

mod document;
mod envelope;
mod node;
mod out;

pub use document::Document;
pub use envelope::{Envelope, Response};
pub use node::{Item, Node, guid};
pub use out::{Object, Out, render};
