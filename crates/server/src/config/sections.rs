//! The sections of the configuration that are the server's own.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use cardfile_directory::Settings;
use serde::{Deserialize, Serialize};

use super::values::Term;
use super::{duration, term};

/// HTTPS, if both files are named. They are read again on SIGHUP.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// The certificate chain, PEM, the server's own first; empty: no HTTPS.
    pub cert: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Signing in with a password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Logins {
    /// Failures of one account within the window, after which it is not tried any more.
    pub failures: u32,
    /// Failures from one address within the window, whatever the account.
    pub failures_by_address: u32,
    /// How long failures count, from the first of them.
    pub window: Term,
    /// Threads that hash passwords; each takes 19 MiB while it does.
    pub workers: usize,
    /// Hashes that may wait for these; further ones are turned away.
    pub waiting: usize,
}

/// What is logged, on standard error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// Which lines: a level, or levels by target as in `info,access=debug` (every request, without its query).
    pub filter: String,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl Default for Logins {
    fn default() -> Self {
        let cardfile_directory::Logins { failures, failures_by_address, window, workers, waiting } = Settings::default().logins;
        Logins { failures, failures_by_address, window: term(window), workers, waiting }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { format: LogFormat::Auto, filter: "info".into() }
    }
}

impl Tls {
    /// The files, if HTTPS is wanted.
    #[must_use]
    pub fn files(&self) -> Option<(&Path, &Path)> {
        (!self.cert.as_os_str().is_empty()).then_some((self.cert.as_path(), self.key.as_path()))
    }
}

impl Logins {
    /// What the directory is told of it.
    pub(super) fn directory(&self) -> cardfile_directory::Logins {
        let Logins { failures, failures_by_address, window, workers, waiting } = *self;
        cardfile_directory::Logins { failures, failures_by_address, window: duration(window), workers, waiting }
    }

    /// Without a single failure allowed nobody comes in, without a thread or a place to wait nobody is looked at.
    ///
    /// # Errors
    /// A sentence that begins with the key.
    pub(super) fn check(&self) -> Result<()> {
        for (name, is_zero) in [
            ("failures", self.failures == 0),
            ("failures_by_address", self.failures_by_address == 0),
            ("workers", self.workers == 0),
            ("waiting", self.waiting == 0),
        ] {
            ensure!(!is_zero, "logins.{name}: must be at least 1");
        }
        Ok(())
    }
}
