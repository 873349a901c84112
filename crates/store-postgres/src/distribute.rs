//! Spreading the tables over machines, where the engine has to be told.

use std::collections::BTreeSet;

use cardfile_directory::Result;
use tokio::runtime::Handle;
use tokio_postgres::Client;

use crate::connect::Connector;
use crate::fault::fault;
use crate::migrate;
use crate::options::Options;

/// Every table of the schema, in the order in which they are distributed: the first one is what others are co-located with.
pub const TABLES: &[&str] = &[
    "tenants",
    "organizations",
    "ids",
    "stubs",
    "contacts",
    "sets",
    "groups",
    "log",
    "undo",
    "segments",
    "blocks",
    "texts",
    "tokens",
    "clients",
    "refresh_tokens",
    "logins",
    "notes",
    "plans",
    "idempotency",
    "jobs",
    "job_files",
    "leases",
    "permits",
    "moves",
    "schema_steps",
    SIGNPOSTS,
];

/// The one table whose rows are not with their tenant, so that it need not be where the others are.
const SIGNPOSTS: &str = "signposts";

/// What speaks PostgreSQL's wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL itself, on one machine.
    Postgres,
    /// PostgreSQL with the extension Citus.
    Citus,
    /// `YugabyteDB`.
    Yugabyte,
    /// `CockroachDB`.
    Cockroach,
}

impl Engine {
    /// From what `version()` answers, and whether there is the extension Citus.
    #[must_use]
    pub fn of(version: &str, has_citus: bool) -> Self {
        match version {
            version if version.contains("CockroachDB") => Engine::Cockroach,
            version if version.contains("-YB-") => Engine::Yugabyte,
            _ if has_citus => Engine::Citus,
            _ => Engine::Postgres,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Engine::Postgres => "PostgreSQL",
            Engine::Citus => "Citus",
            Engine::Yugabyte => "YugabyteDB",
            Engine::Cockroach => "CockroachDB",
        }
    }

    /// The statements by which it spreads the tables that are not distributed yet, each to be run by itself, outside of a
    /// transaction. None where nothing has to be said. Into how many shards is for the setting `citus.shard_count`, which counts
    /// for the first table; those that are co-located with it have as many.
    #[must_use]
    pub fn plan(self, distributed: &BTreeSet<String>) -> Vec<String> {
        if self != Engine::Citus {
            return Vec::new();
        }
        let left = TABLES.iter().filter(|table| !distributed.contains(**table));
        let statements = left.flat_map(|table| {
            let with = if [TABLES[0], SIGNPOSTS].contains(table) { "none" } else { TABLES[0] };
            [
                format!("SELECT create_distributed_table('{table}', 'tenant_id', colocate_with => '{with}')"),
                // What was copied to the shards stays on the coordinator, unseen, until it is told to forget it.
                format!("SELECT truncate_local_data_after_distributing_table('{table}')"),
            ]
        });
        statements.collect()
    }

    /// Why nothing is to be done.
    fn is_done(self) -> &'static str {
        match self {
            Engine::Postgres => "PostgreSQL has one machine; there is nothing to spread over",
            Engine::Citus => "Citus: every table is distributed",
            Engine::Yugabyte => "YugabyteDB spreads the tables by the hash of `tenant_id` by itself",
            Engine::Cockroach => "CockroachDB splits and moves the ranges of the tables by itself",
        }
    }
}

/// What was done to spread the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distributed {
    /// What the database is.
    pub engine: Engine,
    /// What was done, a line each; why, if nothing was.
    pub lines: Vec<String>,
}

/// Spreads the tables of a database over its machines by `tenant_id`, if its engine does not by itself. What is done already is
/// left alone, so that it may be asked for again, as after a step of the schema that makes a table, or when it was cut short.
///
/// # Errors
/// As [`open`](crate::open).
pub async fn distribute(url: &str, options: &Options) -> Result<Distributed> {
    let connector = Connector::new(url, options)?;
    let client = connector.connect(&Handle::current()).await?;
    migrate::schema(&client).await?.fits()?;
    let engine = engine(&client).await?;
    let distributed = if engine == Engine::Citus { distributed(&client).await? } else { BTreeSet::new() };
    let mut lines = Vec::new();
    for statement in engine.plan(&distributed) {
        client.batch_execute(&statement).await.map_err(fault)?;
        lines.push(format!("{}: {statement}", engine.name()));
    }
    if lines.is_empty() {
        lines.push(engine.is_done().to_owned());
    }
    Ok(Distributed { engine, lines })
}

async fn engine(client: &Client) -> Result<Engine> {
    let row = client.query_one("SELECT version()", &[]).await.map_err(fault)?;
    let plain = Engine::of(row.get(0), false);
    if plain != Engine::Postgres {
        return Ok(plain);
    }
    let citus = client.query_opt("SELECT 1 FROM pg_extension WHERE extname = 'citus'", &[]).await.map_err(fault)?;
    Ok(Engine::of(row.get(0), citus.is_some()))
}

/// The tables that Citus has distributed.
async fn distributed(client: &Client) -> Result<BTreeSet<String>> {
    let sql = "SELECT CAST(c.relname AS text)
                 FROM pg_dist_partition p
                 JOIN pg_class c ON c.oid = p.logicalrelid
                WHERE p.partmethod = 'h' AND pg_table_is_visible(c.oid)";
    let rows = client.query(sql, &[]).await.map_err(fault)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
