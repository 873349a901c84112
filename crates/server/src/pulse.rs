//! Whether a connection is still worth keeping: bounds the time a client takes to send a request, and to do nothing.
//!
//! The cost to a request is a few relaxed stores; the connection's task looks once a second. hyper's own header timeout
//! would set up a timer for every request, and would not bound a client that never reads its answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a connection was last seen doing.
#[derive(Debug)]
pub(crate) struct Pulse {
    born: Instant,
    /// Requests that are being handled.
    handled: AtomicU32,
    /// What the client does while none is: one of the phases below.
    phase: AtomicU8,
    /// Since when, in ms since `born`.
    since_ms: AtomicU64,
}

/// Nothing ever came.
const FRESH: u8 = 0;
/// A request has begun to arrive.
const ARRIVING: u8 = 1;
/// All requests were answered.
const QUIET: u8 = 2;

/// A request being handled, until it is dropped.
pub(crate) struct Beat(Arc<Pulse>);

impl Drop for Beat {
    fn drop(&mut self) {
        self.0.touch();
        self.0.handled.fetch_sub(1, Relaxed);
    }
}

impl Pulse {
    /// A connection just made: its first request is bound as if it had begun to arrive.
    pub(crate) fn new() -> Arc<Self> {
        let (handled, phase, since_ms) = (AtomicU32::new(0), AtomicU8::new(FRESH), AtomicU64::new(0));
        Arc::new(Pulse { born: Instant::now(), handled, phase, since_ms })
    }

    /// A request has arrived, and is handled until the answer is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Beat {
        self.handled.fetch_add(1, Relaxed);
        self.phase.store(QUIET, Relaxed);
        Beat(Arc::clone(self))
    }

    /// Whether nothing ever came, so that nothing is lost by hanging up.
    pub(crate) fn is_fresh(&self) -> bool {
        self.phase.load(Relaxed) == FRESH
    }

    /// Whether the client took longer than it may.
    pub(crate) fn is_overdue(&self, header: Duration, idle: Duration) -> bool {
        let bound = if self.phase.load(Relaxed) == QUIET { idle } else { header };
        let since = Duration::from_millis(self.since_ms.load(Relaxed));
        self.handled.load(Relaxed) == 0 && self.born.elapsed().saturating_sub(since) > bound
    }

    fn received(&self) {
        if self.handled.load(Relaxed) > 0 {
            return;
        }
        if self.phase.swap(ARRIVING, Relaxed) == QUIET {
            self.touch();
        }
    }

    fn sent(&self) {
        if self.phase.load(Relaxed) == QUIET {
            self.touch();
        }
    }

    fn touch(&self) {
        self.since_ms.store(u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX), Relaxed);
    }
}

/// A stream whose pulse is felt.
pub(crate) struct Felt<S> {
    stream: S,
    pulse: Arc<Pulse>,
}

impl<S> Felt<S> {
    pub(crate) fn new(stream: S, pulse: Arc<Pulse>) -> Self {
        Felt { stream, pulse }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Felt<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.pulse.received();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Felt<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if written.is_ready() {
            self.pulse.sent();
        }
        written
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        if written.is_ready() {
            self.pulse.sent();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Duration = Duration::from_hours(1);

    #[test]
    fn a_new_connection_is_bound_by_the_header_term_and_a_quiet_one_by_the_idle_term() {
        let pulse = Pulse::new();
        assert!(pulse.is_fresh() && pulse.is_overdue(Duration::ZERO, NEVER));
        let beat = pulse.begin();
        assert!(!pulse.is_overdue(Duration::ZERO, Duration::ZERO), "a request in flight is never cut off");
        drop(beat);
        assert!(!pulse.is_overdue(Duration::ZERO, NEVER));
        assert!(pulse.is_overdue(NEVER, Duration::ZERO));
        pulse.received();
        assert!(!pulse.is_overdue(NEVER, Duration::ZERO));
        assert!(pulse.is_overdue(Duration::ZERO, NEVER));
    }
}
