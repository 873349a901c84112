//! SQLite's failures in the directory's words: the only place that knows both.

use cardfile_directory::{Error, Reason};
pub(crate) use cardfile_engine::fault::{RETRY, closed, corrupt};
use rusqlite::ErrorCode;

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

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_full_disk_is_no_fault_of_the_store() {
        let failed = |code| fault(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        assert!(matches!(failed(ffi::SQLITE_FULL), Error::Unavailable { reason: Reason::Storage(_), .. }));
        assert!(matches!(failed(ffi::SQLITE_BUSY), Error::Unavailable { reason: Reason::Overloaded, .. }));
        assert!(matches!(failed(ffi::SQLITE_CONSTRAINT), Error::Internal(_)));
    }
}
