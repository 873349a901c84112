//! A full walk through all that the index says, to prove that it and the rows agree.

use std::borrow::Borrow;

use roaring::RoaringBitmap;

use crate::walk::Walk;
use crate::{Blocks, Error, Segment};

/// Visits every visible (term, number) of those `alive` once, in order.
///
/// `segments` are all segments, newest first. The walk reads every block.
///
/// # Errors
/// [`Error::Storage`] if blocks cannot be read, [`Error::Corrupt`] if they cannot be decoded.
pub fn for_each_visible<S: Borrow<Segment>, B: Blocks + ?Sized>(
    segments: &[S],
    blocks: &B,
    alive: &RoaringBitmap,
    mut visit: impl FnMut(&[u8], u32),
) -> Result<(), Error<B::Error>> {
    let mut walk = Walk::new(segments, alive);
    while walk.step(blocks, &mut visit)?.is_some() {}
    Ok(())
}
