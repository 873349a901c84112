//! A directory where it is kept, opened.

use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use cardfile_directory::{Directory, Store, SystemClock, TimeOrderedIds};
use cardfile_store_postgres::PostgresStore;
use cardfile_store_sqlite::SqliteStore;

use crate::config::Config;

/// The embedded store's file within its data directory.
const FILE: &str = "cardfile.db";

/// Where a directory is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the embedded store, in this data directory.
    Embedded(PathBuf),
    /// In the database of this URL.
    Database(String),
}

/// The store that a directory lives in, for what only one kind of store does.
#[derive(Clone)]
pub enum Kept {
    /// The embedded store.
    Embedded(Arc<SqliteStore>),
    /// A PostgreSQL database.
    Database(Arc<PostgresStore>),
}

/// A directory together with the store it lives in.
pub struct Installation {
    /// The use cases.
    pub directory: Arc<Directory>,
    /// The store.
    pub store: Kept,
}

/// Never with the password of a database's URL.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Embedded(data) => write!(f, "the data directory {}", data.display()),
            Place::Database(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "the database {}", place.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl Place {
    /// The data directory.
    ///
    /// # Errors
    /// For a database, which has tools of its own for what data directories are asked for.
    pub fn data(&self) -> Result<&Path> {
        match self {
            Place::Embedded(data) => Ok(data),
            Place::Database(_) => {
                bail!("this is for a data directory (--data DIR); a database is copied by its own tools, such as pg_dump")
            }
        }
    }
}

impl Kept {
    /// Finishes what was begun and lets go of the store. Blocks.
    pub fn close(&self) {
        match self {
            Kept::Embedded(store) => store.close(),
            Kept::Database(store) => store.close(),
        }
    }

    fn shared(&self) -> Arc<dyn Store> {
        match self {
            Kept::Embedded(store) => Arc::<SqliteStore>::clone(store),
            Kept::Database(store) => Arc::<PostgresStore>::clone(store),
        }
    }
}

impl Installation {
    /// Opens a place. A data directory that is not there is made, for its owner's eyes only; a database must be prepared.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub async fn open(place: &Place, config: &Config) -> Result<Self> {
        let told = || format!("{place} cannot be opened");
        let store = match place {
            Place::Embedded(data) => {
                DirBuilder::new().recursive(true).mode(0o700).create(data).with_context(told)?;
                Kept::Embedded(cardfile_store_sqlite::open(data, config.store).with_context(told)?)
            }
            Place::Database(url) => Kept::Database(cardfile_store_postgres::open(url, config.postgres).await.with_context(told)?),
        };
        let directory = Directory::new(store.shared(), Arc::new(SystemClock), Arc::new(TimeOrderedIds), config.directory());
        Ok(Installation { directory: Arc::new(directory), store })
    }

    /// Opens a place that something was kept in before, so that a mistyped name makes no empty one.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub async fn open_existing(place: &Place, config: &Config) -> Result<Self> {
        if let Place::Embedded(data) = place
            && !data.join(FILE).exists()
        {
            bail!("there is no directory in {}; `cardfile org add NAME` starts one, --data names another place", data.display());
        }
        Self::open(place, config).await
    }

    /// Whether no organization was ever made in it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn is_empty(&self) -> Result<bool> {
        Ok(self.directory.store().tenants().await?.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_without_its_password() {
        let place = Place::Database("postgres://me:secret@db.example:5432/cards?sslmode=require".into());
        assert_eq!(place.to_string(), "the database db.example:5432/cards");
        assert_eq!(Place::Embedded("x".into()).to_string(), "the data directory x");
    }
}
