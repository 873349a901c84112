//! What an operator may set, in one struct. Every key has a default; a flag wins over the environment, that over the file.

mod layers;
mod values;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, ensure};
use cardfile_directory::{Protections, Settings};
use cardfile_model::Limits;
use cardfile_store_sqlite::Options;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use layers::{Loaded, Origin};
pub use values::{RateLimit, Term};

/// Everything that can be set. A key's path, such as `limits.batch_items`, names it in the file, in the environment
/// (`CARDFILE_LIMITS_BATCH_ITEMS`) and in `config print`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address to listen on, `HOST:PORT`; port 0 takes a free one.
    pub listen: String,
    /// The URL clients reach the server at, for links in answers; empty: taken from each request's headers.
    pub public_url: String,
    /// Requests a second for each principal, or `off`.
    pub rate_limit: RateLimit,
    /// The largest request body.
    pub body_bytes: usize,
    /// How long a request may take from its headers to its answer.
    pub request_timeout: Term,
    /// How long a client may take for its handshake and for the headers of a request.
    pub header_timeout: Term,
    /// How long a connection may be open without a request, or stall while an answer is sent.
    pub idle_timeout: Term,
    /// Connections served at once; more wait to be accepted.
    pub max_connections: u32,
    /// How long requests in flight may take to finish at shutdown.
    pub shutdown_grace: Term,
    /// How long people stay in the trash, and changes can be undone.
    pub retention: Term,
    /// How long the purge rests when nothing is left to remove.
    pub purge_interval: Term,
    /// Whether contacts may be shown to groups that are not known, as while data is carried over from elsewhere.
    pub admits_unknown_groups: bool,
    /// Whether people without a card may be put into groups by their id.
    pub admits_unknown_members: bool,
    /// HTTPS.
    pub tls: Tls,
    /// Logs.
    pub log: Log,
    /// How much of everything there may be.
    pub limits: Limits,
    /// Which doors may take away what is protected.
    pub protections: Protections,
    /// Signing in with a password.
    pub logins: Logins,
    /// The address book's door, where the vendor's documents leave something open.
    pub address_book: cardfile_address_book::Settings,
    /// The embedded store.
    pub store: Options,
}

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

impl Default for Config {
    fn default() -> Self {
        let settings = Settings::default();
        Config {
            listen: "127.0.0.1:8080".into(),
            public_url: String::new(),
            rate_limit: RateLimit::per_second(300),
            body_bytes: 10 * 1024 * 1024,
            request_timeout: Term::seconds(30),
            header_timeout: Term::seconds(10),
            idle_timeout: Term::seconds(75),
            max_connections: 4096,
            shutdown_grace: Term::seconds(20),
            retention: term(settings.retention),
            purge_interval: Term::seconds(60),
            admits_unknown_groups: settings.admits_unknown_groups,
            admits_unknown_members: settings.admits_unknown_members,
            tls: Tls::default(),
            log: Log::default(),
            limits: settings.limits,
            protections: settings.protections,
            logins: Logins::default(),
            address_book: cardfile_address_book::Settings::default(),
            store: Options::default(),
        }
    }
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
    fn directory(&self) -> cardfile_directory::Logins {
        let Logins { failures, failures_by_address, window, workers, waiting } = *self;
        cardfile_directory::Logins { failures, failures_by_address, window: duration(window), workers, waiting }
    }

    /// Without a single failure allowed nobody comes in, without a thread or a place to wait nobody is looked at.
    fn check(&self) -> Result<()> {
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

fn term(duration: SignedDuration) -> Term {
    Term::seconds(duration.as_secs().unsigned_abs())
}

fn duration(term: Term) -> SignedDuration {
    SignedDuration::try_from(term.0).unwrap_or(SignedDuration::MAX)
}

impl Config {
    /// What the directory is told of it.
    #[must_use]
    pub fn directory(&self) -> Settings {
        Settings {
            limits: self.limits.clone(),
            retention: duration(self.retention),
            admits_unknown_groups: self.admits_unknown_groups,
            admits_unknown_members: self.admits_unknown_members,
            protections: self.protections.clone(),
            logins: self.logins.directory(),
        }
    }

    /// What the HTTP doors are told of it.
    #[must_use]
    pub fn door(&self) -> cardfile_http::Settings {
        cardfile_http::Settings {
            public_url: (!self.public_url.is_empty()).then(|| self.public_url.trim_end_matches('/').to_owned()),
            body_bytes: self.body_bytes,
            rate_limit: self.rate_limit.0,
            request_timeout: self.request_timeout.0,
        }
    }

    fn check(&self) -> Result<()> {
        let is_url =
            self.public_url.is_empty() || ["http://", "https://"].iter().any(|scheme| self.public_url.starts_with(scheme));
        ensure!(is_url, "public_url: must begin with http:// or https://, but is `{}`", self.public_url);
        let has_both = self.tls.cert.as_os_str().is_empty() == self.tls.key.as_os_str().is_empty();
        ensure!(has_both, "tls: cert and key are needed both, or neither");
        ensure!(self.max_connections > 0, "max_connections: must be at least 1");
        self.logins.check()?;
        self.address_book.check().map_err(|error| anyhow!("address_book.{error}"))?;
        for (name, term) in [
            ("request_timeout", self.request_timeout),
            ("header_timeout", self.header_timeout),
            ("idle_timeout", self.idle_timeout),
            ("purge_interval", self.purge_interval),
            ("logins.window", self.logins.window),
        ] {
            ensure!(!term.0.is_zero(), "{name}: must be longer than 0s");
        }
        Ok(())
    }
}
