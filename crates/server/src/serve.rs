//! The server: accepts connections, attends to each, and stops in good order.

mod connection;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use cardfile_http::Door;
use cardfile_jobs::Worker;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::config::Config;
use crate::front::Front;
use crate::health::{self, House};
use crate::installation::{Installation, Kept, Place};
use crate::metrics::Metrics;
use crate::mount;
use crate::peer::Proxies;
use crate::purge;
use crate::signals::{Signals, Wish};
use crate::tls::Certificate;
use connection::Attendant;

/// How long to wait after a connection could not be accepted, as when file handles run out.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Serves a data directory until a signal stops it.
///
/// Says on standard error how to begin, when nothing is in the directory yet, then `listening on URL`.
///
/// # Errors
/// When the directory cannot be opened, the address not be taken, or the certificate not be read.
pub async fn serve(place: &Place, config: Config) -> Result<()> {
    let installation = Installation::open(place, &config).await?;
    let is_empty = installation.is_empty().await?;
    let server = Server::bind(installation, config).await?;
    if is_empty {
        say(&first_steps(place, &server.url()));
    }
    server.say_ready();
    server.run().await
}

/// How this program was called, so that lines printed to be pasted work where it is not on the path.
pub(crate) fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "cardfile".to_owned())
}

/// Says something on standard error; that nobody listens there any more is no reason to stop.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A server that has its address, and waits to be run.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Option<Arc<Certificate>>,
    signals: Signals,
    house: Arc<House>,
    front: Arc<Front>,
    store: Kept,
    config: Arc<Config>,
}

impl Server {
    /// Takes the address and puts everything together.
    ///
    /// # Errors
    /// When the address cannot be taken or the certificate not be read.
    pub async fn bind(installation: Installation, config: Config) -> Result<Self> {
        let Installation { directory, store } = installation;
        let certificate = config.tls.files().map(|(cert, key)| Certificate::read(cert.into(), key.into())).transpose()?;
        let told = || format!("cannot listen on {} (--listen takes another address; its port 0 takes a free one)", config.listen);
        let listener = TcpListener::bind(&config.listen).await.with_context(told)?;
        let address = listener.local_addr().with_context(told)?;
        let metrics = Arc::new(Metrics::new(Arc::clone(directory.store())));
        let door = Arc::new(Door::new(Arc::clone(&directory), config.door()));
        let house = Arc::new(House { directory, metrics: Arc::clone(&metrics), is_closing: AtomicBool::new(false) });
        let routes = mount::routes(&door, &config).merge(health::routes(Arc::clone(&house)));
        let front = Arc::new(Front::new(routes, metrics, Proxies::new(&config.trusted_proxies)));
        let (signals, config) = (Signals::listen()?, Arc::new(config));
        Ok(Server { listener, address, certificate, signals, house, front, store, config })
    }

    /// The URL it is reached at on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Says the one line that tools wait for.
    pub(crate) fn say_ready(&self) {
        say(&format!("listening on {}", self.url()));
    }

    /// Serves until a signal stops it: then no connection is accepted any more, requests in flight are answered within the
    /// grace term, and the store is closed.
    ///
    /// # Errors
    /// When the certificate cannot be used.
    pub async fn run(mut self) -> Result<()> {
        let slots = Arc::new(Semaphore::new(self.config.max_connections as usize));
        let (closing, closed) = watch::channel(());
        let attendant = Attendant {
            front: Arc::clone(&self.front),
            tls: self.certificate.as_ref().map(Certificate::acceptor).transpose()?,
            connections: self.house.metrics.connections.clone(),
            config: Arc::clone(&self.config),
            closing: closed,
        };
        let purging = tokio::spawn(purge::run(Arc::clone(&self.house.directory), self.config.purge_interval.0));
        let working = tokio::spawn(Worker::new(Arc::clone(&self.house.directory), self.config.jobs.clone()).run());
        loop {
            tokio::select! {
                wish = self.signals.next() => match wish {
                    Wish::Stop => break,
                    Wish::Reload => self.reload(),
                },
                (stream, address, slot) = accept(&self.listener, &slots) => {
                    let attendant = attendant.clone();
                    tokio::spawn(async move {
                        attendant.attend(stream, address).await;
                        drop(slot);
                    });
                }
            }
        }
        tracing::info!("shutting down");
        self.house.is_closing.store(true, Ordering::Relaxed);
        // Who waits for changes would hold their connections until the grace term ends.
        self.house.directory.close();
        purging.abort();
        // What is at work is taken up by the next server where it is left.
        working.abort();
        drop(self.listener);
        drop(closing);
        tokio::select! {
            _ = slots.acquire_many(self.config.max_connections) => {}
            () = tokio::time::sleep(self.config.shutdown_grace.0) => tracing::warn!("requests in flight took longer than shutdown_grace"),
            () = stop_again(&mut self.signals) => tracing::warn!("told to stop a second time, with requests in flight"),
        }
        // Everything answered is on disk already; this leaves the log short for the next start.
        tokio::task::block_in_place(|| self.store.close());
        Ok(())
    }

    fn reload(&self) {
        match self.certificate.as_ref().map(|certificate| certificate.reload()) {
            Some(Ok(())) => tracing::info!("the certificate was read again"),
            Some(Err(error)) => tracing::error!(error = format!("{error:#}"), "the certificate in use stays"),
            None => tracing::info!("there is no certificate to read again"),
        }
    }
}

/// The next connection, once there is a slot for it.
async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, IpAddr, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer.ip(), slot),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

async fn stop_again(signals: &mut Signals) {
    while signals.next().await != Wish::Stop {}
}

fn first_steps(place: &Place, url: &str) -> String {
    let cardfile = program();
    let at = match place {
        Place::Embedded(data) => format!("--data {}", data.display()),
        Place::Database(_) => "--database URL".to_owned(),
    };
    format!(
        "\
There is no organization yet. In another terminal, from the same place:

  {cardfile} org add 'My company' {at}
  {cardfile} token add --org ID {at}

with the id that the first one prints, and then, with the token that the second one prints:

  curl -H 'Authorization: Bearer TOKEN' {url}/v1/contacts/organizations/ID/contacts/search
"
    )
}
