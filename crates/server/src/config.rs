//! What an operator may set, in one struct. Every key has a default; a flag wins over the environment, that over the file.

mod layers;
mod sections;
mod values;

use std::net::IpAddr;

use anyhow::{Result, anyhow, bail, ensure};
use cardfile_directory::{Protections, Settings};
use cardfile_model::Limits;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use layers::{Loaded, Origin};
pub use sections::{Log, LogFormat, Logins, Tls};
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
    /// Addresses of proxies that are believed when they tell where a request came from.
    pub trusted_proxies: Vec<IpAddr>,
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
    /// The commerce door.
    pub commerce: cardfile_commerce::Settings,
    /// The directory's own door.
    pub native: cardfile_native::Settings,
    /// How jobs are done: imports, exports, the search for duplicates.
    pub jobs: cardfile_jobs::Settings,
    /// The embedded store.
    pub store: cardfile_store_sqlite::Options,
    /// The store in a database, when one is named.
    pub postgres: cardfile_store_postgres::Options,
}

/// The doors that changes come through, as the log names them: the dialects, the merchant's own administration, the command line.
pub(crate) const DOORS: &[&str] = &["webex", "address-book", "commerce", "commerce-admin", "native", "cli"];

impl Default for Config {
    fn default() -> Self {
        let settings = Settings::default();
        Config {
            listen: "127.0.0.1:8080".into(),
            public_url: String::new(),
            trusted_proxies: Vec::new(),
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
            commerce: cardfile_commerce::Settings::default(),
            native: cardfile_native::Settings::default(),
            jobs: cardfile_jobs::Settings::default(),
            store: cardfile_store_sqlite::Options::default(),
            postgres: cardfile_store_postgres::Options::default(),
        }
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
        self.commerce.check().map_err(|error| anyhow!("commerce.{error}"))?;
        self.native.check().map_err(|error| anyhow!("native.{error}"))?;
        self.jobs.check().map_err(|error| anyhow!("jobs.{error}"))?;
        self.check_protections()?;
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

    /// A door that is not known would stay bound, and nobody would be told.
    fn check_protections(&self) -> Result<()> {
        let Protections { last_approver_exempt, last_admin_exempt, oneself_exempt } = &self.protections;
        for (name, exempt) in [
            ("last_approver_exempt", last_approver_exempt),
            ("last_admin_exempt", last_admin_exempt),
            ("oneself_exempt", oneself_exempt),
        ] {
            if let Some(unknown) = exempt.iter().find(|door| !DOORS.contains(&door.as_str())) {
                bail!("protections.{name}: there is no door `{unknown}`; there are {}", DOORS.join(", "));
            }
        }
        Ok(())
    }
}
