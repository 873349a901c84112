//! The Oracle Commerce dialect: organizations, their members and roles, on the agent, store and admin surfaces. Programs written
//! for it work after only their base URL is changed.
//!
//! [`router`] and [`Settings`] are its whole public surface. It refuses to have rules of its own: it reads, asks the directory,
//! and answers in the vendor's words. Start reading at `routes.rs`, then `gate.rs`, which every request passes, and `context.rs`,
//! which says on whose behalf it comes; `handlers/` has a file for each resource, `map/` tells this door's words from the
//! directory's, and `error.rs` is the only place where errors get their form. The README lists what is covered.

mod accounts;
mod answer;
mod context;
mod envelope;
mod error;
mod fields;
mod gate;
mod handlers;
mod header;
mod ids;
mod login;
mod map;
mod paging;
mod parameter;
mod people;
mod query;
mod routes;
mod settings;
mod surface;
mod tries;
mod visit;

pub use gate::router;
pub use settings::Settings;
