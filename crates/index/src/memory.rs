//! Blocks in memory: for tests, and for segments too small to be stored.

use std::collections::HashMap;
use std::convert::Infallible;
use std::ops::ControlFlow;

use crate::{Block, Blocks};

/// Segments whose blocks lie in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryBlocks {
    segments: HashMap<u64, Vec<Block>>,
}

impl MemoryBlocks {
    /// Keeps nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a block to a segment. Blocks must arrive in the order in which they were made.
    pub fn push(&mut self, segment: u64, block: Block) {
        self.segments.entry(segment).or_default().push(block);
    }

    /// Adds blocks to a segment, in the order in which they were made.
    pub fn extend(&mut self, segment: u64, blocks: impl IntoIterator<Item = Block>) {
        self.segments.entry(segment).or_default().extend(blocks);
    }

    /// Forgets a segment.
    pub fn remove(&mut self, segment: u64) {
        self.segments.remove(&segment);
    }

    /// The blocks of a segment, in order.
    #[must_use]
    pub fn of(&self, segment: u64) -> &[Block] {
        self.segments.get(&segment).map_or(&[], Vec::as_slice)
    }
}

impl Blocks for MemoryBlocks {
    type Error = Infallible;

    fn scan(&self, segment: u64, from: &[u8], visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), Infallible> {
        let blocks = self.of(segment);
        let first = blocks.partition_point(|block| *block.term < *from);
        let _ = blocks[first.saturating_sub(1)..].iter().try_for_each(|block| visit(&block.bytes));
        Ok(())
    }

    fn blocks_after(
        &self,
        segment: u64,
        after: Option<(&[u8], u32)>,
        limit: usize,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Infallible> {
        let blocks = self.of(segment);
        let first = after.map_or(0, |key| blocks.partition_point(|block| (&*block.term, block.number) <= key));
        let blocks = blocks[first..].iter().take(limit);
        blocks.for_each(|block| visit(&block.bytes));
        Ok(())
    }
}
