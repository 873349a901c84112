//! SQLite's failures in the directory's words: the only place that knows both.

use std::time::Duration;

use cardfile_directory::{Error, Reason};
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

/// Something in the file is not what was written there.
pub(crate) fn corrupt(what: impl std::fmt::Display) -> Error {
    Error::internal(format!("the file is damaged: {what}"))
}

/// Too much is waiting already.
pub(crate) fn overloaded() -> Error {
    Error::Unavailable { reason: Reason::Overloaded, retry_after: RETRY }
}

/// The store is closed.
pub(crate) fn closed() -> Error {
    Error::Unavailable { reason: Reason::ShuttingDown, retry_after: RETRY }
}
