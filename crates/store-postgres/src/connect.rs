//! Connections: what a URL asks for, and how one is made.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cardfile_directory::{Error, Result};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_postgres::config::{LoadBalanceHosts, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::fault::{RETRY, fault, unavailable};
use crate::hosts;
use crate::options::Options;
use crate::tls::{self, Trust};

/// Makes connections to one database.
#[derive(Clone)]
pub(crate) struct Connector {
    /// One for each host.
    configs: Arc<[Config]>,
    /// The host that answered last, which is asked first.
    first: Arc<AtomicUsize>,
    /// How often connections were found broken that until then seemed as good as any.
    breaks: Arc<AtomicUsize>,
    tls: Option<MakeRustlsConnect>,
    patience: Duration,
    /// Until when nobody is asked, because nobody answered.
    rest: Arc<Mutex<Option<Instant>>>,
}

impl Connector {
    /// From a URL as libpq takes it. Of `sslmode`, `require` (and `prefer`, which goes on without TLS where there is none) trusts whoever
    /// answers, `verify-ca` and `verify-full` only who has a certificate of a known authority for the host's name: one of
    /// `sslrootcert`, a file, or of those the system trusts.
    ///
    /// # Errors
    /// `Invalid` for a URL that cannot be read.
    pub(crate) fn new(url: &str, options: &Options) -> Result<Self> {
        let invalid = |message: String| Error::invalid("database", "url", message);
        let (plain, wanted) = tls::wanted(url).map_err(invalid)?;
        let mut config: Config = plain.parse().map_err(|error| invalid(format!("the database's URL cannot be read: {error}")))?;
        if wanted.trust == Some(Trust::Known) {
            config.ssl_mode(SslMode::Require);
        }
        if config.get_application_name().is_none() {
            config.application_name("cardfile");
        }
        let patience = options.patience();
        config.keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(30));
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(tls::connector(&wanted).map_err(invalid)?),
        };
        let configs: Arc<[Config]> = hosts::each_of(&config).into();
        let is_spread = config.get_load_balance_hosts() == LoadBalanceHosts::Random;
        let random = usize::try_from(RandomState::new().build_hasher().finish() % 1024).unwrap_or_default();
        let first = if is_spread { random % configs.len() } else { 0 };
        Ok(Connector { configs, first: Arc::new(first.into()), breaks: Arc::default(), tls, patience, rest: Arc::default() })
    }

    /// A connection, which is driven on the runtime of `handle`, to the first host that will do. When a host kept silent, those
    /// who come next are told so at once: each of them would wait for as long, and those behind them for the sum of it.
    pub(crate) async fn connect(&self, handle: &Handle) -> Result<Connected> {
        let rest = *self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        if rest.is_some_and(|end| Instant::now() < end) {
            return Err(unavailable("the database did not answer in time"));
        }
        let mut is_silent = false;
        let first = self.first.load(Ordering::Relaxed);
        let mut failure = None;
        for at in (0..self.configs.len()).map(|next| (first + next) % self.configs.len()) {
            let connecting = tokio::time::timeout(self.patience, self.attempt(&self.configs[at], handle));
            let connected = connecting.await.unwrap_or_else(|_| {
                is_silent = true;
                Err(unavailable("the database does not answer in time"))
            });
            match connected {
                Ok(connected) => {
                    self.first.store(at, Ordering::Relaxed);
                    return Ok(connected);
                }
                Err(error) => failure = Some(error),
            }
        }
        if is_silent {
            *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + RETRY);
        }
        Err(failure.unwrap_or_else(|| unavailable("no host is named")))
    }

    async fn attempt(&self, config: &Config, handle: &Handle) -> Result<Connected> {
        let (breaks, before) = (Arc::clone(&self.breaks), self.breaks.load(Ordering::Relaxed));
        let (client, driving) = match &self.tls {
            None => {
                let (client, connection) = config.connect(NoTls).await.map_err(fault)?;
                (client, handle.spawn(drive(connection)))
            }
            Some(tls) => {
                let (client, connection) = config.connect(tls.clone()).await.map_err(fault)?;
                (client, handle.spawn(drive(connection)))
            }
        };
        Ok(Connected { client, driving: driving.abort_handle(), is_cut: AtomicBool::new(false), breaks, before })
    }
}

/// A connection that is driven until it ends or is cut.
pub(crate) struct Connected {
    pub(crate) client: Client,
    driving: AbortHandle,
    is_cut: AtomicBool,
    breaks: Arc<AtomicUsize>,
    /// What `breaks` was when this was made.
    before: usize,
}

impl Connected {
    /// Hangs up on who does not answer.
    pub(crate) fn cut(&self) {
        self.hang_up();
        self.break_others();
    }

    /// Hangs up without a word: who does not answer would not hear one, and what waits for an answer would go on waiting.
    pub(crate) fn hang_up(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
        self.driving.abort();
    }

    /// Says that this one broke: those made before lead to the same place, and would be found broken one after the other.
    pub(crate) fn break_others(&self) {
        // Unless another one of them said so already.
        let _ = self.breaks.compare_exchange(self.before, self.before + 1, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Whether something new may be begun on it.
    pub(crate) fn is_fit(&self) -> bool {
        !self.is_closed() && self.breaks.load(Ordering::Relaxed) == self.before
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed) || self.client.is_closed()
    }
}

impl Deref for Connected {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Has a connection send and receive until it ends.
async fn drive(connection: impl Future<Output = std::result::Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(%error, "a connection to the database ended");
    }
}
