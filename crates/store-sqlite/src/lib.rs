//! The embedded store: the whole directory in one SQLite file.
//!
//! One thread writes and groups the requests that wait into one durable transaction; readers see snapshots and never wait
//! for it. People are rows; groups, the trash and all else that happens to people are chunked bitmaps; the index is made of
//! merged segments. Start reading at [`SqliteStore`], then `turn.rs` (what one transaction is), `write.rs` (how a batch is
//! written) and `find.rs` with `filter.rs` (how people are found).
//!
//! Several processes may have the file open, as when a command runs beside a server; one of them merges the index.

mod backup;
mod cards;
mod check;
mod checkpoint;
mod clients;
mod commands;
mod connect;
mod fault;
mod filter;
mod find;
mod flush;
mod get;
mod group_write;
mod groups;
mod log;
mod logins;
mod merger;
mod migrate;
mod notes;
mod order;
mod organization_write;
mod organizations;
mod protect;
mod purge;
mod rebuild;
mod registry;
mod rows;
mod scan;
mod searches;
mod segments;
mod sets;
mod state;
mod store;
mod trash;
mod turn;
mod undo;
mod verdict;
mod write;
mod writer;

pub use backup::restore;
pub use connect::{Options, Synchronous};
pub use store::SqliteStore;
