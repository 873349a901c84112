//! PostgreSQL's failures in the directory's words: the only place that knows both.

use cardfile_directory::{Error, Reason};
pub(crate) use cardfile_engine::fault::{RETRY, closed, corrupt, overloaded};
use tokio_postgres::error::SqlState;

/// The database's failure as the directory's error.
pub(crate) fn fault(error: tokio_postgres::Error) -> Error {
    if !is_passing(&error) {
        return Error::Internal(error.into());
    }
    // The driver's own words do not tell why.
    match std::error::Error::source(&error) {
        Some(cause) => unavailable(format!("{error}: {cause}")),
        None => unavailable(error),
    }
}

/// Nothing can be asked of the database now.
pub(crate) fn unavailable(error: impl Into<cardfile_directory::Source>) -> Error {
    Error::Unavailable { reason: Reason::Storage(error.into()), retry_after: RETRY }
}

/// Whether two transactions were in each other's way, or an id that was taken for new is not, so that doing it anew helps.
pub(crate) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(&(SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED | SqlState::UNIQUE_VIOLATION))
    )
}

/// Whether the server only reads, as one that follows another.
pub(crate) fn is_read_only(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

/// Whether asking again later may help: the connection is gone, the server stops or starts, is full, or is one that only reads,
/// or somebody else holds what is needed for too long.
fn is_passing(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else { return true };
    let class = &code.code()[..2];
    // 08 connection, 25 the transaction is gone or reads only, 40 conflict, 53 out of something, 55P03 waited for a lock,
    // 57 told to stop, 58 the system's.
    matches!(class, "08" | "25" | "40" | "53" | "57" | "58") || *code == SqlState::LOCK_NOT_AVAILABLE
}
