//! The queries: who bears a term, or a term that begins so.
//!
//! Segments are always given newest first. What a segment says of a person counts only if no newer
//! one covers them. Everybody covered is found, deleted or not: the caller subtracts those.

mod many;

use std::borrow::Borrow;
use std::ops::ControlFlow;

pub use many::exact_many;
use roaring::RoaringBitmap;

use crate::block::{Cursor, Step};
use crate::postings::cut;
use crate::{Blocks, Corrupt, Error, Segment};

/// Up to so many hits of a segment are each looked up in the newer segments; beyond, whole sets are
/// subtracted.
const FEW: usize = 256;

/// The people that bear exactly this term.
///
/// # Errors
/// [`Error::Storage`] if blocks cannot be read, [`Error::Corrupt`] if they cannot be decoded.
pub fn exact<S: Borrow<Segment>, B: Blocks + ?Sized>(
    segments: &[S],
    blocks: &B,
    term: &[u8],
) -> Result<RoaringBitmap, Error<B::Error>> {
    let term = cut(term);
    find(
        segments,
        blocks,
        term,
        |segment| segment.may_have(term),
        |found| match found.cmp(term) {
            std::cmp::Ordering::Less => Verdict::Skip,
            std::cmp::Ordering::Equal => Verdict::Take,
            std::cmp::Ordering::Greater => Verdict::Stop,
        },
    )
}

/// The people that bear a term beginning with `prefix`; the empty prefix finds all that have a term.
///
/// # Errors
/// [`Error::Storage`] if blocks cannot be read, [`Error::Corrupt`] if they cannot be decoded.
pub fn prefix<S: Borrow<Segment>, B: Blocks + ?Sized>(
    segments: &[S],
    blocks: &B,
    prefix: &[u8],
) -> Result<RoaringBitmap, Error<B::Error>> {
    let prefix = cut(prefix);
    find(
        segments,
        blocks,
        prefix,
        |segment| segment.may_have_prefix(prefix),
        |found| match () {
            () if found.starts_with(prefix) => Verdict::Take,
            () if found < prefix => Verdict::Skip,
            () => Verdict::Stop,
        },
    )
}

/// What a query makes of a term.
enum Verdict {
    Skip,
    Take,
    Stop,
}

fn find<S: Borrow<Segment>, B: Blocks + ?Sized>(
    segments: &[S],
    blocks: &B,
    from: &[u8],
    may_have: impl Fn(&Segment) -> bool,
    judge: impl Fn(&[u8]) -> Verdict,
) -> Result<RoaringBitmap, Error<B::Error>> {
    let mut people = RoaringBitmap::new();
    let mut cursor = Cursor::default();
    let mut numbers = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let segment = segment.borrow();
        if !may_have(segment) {
            continue;
        }
        numbers.clear();
        let mut outcome = Ok(());
        blocks
            .scan(segment.id, from, &mut |bytes| match collect(&mut cursor, bytes, &judge, &mut numbers) {
                Ok(flow) => flow,
                Err(corrupt) => {
                    outcome = Err(corrupt);
                    ControlFlow::Break(())
                }
            })
            .map_err(Error::Storage)?;
        outcome?;
        add_visible(&mut people, &mut numbers, &segments[..at]);
    }
    Ok(people)
}

fn collect(
    cursor: &mut Cursor,
    bytes: &[u8],
    judge: impl Fn(&[u8]) -> Verdict,
    numbers: &mut Vec<u32>,
) -> Result<ControlFlow<()>, Corrupt> {
    cursor.open(bytes)?;
    while cursor.advance(bytes)? != Step::End {
        match judge(cursor.term()) {
            Verdict::Skip => cursor.rest_of_term(bytes, |_| ())?,
            Verdict::Take => {
                numbers.push(cursor.number());
                cursor.rest_of_term(bytes, |number| numbers.push(number))?;
            }
            Verdict::Stop => return Ok(ControlFlow::Break(())),
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Adds the hits of a segment that no newer segment covers.
fn add_visible<S: Borrow<Segment>>(people: &mut RoaringBitmap, numbers: &mut Vec<u32>, newer: &[S]) {
    if numbers.len() <= FEW {
        numbers.retain(|number| is_visible(*number, newer));
        people.extend(numbers.iter().copied());
        return;
    }
    let mut found = set_of(numbers);
    for segment in newer {
        found -= &segment.borrow().covered;
    }
    *people |= found;
}

/// Whether no newer segment speaks for this person.
fn is_visible<S: Borrow<Segment>>(number: u32, newer: &[S]) -> bool {
    let covers = |segment: &S| segment.borrow().covered.contains(number);
    !newer.iter().any(covers)
}

/// The set of numbers that may come in any order and repeat themselves.
fn set_of(numbers: &mut Vec<u32>) -> RoaringBitmap {
    let least = numbers.iter().copied().min().unwrap_or_default() & !63;
    let greatest = numbers.iter().copied().max().unwrap_or_default();
    let words = (greatest - least) as usize / 64 + 1;
    if words > 4 * numbers.len() {
        numbers.sort_unstable();
        numbers.dedup();
    }
    if numbers.is_sorted_by(|a, b| a < b) {
        return RoaringBitmap::from_sorted_iter(numbers.iter().copied()).unwrap_or_default();
    }
    // Setting bits is several times faster than sorting, and roaring takes them as they are.
    let mut bits = vec![0u64; words];
    for number in numbers.iter() {
        let bit = number - least;
        bits[bit as usize / 64] |= 1 << (bit % 64);
    }
    let bytes: Vec<u8> = bits.iter().flat_map(|word| word.to_le_bytes()).collect();
    RoaringBitmap::from_lsb0_bytes(least, &bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_in_any_order_make_their_set(
            mut near in prop::collection::vec(1000u32..3000, 1..500),
            mut far in prop::collection::vec(any::<u32>(), 1..50),
        ) {
            let expected: RoaringBitmap = near.iter().copied().collect();
            prop_assert_eq!(set_of(&mut near), expected);
            let expected: RoaringBitmap = far.iter().copied().collect();
            prop_assert_eq!(set_of(&mut far), expected);
        }
    }

    #[test]
    fn the_greatest_numbers_make_a_set() {
        let mut numbers = vec![u32::MAX, u32::MAX - 70, u32::MAX - 1];
        let expected: RoaringBitmap = numbers.iter().copied().collect();
        assert_eq!(set_of(&mut numbers), expected);
    }
}
