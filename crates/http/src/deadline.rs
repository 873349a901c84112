//! Deadlines that do not tear a write in two.

use std::future::Future;
use std::time::Duration;

use tracing::Instrument;

/// A request took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late;

/// Runs the handling of a request up to a time limit.
///
/// Reading is dropped when it is late, or when its client leaves. A write is a task of its own: late or left, it runs to its
/// end, for what was handed to a store must not be cut off.
///
/// # Errors
/// [`Late`] once the limit is over; a write then still goes on.
pub async fn within<F>(limit: Duration, is_write: bool, handling: F) -> Result<F::Output, Late>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    if !is_write {
        return tokio::time::timeout(limit, handling).await.map_err(|_| Late);
    }
    let task = tokio::spawn(handling.in_current_span());
    match tokio::time::timeout(limit, task).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(failed)) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down: nobody waits for an answer any more.
            Err(_) => Err(Late),
        },
        Err(_) => Err(Late),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_late_write_is_told_so_and_runs_to_its_end() {
        let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (gone, finished) = (Arc::clone(&go), Arc::clone(&done));
        let write = async move {
            gone.notified().await;
            finished.notify_one();
        };
        assert_eq!(within(Duration::ZERO, true, write).await, Err(Late));
        go.notify_one();
        done.notified().await;
    }

    #[tokio::test]
    async fn a_late_read_is_dropped() {
        assert_eq!(within(Duration::ZERO, false, std::future::pending::<()>()).await, Err(Late));
        assert_eq!(within(Duration::from_mins(1), false, async { 7 }).await, Ok(7));
    }
}
