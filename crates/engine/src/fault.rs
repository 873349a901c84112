//! Failures that are the engine's own, in the directory's words.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cardfile_directory::{Error, Reason, Result};

/// How long a caller should wait when the database is busy or refuses.
pub const RETRY: Duration = Duration::from_secs(1);

/// Something in the database is not what was written there.
pub fn corrupt(what: impl std::fmt::Display) -> Error {
    Error::internal(format!("the file is damaged: {what}"))
}

/// Too much is waiting already.
#[must_use]
pub fn overloaded() -> Error {
    Error::Unavailable { reason: Reason::Overloaded, retry_after: RETRY }
}

/// The database took a whole transaction back.
#[must_use]
pub fn given_up() -> Error {
    let source = "the transaction was given up; is the disk full?";
    Error::Unavailable { reason: Reason::Storage(source.into()), retry_after: RETRY }
}

/// Does work after which everything it touched is taken back if it fails; a panic is a failure like others.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::internal(format!("a panic: {}", text.unwrap_or("without a message"))))
    })
}

/// Nobody waits for the answer, so that it is not worked out.
pub(crate) fn abandoned() -> Error {
    Error::internal("nobody waits for the answer any more")
}

/// The store is closed.
#[must_use]
pub fn closed() -> Error {
    Error::Unavailable { reason: Reason::ShuttingDown, retry_after: RETRY }
}
