//! The 2sms address book dialect: programs written for its REST API work after only their base URL is changed, in JSON, XML and
//! forms.
//!
//! [`router`] and [`Settings`] are its whole public surface, beside [`canonical_path`], for its paths are matched in any letter
//! case. It refuses to have rules of its own: it reads, asks the directory, and answers in the vendor's words. Start reading at
//! `routes.rs`, then `gate.rs`, which every request passes, and follow one handler through `wire.rs` and `map.rs`; `error.rs` is
//! the only place where errors get their form. The README lists what is covered.

mod error;
mod gate;
mod handlers;
mod lists;
mod map;
mod routes;
mod settings;
mod visit;
mod wire;

pub use gate::router;
pub use routes::canonical_path;
pub use settings::{BusinessErrors, Settings, SuccessError, UnknownMembers};
