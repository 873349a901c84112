//! What a dialect is given: the directory, and how it is to be served.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cardfile_directory::{Caller, Directory, Error};

use crate::limiter::{Allowance, Limiter};

/// How the directory is served over HTTP.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address clients reach this server by, without a path of any dialect; `None` means that it is told by each request.
    pub public_url: Option<String>,
    /// How many bytes a request body may have.
    pub body_bytes: usize,
    /// How many requests a second a principal may make; `None` for any number.
    pub rate_limit: Option<NonZeroU32>,
    /// How long a request may take before its client is told that it is late.
    pub request_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { public_url: None, body_bytes: 10 * 1024 * 1024, rate_limit: None, request_timeout: Duration::from_secs(30) }
    }
}

/// A way into the directory over HTTP, shared by all dialects of a server, so that one limit binds a caller at each of them.
pub struct Door {
    directory: Arc<Directory>,
    settings: Settings,
    limiter: Option<Limiter>,
}

impl Door {
    /// A door to a directory.
    #[must_use]
    pub fn new(directory: Arc<Directory>, settings: Settings) -> Self {
        let limiter = settings.rate_limit.map(|limit| Limiter::new(limit, directory.store().permits()));
        Door { directory, settings, limiter }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// How it is served.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Counts one request of a caller: what is left to it, or `None` when nothing is counted.
    ///
    /// # Errors
    /// `Throttled` when the caller asked too often.
    pub async fn admit(&self, caller: &Caller) -> Result<Option<Allowance>, Error> {
        let Some(limiter) = &self.limiter else { return Ok(None) };
        limiter.admit((caller.tenant, caller.principal.id)).await.map(Some)
    }
}

/// What a request was, in the words of metrics and logs (`contacts.bulk`, `groups.list`, …): a dialect puts it into the
/// extensions of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation(pub &'static str);
