//! Connections: what a URL asks for, and how one is made.

use std::time::Duration;

use cardfile_directory::{Error, Result};
use tokio::runtime::Handle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::fault::{fault, unavailable};
use crate::options::Options;
use crate::tls::{self, Trust};

/// Makes connections to one database.
#[derive(Clone)]
pub(crate) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    patience: Duration,
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
        let patience = Duration::from_secs(options.connect_timeout_secs.max(1));
        config.connect_timeout(patience).keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(30));
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(tls::connector(&wanted).map_err(invalid)?),
        };
        Ok(Connector { config, tls, patience })
    }

    /// A connection, which is driven on the runtime of `handle`.
    pub(crate) async fn connect(&self, handle: &Handle) -> Result<Client> {
        let connecting = async {
            match &self.tls {
                None => {
                    let (client, connection) = self.config.connect(NoTls).await.map_err(fault)?;
                    handle.spawn(drive(connection));
                    Ok(client)
                }
                Some(tls) => {
                    let (client, connection) = self.config.connect(tls.clone()).await.map_err(fault)?;
                    handle.spawn(drive(connection));
                    Ok(client)
                }
            }
        };
        tokio::time::timeout(self.patience, connecting)
            .await
            .unwrap_or_else(|_| Err(unavailable("the database does not answer in time")))
    }
}

/// Has a connection send and receive until it ends.
async fn drive(connection: impl Future<Output = std::result::Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(%error, "a connection to the database ended");
    }
}
