//! PostgreSQL for tests and the benchmark: a cluster that all test processes of this workspace share, clusters of one test's
//! own that may crash and be followed, and databases cloned from a template.
//!
//! ```no_run
//! use cardfile_testdb::Cluster;
//!
//! let database = Cluster::shared().database("a hash of the migrations", |url| {
//!     // Create the tables through `url`; done once for as long as the cluster runs.
//! });
//! println!("connect to {}", database.url());
//! ```
//!
//! A development dependency only: whatever goes wrong is a panic with a message. It needs the binaries of PostgreSQL 15 or
//! newer (see [`Binaries::find`]), a Unix, and `flock(1)` of util-linux to end clusters that a killed process left behind.

mod admin;
mod binaries;
mod cluster;
mod database;
mod replica;
mod shared;
mod watcher;

pub use binaries::{Binaries, Missing};
pub use cluster::Cluster;
pub use database::Database;
