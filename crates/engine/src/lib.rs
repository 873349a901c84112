//! The set-oriented store, over any SQL database.
//!
//! People are rows; groups, the trash and all else that happens to people are chunked bitmaps; the index is made of merged
//! segments. Writers group the requests that wait into one durable transaction; readers see snapshots and never wait for
//! them. Start reading at [`Engine`], then `turn.rs` (what one transaction is), `write.rs` (how a batch is written) and
//! `find.rs` with `filter.rs` (how people are found). What a database has to do is [`Database`] and [`sql::Sql`].
//!
//! Several processes may have one database open; leases see to it that one of them merges a tenant's index, and one purges.

mod bearers;
mod cards;
mod check;
mod clients;
mod commands;
pub mod database;
mod erase;
pub mod fault;
mod filter;
mod find;
mod flush;
mod get;
mod group_write;
mod groups;
mod held;
mod jobs;
mod leases;
mod log;
mod logins;
mod merge;
mod merger;
mod notes;
mod once;
mod order;
mod organization_write;
mod organizations;
mod people;
mod plan;
mod plans;
mod protect;
mod purge;
mod rebuild;
mod registry;
mod revise;
mod rows;
mod scan;
mod searches;
mod segments;
mod sets;
mod signposts;
pub mod sql;
mod state;
mod store;
mod successors;
pub mod transfer;
mod trash;
mod turn;
mod undo;
mod verdict;
mod write;
mod writer;

pub use database::Database;
pub use get::Point;
pub use store::{Engine, Settings};
