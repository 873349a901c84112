//! How blocks are read: the one thing this crate asks of a storage.

use std::ops::ControlFlow;

/// The stored blocks of all segments of one tenant.
///
/// Blocks are immutable and keyed by (segment, first term, first number); terms compare as bytes.
pub trait Blocks {
    /// How the storage fails.
    type Error;

    /// Visits the bytes of blocks of a segment in key order, until the visitor breaks or they end.
    ///
    /// It begins with the last block whose first term is **less** than `from`, since that one may
    /// end with `from`; if there is none, with the first block of the segment.
    ///
    /// # Errors
    /// Whatever the storage fails with.
    fn scan(&self, segment: u64, from: &[u8], visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), Self::Error>;

    /// Visits the bytes of at most `limit` blocks of a segment whose key is greater than `after`
    /// (first term, first number), in key order; from the first block if `after` is `None`.
    ///
    /// # Errors
    /// Whatever the storage fails with.
    fn blocks_after(
        &self,
        segment: u64,
        after: Option<(&[u8], u32)>,
        limit: usize,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Self::Error>;
}
