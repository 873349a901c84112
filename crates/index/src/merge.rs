//! Merging segments in slices, so that a writer can do it in small transactions.

use std::borrow::Borrow;

use roaring::RoaringBitmap;

use crate::block::BLOCK_BYTES;
use crate::segment::Builder;
use crate::terms::FORM;
use crate::walk::Walk;
use crate::{Block, Blocks, Error, Segment};

/// A merge of segments that are adjacent in age into one.
///
/// Pull [`next_blocks`](Self::next_blocks) until it is exhausted, storing what it gives under the id
/// of the new segment, then [`finish`](Self::finish) and swap the inputs for the result in one
/// transaction. Between slices it holds no more than a few blocks of each input, so no read
/// transaction need stay open: the inputs only have to be there, unchanged, until the end. If the
/// process dies, drop the blocks written so far and begin again.
///
/// Pull outside the transaction that writes: all the work is done there. New segments may appear
/// meanwhile, and be merged with each other ([`plan`] over those newer than the inputs), but the
/// inputs must not be merged or folded elsewhere.
///
/// [`plan`]: crate::plan
#[derive(Debug)]
pub struct Merge {
    walk: Walk,
    builder: Builder,
    covered: RoaringBitmap,
    age: u64,
    form: u32,
    stage: Stage,
}

/// How far a merge has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Walking,
    /// All blocks are made, the filter is not.
    Filtering,
    Finished,
}

impl Merge {
    /// Begins to merge `segments`, newest first, a contiguous run of all in order of age.
    ///
    /// Postings of numbers not in `alive` are dropped for good: these must be the people who have a
    /// row, **the trash included** (what is in the trash may come back; purged numbers never do).
    #[must_use]
    pub fn new<S: Borrow<Segment>>(segments: &[S], alive: &RoaringBitmap) -> Self {
        let mut covered = RoaringBitmap::new();
        let (mut age, mut form) = (0, FORM);
        for segment in segments {
            covered |= &segment.borrow().covered;
            age = age.max(segment.borrow().age);
            form = form.min(segment.borrow().form);
        }
        covered &= alive;
        Self { walk: Walk::new(segments, alive), builder: Builder::default(), covered, age, form, stage: Stage::Walking }
    }

    /// The next blocks of the result, in order, or `None` when there are no more.
    ///
    /// About `max_blocks` are made, or none at all while what is read is dropped: the work of a
    /// slice is bounded by what it reads, so an empty slice is not the end.
    ///
    /// # Errors
    /// [`Error::Storage`] if blocks cannot be read, [`Error::Corrupt`] if they cannot be decoded.
    /// The merge is then spoilt; begin again.
    pub fn next_blocks<B: Blocks + ?Sized>(
        &mut self,
        blocks: &B,
        max_blocks: usize,
    ) -> Result<Option<Vec<Block>>, Error<B::Error>> {
        let budget = max_blocks.saturating_mul(BLOCK_BYTES);
        match self.stage {
            Stage::Walking => self.walk_on(blocks, max_blocks, budget).map(Some),
            Stage::Filtering => {
                if self.builder.fill_filter(budget) {
                    self.stage = Stage::Finished;
                }
                Ok(Some(Vec::new()))
            }
            Stage::Finished => Ok(None),
        }
    }

    fn walk_on<B: Blocks + ?Sized>(
        &mut self,
        blocks: &B,
        max_blocks: usize,
        mut budget: usize,
    ) -> Result<Vec<Block>, Error<B::Error>> {
        let mut made = Vec::with_capacity(max_blocks.min(1024));
        while made.len() < max_blocks && budget > 0 {
            let builder = &mut self.builder;
            let step = self.walk.step(blocks, &mut |term, number| {
                builder.push(term, number, &mut |block| made.push(block));
            })?;
            let Some(read) = step else {
                self.builder.flush(&mut |block| made.push(block));
                self.stage = Stage::Filtering;
                break;
            };
            budget = budget.saturating_sub(read);
        }
        Ok(made)
    }

    /// The merged segment, to be stored under `id` with the blocks handed out.
    ///
    /// # Panics
    /// If [`next_blocks`](Self::next_blocks) has not yet answered `None`.
    #[must_use]
    pub fn finish(self, id: u64) -> Segment {
        let is_finished = self.stage == Stage::Finished;
        assert!(is_finished, "finish comes after the last blocks");
        Segment { form: self.form, ..self.builder.finish(id, self.age, self.covered) }
    }
}
