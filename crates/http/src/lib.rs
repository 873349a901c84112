//! What the HTTP dialects share: who calls, bodies within bounds, query parameters, links, rate limits and deadlines.
//!
//! It knows no vendor's shapes and writes no answers: each piece hands back a value or a fault, and the dialect says it in
//! its own words. Start reading at [`Door`], what every dialect is given; then [`bearer`], [`body`] and [`json`] in the
//! order a request meets them.

mod basic;
mod bearer;
pub mod body;
pub mod charset;
mod deadline;
mod door;
pub mod form;
pub mod json;
mod limiter;
mod link;
pub mod media;
mod parameters;
mod slices;
pub mod xml;

pub use basic::basic;
pub use bearer::bearer;
pub use deadline::{Late, within};
pub use door::{Door, Operation, Settings};
pub use limiter::{Allowance, Limiter};
pub use link::{OverTls, Peer, base_url};
pub use parameters::Parameters;
