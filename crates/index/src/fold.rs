//! Folding a small commit into the newest small segment, in memory, instead of adding a segment.

use roaring::RoaringBitmap;

use crate::segment::build;
use crate::{Block, Corrupt, Postings, Segment, block};

/// While the newest segment covers fewer people than this, it is cheaper to fold a commit into it
/// (a few kilobytes rewritten) than to leave one more segment to every query and to [`plan`].
///
/// [`plan`]: crate::plan
pub const FOLD_PEOPLE: u64 = 64;

/// A segment made in memory, with all its blocks in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// The new segment; it replaces the old one.
    pub segment: Segment,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// Merges new sorted postings over the newest segment, whose blocks are given in order.
///
/// `covered` are the people the new postings speak for. Store the result as segment `id` and drop
/// the old one in the same transaction; `age` is at least that of the old segment. The old segment must
/// be the newest of all, and no input of a [`Merge`](crate::Merge) under way.
///
/// # Errors
/// [`Corrupt`] if a block cannot be decoded.
pub fn fold<T: AsRef<[u8]>>(
    (id, age): (u64, u64),
    old: &Segment,
    old_blocks: &[T],
    postings: &Postings,
    covered: &RoaringBitmap,
) -> Result<Folded, Corrupt> {
    let bytes: usize = old_blocks.iter().map(|block| block.as_ref().len()).sum();
    let count = usize::try_from(old.postings).unwrap_or(usize::MAX).min(bytes);
    let mut all = Postings::with_capacity(count + postings.len(), 2 * bytes);
    for bytes in old_blocks {
        block::decode(bytes.as_ref(), |term, number| {
            if !covered.contains(number) {
                all.push(term, number);
            }
        })?;
    }
    all.append(postings);
    all.sort();
    let mut blocks = Vec::new();
    let covered = covered | &old.covered;
    let segment = build(id, age, &all, covered, |block| blocks.push(block));
    Ok(Folded { segment: Segment { form: old.form.min(segment.form), ..segment }, blocks })
}
