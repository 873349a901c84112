//! The schema, step by step: numbered, forward only, never edited once released.

use std::hash::{DefaultHasher, Hash, Hasher};

use cardfile_directory::{Error, Result};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::fault::fault;

/// Every step, in order; the rows of `schema_steps` say which a database has taken.
const STEPS: &[&str] = &[include_str!("migrations/0001_directory.sql")];

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
    let taken = match client.query_one(sql, &[&Uuid::nil()]).await {
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
            taken if taken < known => {
                wrong(format!("the database has schema {taken}, this software needs {known}; `cardfile migrate` brings it up to date"))
            }
            taken if taken > known => {
                wrong(format!("the database has schema {taken}, this software knows up to {known}; use a newer version"))
            }
            _ => Ok(()),
        }
    }
}

/// Brings the schema up to date, each step in a transaction of its own. Steps only add, so that servers of the version before go on
/// working. Several may be at it at the same time.
///
/// # Errors
/// `Invalid` (rule `schema`) for a database of a newer version, which is left alone.
pub(crate) async fn migrate(client: &mut Client) -> Result<Schema> {
    let table = "CREATE TABLE IF NOT EXISTS schema_steps (
                     tenant_id uuid   NOT NULL,  -- nothing but zeros
                     step      bigint NOT NULL,
                     PRIMARY KEY (tenant_id, step)
                 )";
    for left in (0..5).rev() {
        match client.batch_execute(table).await {
            Ok(()) => break,
            // Another one makes it at the same moment.
            Err(error) if left > 0 && is_made_by_another(&error) => {}
            Err(error) => return Err(fault(error)),
        }
    }
    loop {
        let schema = schema(client).await?;
        if schema.taken >= schema.known {
            schema.fits()?;
            return Ok(schema);
        }
        let transaction = client.transaction().await.map_err(fault)?;
        let number = i64::try_from(schema.taken + 1).map_err(Error::internal)?;
        // Whoever else takes this step waits here, and finds it taken.
        let sql = "INSERT INTO schema_steps (tenant_id, step) VALUES ($1, $2)";
        match transaction.execute(sql, &[&Uuid::nil(), &number]).await {
            Ok(_) => {}
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => continue,
            Err(error) => return Err(fault(error)),
        }
        transaction.batch_execute(STEPS[schema.taken]).await.map_err(fault)?;
        transaction.commit().await.map_err(fault)?;
    }
}

/// A name for all steps together.
pub(crate) fn fingerprint() -> String {
    let mut hasher = DefaultHasher::new();
    STEPS.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn is_made_by_another(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&(SqlState::UNIQUE_VIOLATION | SqlState::DUPLICATE_TABLE | SqlState::DUPLICATE_OBJECT)))
}
