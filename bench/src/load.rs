//! Load: many connections from one thread, each sending its next request when the last one was answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use crate::client::{Answer, Connection};

/// What came of a list of requests.
pub struct Sent<T> {
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// How long each took, in the order of the requests.
    pub latencies: Vec<Duration>,
    /// What was taken from each answer, in the order of the requests.
    pub answers: Vec<T>,
}

/// What came of a stretch of time.
pub struct Stretch {
    /// Requests answered in a second.
    pub rate: f64,
    /// How long each took.
    pub latencies: Vec<Duration>,
}

/// Makes one connection's requests: writes the next one into the buffer, which is as it was left.
pub type Source = Box<dyn FnMut(&mut Vec<u8>) + Send>;

/// Waits for something asynchronous on this thread.
///
/// # Errors
/// Those of `work`.
pub fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Sends requests made beforehand.
///
/// # Errors
/// When one of them fails, or its answer is not to the liking of `take`.
pub fn send_all<T: Send + 'static>(
    address: SocketAddr,
    connections: usize,
    requests: Vec<Vec<u8>>,
    take: fn(&Answer<'_>) -> Result<T>,
) -> Result<Sent<T>> {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    run(async {
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(address).await?);
        }
        let (mut tasks, start) = (JoinSet::new(), Instant::now());
        for mut connection in open {
            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
            tasks.spawn(async move {
                let mut done = Vec::new();
                while let Some((at, request)) = following(&requests, &next) {
                    let sent = Instant::now();
                    let answer = connection.exchange(request).await?;
                    let took = sent.elapsed();
                    done.push((at, took, take(&answer).with_context(|| format!("request {at}"))?));
                }
                anyhow::Ok(done)
            });
        }
        let mut done = Vec::with_capacity(requests.len());
        while let Some(ended) = tasks.join_next().await {
            done.extend(ended??);
        }
        let elapsed = start.elapsed();
        done.sort_unstable_by_key(|(at, _, _)| *at);
        let (latencies, answers) = done.into_iter().map(|(_, took, answer)| (took, answer)).unzip();
        Ok(Sent { elapsed, latencies, answers })
    })
}

fn following<'a>(requests: &'a [Vec<u8>], next: &AtomicUsize) -> Option<(usize, &'a [u8])> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    requests.get(at).map(|request| (at, request.as_slice()))
}

/// Sends requests for a while, one connection for each source.
///
/// # Errors
/// When one of them fails or has another status.
pub fn send_for(address: SocketAddr, length: Duration, status: u16, sources: Vec<Source>) -> Result<Stretch> {
    run(async move {
        let mut open = Vec::new();
        for source in sources {
            open.push((Connection::open(address).await?, source));
        }
        let (mut tasks, start) = (JoinSet::new(), Instant::now());
        for (mut connection, mut source) in open {
            tasks.spawn(async move {
                let (mut latencies, mut request) = (Vec::with_capacity(1 << 16), Vec::new());
                while start.elapsed() < length {
                    source(&mut request);
                    let sent = Instant::now();
                    connection.exchange(&request).await?.expect(status)?;
                    latencies.push(sent.elapsed());
                }
                anyhow::Ok(latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            latencies.extend(ended??);
        }
        let rate = crate::sample::rate(latencies.len(), start.elapsed());
        Ok(Stretch { rate, latencies })
    })
}
