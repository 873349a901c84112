//! What a data directory holds, opened.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use cardfile_directory::{Directory, Store, SystemClock, TimeOrderedIds};
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

/// A directory together with the store it lives in.
pub struct Installation {
    /// The use cases.
    pub directory: Arc<Directory>,
    /// The store, for what only this kind of store does.
    pub store: Arc<SqliteStore>,
}

impl Place {
    /// The data directory.
    ///
    /// # Errors
    /// For a database: this build has the embedded store only.
    pub fn data(&self) -> Result<&Path> {
        match self {
            Place::Embedded(data) => Ok(data),
            Place::Database(_) => {
                bail!("this build has the embedded store only: use --data DIR, and no --database or CARDFILE_DATABASE")
            }
        }
    }
}

impl Installation {
    /// Opens a data directory, making what is missing; a new one is for its owner's eyes only.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn open(data: &Path, config: &Config) -> Result<Self> {
        let told = || format!("the data directory {} cannot be opened", data.display());
        DirBuilder::new().recursive(true).mode(0o700).create(data).with_context(told)?;
        let store = cardfile_store_sqlite::open(data, config.store).with_context(told)?;
        let shared: Arc<dyn Store> = Arc::<SqliteStore>::clone(&store);
        let directory = Directory::new(shared, Arc::new(SystemClock), Arc::new(TimeOrderedIds), config.directory());
        Ok(Installation { directory: Arc::new(directory), store })
    }

    /// Opens a data directory that something was kept in before, so that a mistyped name makes no empty one.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub fn open_existing(data: &Path, config: &Config) -> Result<Self> {
        if !data.join(FILE).exists() {
            bail!("there is no directory in {}; `cardfile org add NAME` starts one, --data names another place", data.display());
        }
        Self::open(data, config)
    }

    /// Whether no organization was ever made in it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn is_empty(&self) -> Result<bool> {
        Ok(self.directory.store().tenants().await?.is_empty())
    }
}
