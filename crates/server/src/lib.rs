//! The composition root: configuration, listeners, TLS, telemetry and mounted dialects. The only wiring.
//!
//! [`Config`] says what can be set, [`Installation`] opens what it describes, [`serve()`] runs a server over it until it is
//! told to stop, [`demo`] does so over a throw-away directory. A request comes in by `serve`, is measured in `front` and
//! finds its door in `mount`: start reading there.
//!
//! It decides nothing about contacts: that is the directory's, and what its answers look like is the dialects'.

mod config;
pub mod demo;
mod front;
mod health;
mod installation;
mod metrics;
mod mount;
mod peer;
mod pulse;
mod purge;
mod serve;
mod signals;
mod telemetry;
mod tls;

pub use config::{Config, Loaded, Log, LogFormat, Origin, RateLimit, Term, Tls};
pub use installation::{Installation, Kept, Place};
pub use serve::{Server, serve};
pub use telemetry::init as init_telemetry;
