//! Databases, cloned from templates.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::panic::resume_unwind;

use tokio_postgres::error::SqlState;

use crate::admin;
use crate::cluster::{Cluster, lock_file};

/// What the names of cloned databases begin with.
pub(crate) const CLONE: &str = "clone_";

/// A database of one test; dropped, whoever is still connected, when this is.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
    admin_url: String,
}

impl Database {
    /// Its name, which no other database of the cluster has.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is reached, as by [`Cluster::url`].
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // If it fails the cluster is gone, or will be soon.
        let _ = admin::execute(&self.admin_url, &[&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)]);
    }
}

impl Cluster {
    /// A new database, cloned from a template. `template` says what is in it, and changes when that does: a hash of the
    /// migrations, say. The first time that a cluster is asked for it, by whichever process, `prepare` is given the URL of an
    /// empty database to fill; it runs in a thread of its own, so that it may block. A template whose `prepare` panicked, or
    /// whose process was killed, is never used.
    ///
    /// # Panics
    ///
    /// If `prepare` does, or PostgreSQL refuses.
    #[must_use]
    pub fn database(&self, template: &str, prepare: impl FnOnce(&str) + Send) -> Database {
        let admin_url = self.url("postgres");
        let template = template_name(template);
        let name = format!("{CLONE}{}_{:016x}", std::process::id(), RandomState::new().build_hasher().finish());
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY");
        let mut made = admin::execute(&admin_url, &[&create]);
        if made.as_ref().is_err_and(is_missing) {
            self.make_template(&template, prepare);
            made = admin::execute(&admin_url, &[&create]);
        }
        made.unwrap_or_else(|error| panic!("a database cannot be cloned from {template}: {error:?}"));
        Database { url: self.url(&name), name, admin_url }
    }

    /// Makes a template under another name and gives it its own when it is whole, unless another process has meanwhile.
    fn make_template(&self, template: &str, prepare: impl FnOnce(&str) + Send) {
        let lock = lock_file(&self.binaries, self.directory(), &format!("{template}.lock"));
        lock.lock().expect("a lock can be taken");
        let url = self.url("postgres");
        let known = admin::names(&url, &format!("SELECT datname FROM pg_database WHERE datname = '{template}'"));
        if !known.expect("the databases can be listed").is_empty() {
            return;
        }
        let half = format!("half_{template}");
        let drop = format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)");
        let create = format!("CREATE DATABASE {half} TEMPLATE template0");
        admin::execute(&url, &[&drop, &create]).expect("an empty database can be made");
        let half_url = self.url(&half);
        let prepared = std::thread::scope(|scope| scope.spawn(|| prepare(&half_url)).join());
        if let Err(panic) = prepared {
            let _ = admin::execute(&url, &[&drop]);
            resume_unwind(panic);
        }
        // Who is connected to a database keeps it from being renamed, and from being cloned.
        let close = format!("ALTER DATABASE {half} ALLOW_CONNECTIONS false");
        let cut = format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{half}'");
        let rename = format!("ALTER DATABASE {half} RENAME TO {template}");
        admin::execute(&url, &[&close, &cut, &rename]).expect("a template that was made can be named");
    }
}

/// The name of a database must fit into 63 bytes.
fn template_name(template: &str) -> String {
    let mut hasher = DefaultHasher::new();
    template.hash(&mut hasher);
    format!("template_{:016x}", hasher.finish())
}

fn is_missing(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::UNDEFINED_DATABASE)
}
