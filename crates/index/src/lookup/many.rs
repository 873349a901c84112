//! Many exact look-ups at once, such as the e-mails of a batch of upserts.

use std::borrow::Borrow;
use std::ops::ControlFlow;

use roaring::RoaringBitmap;

use super::is_visible;
use crate::block::{Cursor, Step};
use crate::{Blocks, Corrupt, Error, Segment};

/// Look-ups fewer than one in so many blocks of a segment seek each; denser ones walk all blocks.
const BLOCKS_PER_SEEK: u64 = 4;

/// For each of the sorted `terms`, the people that bear exactly it. Terms may repeat themselves.
///
/// Every segment is gone through once and in order, only where its filter hopes for a hit.
///
/// # Errors
/// [`Error::Storage`] if blocks cannot be read, [`Error::Corrupt`] if they cannot be decoded.
pub fn exact_many<S: Borrow<Segment>, B: Blocks + ?Sized, T: AsRef<[u8]>>(
    segments: &[S],
    blocks: &B,
    terms: &[T],
) -> Result<Vec<RoaringBitmap>, Error<B::Error>> {
    debug_assert!(terms.is_sorted_by(|a, b| a.as_ref() <= b.as_ref()));
    let mut people = vec![RoaringBitmap::new(); terms.len()];
    for (at, segment) in segments.iter().enumerate() {
        let segment = segment.borrow();
        let candidates = terms.iter().map(|term| crate::postings::cut(term.as_ref()));
        let wanted: Vec<_> = candidates.enumerate().filter(|(_, term)| segment.may_have(term)).collect();
        let mut pass = Pass { wanted: &wanted, at: 0, cursor: Cursor::default(), found: Vec::new() };
        pass.run(segment, blocks)?;
        for (place, number) in pass.found {
            if is_visible(number, &segments[..at]) {
                people[place].insert(number);
            }
        }
    }
    Ok(people)
}

/// One pass through a segment.
struct Pass<'a> {
    /// The terms that the segment may have, with their places in the question.
    wanted: &'a [(usize, &'a [u8])],
    /// The first wanted term that is not passed yet.
    at: usize,
    cursor: Cursor,
    found: Vec<(usize, u32)>,
}

impl Pass<'_> {
    fn run<B: Blocks + ?Sized>(&mut self, segment: &Segment, blocks: &B) -> Result<(), Error<B::Error>> {
        let walks = self.wanted.len() as u64 * BLOCKS_PER_SEEK > segment.blocks;
        while let Some((_, target)) = self.wanted.get(self.at) {
            let sought = self.at;
            let mut outcome = Ok(());
            let mut has_more = false;
            blocks
                .scan(segment.id, target, &mut |bytes| {
                    outcome = self.match_block(bytes);
                    let is_done = outcome.is_err() || self.at == self.wanted.len();
                    // Only the term sought is sure to be near; the next one deserves its own seek.
                    if is_done || !(walks || self.at == sought) {
                        has_more = true;
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                })
                .map_err(Error::Storage)?;
            outcome?;
            if !has_more {
                break;
            }
        }
        Ok(())
    }

    fn match_block(&mut self, bytes: &[u8]) -> Result<(), Corrupt> {
        self.cursor.open(bytes)?;
        while self.cursor.advance(bytes)? != Step::End {
            let term = self.cursor.term();
            while self.wanted.get(self.at).is_some_and(|(_, wanted)| *wanted < term) {
                self.at += 1;
            }
            let Some((_, wanted)) = self.wanted.get(self.at) else {
                return Ok(());
            };
            if *wanted != term {
                self.cursor.rest_of_term(bytes, |_| ())?;
                continue;
            }
            let same = self.wanted[self.at..].iter();
            let places = same.take_while(|(_, wanted)| *wanted == term).count();
            let places = &self.wanted[self.at..self.at + places];
            let mut add = |number| self.found.extend(places.iter().map(|(place, _)| (*place, number)));
            add(self.cursor.number());
            self.cursor.rest_of_term(bytes, add)?;
        }
        Ok(())
    }
}
