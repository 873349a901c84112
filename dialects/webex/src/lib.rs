//! The Webex Organization Contacts and Groups dialect: programs written for `https://webexapis.com/v1` work after only their
//! base URL is changed.
//!
//! [`router`] is its whole public surface. It refuses to have rules of its own: it reads, asks the directory, and answers in
//! Webex's words. Start reading at `routes.rs`, then follow one handler through `wire.rs` and `map.rs`; `gate.rs` is what
//! every request passes through, `error.rs` the only place where errors get their form. The README lists what is covered.

mod error;
mod gate;
mod handlers;
mod ids;
mod map;
mod routes;
mod source;
mod visit;
mod wire;

pub use routes::router;
