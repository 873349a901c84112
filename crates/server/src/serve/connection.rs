//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::config::Config;
use crate::front::{Front, Line};
use crate::pulse::{Felt, Pulse};

/// How often a connection is looked at, at most.
const LOOK: Duration = Duration::from_secs(1);

/// Attends to a connection.
#[derive(Clone)]
pub(super) struct Attendant {
    pub(super) front: Arc<Front>,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) connections: Gauge,
    pub(super) config: Arc<Config>,
    /// Its sender is dropped when the server closes.
    pub(super) closing: watch::Receiver<()>,
}

impl Attendant {
    pub(super) async fn attend(self, stream: TcpStream, address: IpAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone before it began");
            return;
        }
        self.connections.inc();
        let connections = self.connections.clone();
        match self.tls.clone() {
            None => self.serve(stream, Line { is_tls: false, address }, false).await,
            Some(acceptor) => match tokio::time::timeout(self.config.header_timeout.0, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                    self.serve(stream, Line { is_tls: true, address }, is_http2).await;
                }
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            },
        }
        connections.dec();
    }

    async fn serve<S>(self, stream: S, line: Line, is_http2: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let pulse = Pulse::new();
        let stream = TokioIo::new(Felt::new(stream, Arc::clone(&pulse)));
        let (front, beating) = (Arc::clone(&self.front), Arc::clone(&pulse));
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (front, beat) = (Arc::clone(&front), beating.begin());
            async move {
                let answer = front.answer(request, line).await;
                drop(beat);
                Ok::<_, Infallible>(answer)
            }
        });
        if is_http2 {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            self.keep(builder.timer(TokioTimer::new()).serve_connection(stream, service), &pulse).await;
        } else {
            self.keep(http1::Builder::new().header_read_timeout(None).serve_connection(stream, service), &pulse).await;
        }
    }

    /// Keeps a connection going until it ends, its client is overdue, or the server closes and its requests are answered.
    async fn keep<C>(mut self, connection: C, pulse: &Pulse)
    where
        C: GracefulConnection,
        C::Error: std::fmt::Display,
    {
        let (header, idle) = (self.config.header_timeout.0, self.config.idle_timeout.0);
        let mut connection = std::pin::pin!(connection);
        let mut look = tokio::time::interval((header.min(idle) / 4).clamp(Duration::from_millis(10), LOOK));
        let mut is_closing = false;
        loop {
            tokio::select! {
                biased;
                ended = &mut connection => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection broke");
                    }
                    return;
                }
                _ = self.closing.changed(), if !is_closing => {
                    if pulse.is_fresh() {
                        return;
                    }
                    is_closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                _ = look.tick() => {
                    if pulse.is_overdue(header, idle) {
                        tracing::debug!("a client took too long");
                        return;
                    }
                }
            }
        }
    }
}
