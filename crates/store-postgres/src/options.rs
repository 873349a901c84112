//! How this store uses its database.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How this store uses its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Searches at once, one less for the same tenant unless that is none, and as many look-ups of few people beside them.
    pub readers: usize,
    /// Connections for reads, at most.
    pub connections: usize,
    /// Connections that single contacts are read on; each serves many requests at a time.
    pub point_connections: usize,
    /// Transactions at once, each for another tenant.
    pub writers: usize,
    /// Requests waiting for a writer before further ones are turned away.
    pub queue: usize,
    /// How long a statement may take, in seconds.
    pub statement_timeout_secs: u64,
    /// How long to wait for a connection, for a single contact, and for the answer to a statement beyond the time it may take, in
    /// seconds. Who does not answer for so long is taken to be gone.
    pub connect_timeout_secs: u64,
    /// How often a transaction is done anew that conflicted with another.
    pub retries: u32,
    /// Whether statements are prepared once a connection. A pooler in transaction mode must know of them (pgbouncer from 1.21 on,
    /// with `max_prepared_statements`), else this must be off.
    pub prepared_statements: bool,
    /// People whose orders are kept in memory, over all tenants; each takes about 24 bytes.
    pub ordered_people: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            readers: 4,
            connections: 16,
            point_connections: 2,
            writers: 4,
            queue: 1024,
            statement_timeout_secs: 20,
            connect_timeout_secs: 5,
            retries: 10,
            prepared_statements: true,
            ordered_people: 4_000_000,
        }
    }
}

impl Options {
    /// How long to wait for a connection.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_secs.max(1))
    }

    /// How long to wait for the answer to a statement: the server itself gives it up before.
    pub(crate) fn answer_patience(&self) -> Duration {
        Duration::from_secs(self.statement_timeout_secs.max(1)) + self.patience()
    }
}
