//! Walking several segments at once, in (term, number) order: the core of merging and of checking.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::VecDeque;

use roaring::RoaringBitmap;

use crate::block::{Cursor, Step};
use crate::postings::head_of;
use crate::{Blocks, Corrupt, Error, Segment};

/// How many blocks are read at a time.
const READ_AHEAD: usize = 16;

/// A walk through the visible postings of segments. Between two steps it holds nothing of the
/// storage, only copies of blocks.
#[derive(Debug)]
pub(crate) struct Walk {
    inputs: Vec<Input>,
    is_started: bool,
}

/// One segment of the walk.
#[derive(Debug)]
struct Input {
    segment: u64,
    /// The people of whom this segment has the last word.
    keep: RoaringBitmap,
    ahead: VecDeque<Vec<u8>>,
    /// The present block, and the key of the last block fetched so far.
    block: Vec<u8>,
    key: Option<(Vec<u8>, u32)>,
    cursor: Cursor,
    head: u64,
}

impl Walk {
    /// A walk through segments, newest first, that shows only those `alive`.
    pub(crate) fn new<S: Borrow<Segment>>(segments: &[S], alive: &RoaringBitmap) -> Self {
        let mut seen = RoaringBitmap::new();
        let mut inputs = Vec::with_capacity(segments.len());
        for segment in segments {
            let segment = segment.borrow();
            let mut keep = &segment.covered & alive;
            keep -= &seen;
            seen |= &segment.covered;
            inputs.push(Input {
                segment: segment.id,
                keep,
                ahead: VecDeque::new(),
                block: Vec::new(),
                key: None,
                cursor: Cursor::default(),
                head: 0,
            });
        }
        Self { inputs, is_started: false }
    }

    /// Goes on by a run of postings, a block at most, and visits those that are visible. `None` at
    /// the end, else how many postings were read.
    pub(crate) fn step<B: Blocks + ?Sized>(
        &mut self,
        blocks: &B,
        visit: &mut impl FnMut(&[u8], u32),
    ) -> Result<Option<usize>, Error<B::Error>> {
        if !self.is_started {
            self.start(blocks)?;
        }
        let Some((least, next)) = self.least_two() else {
            return Ok(None);
        };
        let (input, limit) = match next {
            None => (&mut self.inputs[least], None),
            Some(next) => {
                let [input, limit] = self.inputs.get_disjoint_mut([least, next]).expect("the least two inputs differ");
                (input, Some(&*limit))
            }
        };
        let (read, has_more) = input.drain(limit, visit)?;
        if !has_more && !input.next_block(blocks)? {
            self.inputs.swap_remove(least);
        }
        Ok(Some(read))
    }

    fn start<B: Blocks + ?Sized>(&mut self, blocks: &B) -> Result<(), Error<B::Error>> {
        let mut at = 0;
        while let Some(input) = self.inputs.get_mut(at) {
            // Whose every person is covered by newer ones has nothing to show.
            if !input.keep.is_empty() && input.next_block(blocks)? {
                at += 1;
            } else {
                self.inputs.swap_remove(at);
            }
        }
        self.is_started = true;
        Ok(())
    }

    /// The inputs with the least and the second least posting.
    fn least_two(&self) -> Option<(usize, Option<usize>)> {
        let mut inputs = self.inputs.iter().enumerate();
        let (mut least, mut first) = inputs.next()?;
        let mut next: Option<(usize, &Input)> = None;
        for (at, input) in inputs {
            if input.compare(first) == Ordering::Less {
                next = Some((least, first));
                (least, first) = (at, input);
            } else if next.is_none_or(|(_, next)| input.compare(next) == Ordering::Less) {
                next = Some((at, input));
            }
        }
        Some((least, next.map(|(at, _)| at)))
    }
}

impl Input {
    fn compare(&self, other: &Self) -> Ordering {
        self.head
            .cmp(&other.head)
            .then_with(|| self.cursor.term().cmp(other.cursor.term()))
            .then_with(|| self.cursor.number().cmp(&other.cursor.number()))
    }

    /// Visits the present posting and those after it in the block, as long as they come before
    /// `limit`. Says how many were read and whether the input stands at a posting.
    fn drain(&mut self, limit: Option<&Self>, visit: &mut impl FnMut(&[u8], u32)) -> Result<(usize, bool), Corrupt> {
        let mut read = 0;
        loop {
            read += 1;
            let number = self.cursor.number();
            if self.keep.contains(number) {
                visit(self.cursor.term(), number);
            }
            match self.cursor.advance(&self.block)? {
                Step::End => return Ok((read, false)),
                Step::NewTerm => self.head = head_of(self.cursor.term()),
                Step::SameTerm => {}
            }
            if limit.is_some_and(|limit| self.compare(limit) == Ordering::Greater) {
                return Ok((read, true));
            }
        }
    }

    /// Goes to the first posting of the next block, if there is one.
    fn next_block<B: Blocks + ?Sized>(&mut self, blocks: &B) -> Result<bool, Error<B::Error>> {
        if self.ahead.is_empty() {
            let after = self.key.as_ref().map(|(term, number)| (&**term, *number));
            let ahead = &mut self.ahead;
            blocks
                .blocks_after(self.segment, after, READ_AHEAD, &mut |bytes| {
                    ahead.push_back(bytes.to_vec());
                })
                .map_err(Error::Storage)?;
        }
        let Some(block) = self.ahead.pop_front() else {
            return Ok(false);
        };
        self.block = block;
        let last = self.key.is_some().then(|| self.cursor.posting());
        self.cursor.open(&self.block)?;
        if self.cursor.advance(&self.block)? != Step::NewTerm {
            return Err(Corrupt("a block without postings").into());
        }
        let first = self.cursor.posting();
        if last.is_some_and(|last| last >= first) {
            return Err(Corrupt("the blocks of a segment are out of order").into());
        }
        self.head = head_of(&first.0);
        self.key = Some(first);
        Ok(true)
    }
}
