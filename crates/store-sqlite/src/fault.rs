//! SQLite's failures in the directory's words: the only place that knows both.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cardfile_directory::{Error, Reason, Result};
use rusqlite::ErrorCode;

/// How long a caller should wait when the file is busy or the disk refuses.
const RETRY: Duration = Duration::from_secs(1);

/// An engine's failure as the directory's error.
pub(crate) fn fault(error: rusqlite::Error) -> Error {
    let reason = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Reason::Overloaded,
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory,
        ) => Reason::Storage(Box::new(error)),
        _ => return Error::Internal(Box::new(error)),
    };
    Error::Unavailable { reason, retry_after: RETRY }
}

/// The file system's failure as the directory's error.
pub(crate) fn disk(error: std::io::Error) -> Error {
    Error::Unavailable { reason: Reason::Storage(Box::new(error)), retry_after: RETRY }
}

/// Something in the file is not what was written there.
pub(crate) fn corrupt(what: impl std::fmt::Display) -> Error {
    Error::internal(format!("the file is damaged: {what}"))
}

/// Too much is waiting already.
pub(crate) fn overloaded() -> Error {
    Error::Unavailable { reason: Reason::Overloaded, retry_after: RETRY }
}

/// The engine took a whole transaction back.
pub(crate) fn given_up() -> Error {
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
pub(crate) fn closed() -> Error {
    Error::Unavailable { reason: Reason::ShuttingDown, retry_after: RETRY }
}
