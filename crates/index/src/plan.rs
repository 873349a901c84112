//! Which segments to merge next.

use std::borrow::Borrow;
use std::ops::Range;

use crate::Segment;

/// How many segments of a level are merged into one of the next.
pub const TIER_WIDTH: usize = 8;

/// Below this many people a segment is small, and small ones are merged sooner, four at a time:
/// rewriting them costs little, and every segment costs each query a look.
pub const SMALL_PEOPLE: u64 = 256;

/// The width of the levels of small segments.
const SMALL_WIDTH: usize = 4;

/// The run of segments, given newest first, to be merged next; `None` if all is well.
///
/// Segments have levels by the people they cover: limits are 4, 16, 64, 256 people
/// ([`SMALL_PEOPLE`]), and from there on eight times as many each ([`TIER_WIDTH`]). Two rules:
///
/// 1. *Tier*: among adjacent segments of level L or below, those of level L have reached the
///    width of L. All of the run are merged, and the result is of a higher level (or smaller than
///    its inputs, because people were updated or purged).
/// 2. *Order*: a segment has older neighbours of a lower level (a big batch came after small ones).
///    It is merged with them, or they would be caught behind it.
///
/// So when nothing is left to do, levels rise towards the old, and a level has fewer segments than
/// its width: at most 3 for each of four levels and 7 for each further one, about 40 at a million
/// people. And a posting is written about twice for each level that it climbs, at worst: once by the
/// tier rule and once by the order rule.
#[must_use]
pub fn plan<S: Borrow<Segment>>(segments: &[S]) -> Option<Range<usize>> {
    let levels: Vec<usize> = segments.iter().map(|segment| level(segment.borrow().people)).collect();
    tier(&levels).or_else(|| out_of_order(&levels))
}

/// The level of a segment by the people it covers.
fn level(people: u64) -> usize {
    let mut level = 0;
    let mut limit = 1;
    loop {
        limit *= width(level) as u64;
        if people < limit || limit > u64::from(u32::MAX) {
            return level;
        }
        level += 1;
    }
}

/// How many segments of a level make one of the next.
fn width(level: usize) -> usize {
    // SMALL_WIDTH to the power of SMALL_LEVELS is SMALL_PEOPLE.
    const SMALL_LEVELS: usize = (SMALL_PEOPLE.ilog2() / SMALL_WIDTH.ilog2()) as usize;
    if level < SMALL_LEVELS { SMALL_WIDTH } else { TIER_WIDTH }
}

/// The first rule, lowest level first: there the least work wins the most.
fn tier(levels: &[usize]) -> Option<Range<usize>> {
    let highest = levels.iter().copied().max()?;
    (0..=highest).find_map(|level| {
        runs(levels, level).find(|run| {
            let same = levels[run.clone()].iter().filter(|other| **other == level);
            same.count() >= width(level)
        })
    })
}

/// The second rule: the newest segment that is above its older neighbour, with all that are below
/// it.
fn out_of_order(levels: &[usize]) -> Option<Range<usize>> {
    let high = levels.windows(2).position(|pair| pair[0] > pair[1])?;
    let lower = levels[high + 1..].iter().take_while(|level| **level < levels[high]);
    Some(high..high + 1 + lower.count())
}

/// The longest runs of segments of at most this level.
fn runs(levels: &[usize], level: usize) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    levels.split(move |other| *other > level).map(move |run| {
        let start = end;
        end += run.len() + 1;
        start..start + run.len()
    })
}

#[cfg(test)]
mod tests;
