//! The directory's own door: what the vendors' interfaces cannot say.
//!
//! [`router`] is its whole public surface, with [`Settings`]. It refuses to have rules of its own: it reads, asks the directory,
//! and answers in JSON, failures as problems (RFC 9457). Start reading at `routes.rs`, then follow one handler; `gate.rs` is what
//! every request passes through, `error.rs` the only place where errors get their form, `filter.rs` its language of questions.
//! What there is, is told by the document at `/directory/v1/openapi.json`, made of the handlers themselves, and read at `/docs`.

mod answer;
mod document;
mod error;
mod examples;
mod fields;
mod filter;
mod gate;
mod guard;
mod handlers;
mod once;
mod paging;
mod plan;
mod precondition;
mod routes;
mod select;
mod settings;
mod visit;
mod wire;

pub use document::document;
pub use routes::router;
pub use settings::Settings;
