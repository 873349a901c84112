//! The schema, step by step: numbered, forward only, never edited once released.

use std::hash::{DefaultHasher, Hash, Hasher};

use cardfile_directory::{Error, Result};
use std::time::Duration;

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::fault::fault;

/// Every step, in order; the rows of `schema_steps` say which a database has taken.
const STEPS: &[&str] = &[
    include_str!("migrations/0001_directory.sql"),
    include_str!("migrations/0002_plans.sql"),
    include_str!("migrations/0003_jobs.sql"),
    include_str!("migrations/0004_index_form.sql"),
];

/// How often a step is tried that another one takes at the same time, and how long to wait before the next try.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// What a database has of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Steps that it has taken.
    pub taken: usize,
    /// Steps that there are.
    pub known: usize,
}

/// Which steps a database has taken; none for one without any of it.
pub(crate) async fn schema(client: &Client) -> Result<Schema> {
    let sql = "SELECT count(*) FROM schema_steps WHERE tenant_id = $1";
    // Not prepared, so that a pooler may stand in between.
    let taken = match client.query_typed_one(sql, &[(&Uuid::nil(), Type::UUID)]).await {
        Ok(row) => usize::try_from(row.get::<_, i64>(0)).map_err(Error::internal)?,
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => 0,
        Err(error) => return Err(fault(error)),
    };
    Ok(Schema { taken, known: STEPS.len() })
}

impl Schema {
    /// Refuses a database that this software cannot work with.
    ///
    /// # Errors
    /// `Invalid` (rule `schema`) for one that lacks steps, and for one of a newer version.
    pub fn fits(self) -> Result<()> {
        let Schema { taken, known } = self;
        let wrong = |message| Err(Error::invalid("database", "schema", message));
        match taken {
            0 => wrong("the database is empty; `cardfile migrate` prepares it".to_owned()),
            taken if taken < known => wrong(format!(
                "the database has schema {taken}, this software needs {known}; `cardfile migrate` brings it up to date"
            )),
            taken if taken > known => {
                wrong(format!("the database has schema {taken}, this software knows up to {known}; use a newer version"))
            }
            _ => Ok(()),
        }
    }
}

/// Brings the schema up to date. Steps only add, so that servers of the version before go on working. Several may be at it at the
/// same time: each statement of a step does nothing where its work is done, and the step is noted when all are. Not all engines
/// take back a part of what changes a schema, so that nothing is made of their transactions here.
///
/// # Errors
/// `Invalid` (rule `schema`) for a database of a newer version, which is left alone.
pub(crate) async fn migrate(client: &Client) -> Result<Schema> {
    let table = "CREATE TABLE IF NOT EXISTS schema_steps (
                     tenant_id uuid   NOT NULL,  -- nothing but zeros
                     step      bigint NOT NULL,
                     PRIMARY KEY (tenant_id, step)
                 )";
    let engine: String = client.query_typed_one("SELECT version()", &[]).await.map_err(fault)?.get(0);
    run(client, table).await?;
    loop {
        let schema = schema(client).await?;
        if schema.taken >= schema.known {
            schema.fits()?;
            return Ok(schema);
        }
        run(client, &said_for(&engine, STEPS[schema.taken])).await?;
        let number = i64::try_from(schema.taken + 1).map_err(Error::internal)?;
        let sql = "INSERT INTO schema_steps (tenant_id, step)
                   VALUES ($1, $2)
                       ON CONFLICT (tenant_id, step) DO NOTHING";
        client.execute_typed(sql, &[(&Uuid::nil(), Type::UUID), (&number, Type::INT8)]).await.map_err(fault)?;
    }
}

/// Runs statements that do nothing where their work is done, until nobody does it at the same moment.
async fn run(client: &Client, sql: &str) -> Result<()> {
    for left in (0..TRIES).rev() {
        match client.batch_execute(sql).await {
            Ok(()) => return Ok(()),
            Err(error) if left > 0 && is_made_by_another(&error) => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(fault(error)),
        }
    }
    Ok(())
}

/// A step as an engine takes it: `CockroachDB` knows no `COLLATE "C"` for columns, and orders texts so without it.
fn said_for(engine: &str, step: &str) -> String {
    if engine.starts_with("CockroachDB") { step.replace(" COLLATE \"C\"", "") } else { step.to_owned() }
}

/// A name for all steps together.
pub(crate) fn fingerprint() -> String {
    let mut hasher = DefaultHasher::new();
    STEPS.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn is_made_by_another(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else { return false };
    [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .contains(code)
        // "Tuple concurrently updated", of a catalogue.
        || *code == SqlState::INTERNAL_ERROR
}
