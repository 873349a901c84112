//! What can go wrong: stored bytes that are not ours, or a storage that fails.

use std::fmt;

/// Stored bytes that this crate did not write, and what is wrong with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupt(pub &'static str);

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the index is corrupt: {}", self.0)
    }
}

impl std::error::Error for Corrupt {}

/// Why a look-up or a merge failed; `E` is the error of the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error<E> {
    /// A block cannot be decoded; the index must be rebuilt from the rows.
    Corrupt(Corrupt),
    /// The storage failed to read.
    Storage(E),
}

impl<E> From<Corrupt> for Error<E> {
    fn from(corrupt: Corrupt) -> Self {
        Self::Corrupt(corrupt)
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt(corrupt) => corrupt.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Corrupt(_) => None,
            Self::Storage(error) => Some(error),
        }
    }
}
