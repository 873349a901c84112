//! Pages of the order: of everyone, or of those that a query has hit.

use roaring::RoaringBitmap;

use super::NameOrder;

/// What gathering costs for each hit, in steps of a walk through the order.
const GATHER: usize = 4;

/// The share of the hits that is walked on trial, before more is done: hits may lie anywhere in the order, those of one
/// beginning all together.
const TRIAL: usize = 8;

impl NameOrder {
    /// The people at ranks `offset..offset + limit`, in order or in exactly the reverse.
    ///
    /// Ranks are those among the `hits` that are in the order; `None` is everyone in it. The answer
    /// is shorter than `limit` at the end, and empty beyond it.
    #[must_use]
    pub fn page(&self, hits: Option<&RoaringBitmap>, offset: u64, limit: usize, descending: bool) -> Vec<u32> {
        match hits {
            None => self.page_of_all(offset, limit, descending),
            Some(hits) => self.page_of_hits(hits, offset, limit, descending),
        }
    }

    fn page_of_hits(&self, hits: &RoaringBitmap, offset: u64, limit: usize, descending: bool) -> Vec<u32> {
        let count = hits.intersection_len(&self.present);
        let limit = (limit as u64).min(count.saturating_sub(offset));
        if limit == 0 {
            return Vec::new();
        }
        // A page near the end is near the beginning of the reverse.
        let after = count - offset - limit;
        let (skip, backwards) = if after < offset { (after, !descending) } else { (offset, descending) };
        let [skip, limit, count] = [skip, limit, count].map(|rank| usize::try_from(rank).expect("hits fit in memory"));
        let trial = self.walk(&Bits::Sparse(hits), count / TRIAL, (skip, limit), backwards);
        let mut page = if trial.len() == limit {
            trial
        } else if count * GATHER < self.len() {
            self.gather_hits(hits, skip, limit, backwards)
        } else {
            self.walk(&Bits::of(hits), self.len(), (skip, limit), backwards)
        };
        if backwards != descending {
            page.reverse();
        }
        page
    }

    fn page_of_all(&self, offset: u64, limit: usize, descending: bool) -> Vec<u32> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len);
        let count = limit.min(self.len - from);
        let start = if descending { self.len - from - count } else { from };
        let mut page = Vec::with_capacity(count);
        let mut skip = start;
        for leaf in &self.leaves {
            let numbers = leaf.numbers.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(leaf.numbers.len());
            page.extend(numbers.iter().take(count - page.len()));
            if page.len() == count {
                break;
            }
        }
        if descending {
            page.reverse();
        }
        page
    }

    /// For many hits: goes through the order and tests membership, until the page is full or the steps are used up.
    fn walk(&self, hits: &Bits<'_>, steps: usize, (skip, limit): (usize, usize), descending: bool) -> Vec<u32> {
        let leaves = self.leaves.iter();
        if descending {
            let numbers = leaves.rev().flat_map(|leaf| leaf.numbers.iter().rev());
            pick(numbers.take(steps), hits, skip, limit)
        } else {
            pick(leaves.flat_map(|leaf| &leaf.numbers).take(steps), hits, skip, limit)
        }
    }

    /// For few hits: collects their keys and sorts no more of them than the page needs.
    fn gather_hits(&self, hits: &RoaringBitmap, skip: usize, limit: usize, descending: bool) -> Vec<u32> {
        let keyed = hits.iter().filter_map(|number| Some((self.keys.get(number)?, number)));
        let mut people: Vec<(u128, u32)> = keyed.collect();
        let (from, to) = (skip, skip + limit);
        let (from, to) = if descending { (people.len() - to, people.len() - from) } else { (from, to) };
        if to < people.len() {
            people.select_nth_unstable(to);
        }
        let people = &mut people[..to];
        if from > 0 {
            people.select_nth_unstable(from);
        }
        let people = &mut people[from..];
        people.sort_unstable();
        let mut page: Vec<u32> = people.iter().map(|(_, number)| *number).collect();
        if descending {
            page.reverse();
        }
        page
    }
}

fn pick<'a>(numbers: impl Iterator<Item = &'a u32>, hits: &Bits<'_>, offset: usize, limit: usize) -> Vec<u32> {
    let hits = numbers.copied().filter(|number| hits.contains(*number));
    hits.skip(offset).take(limit).collect()
}

/// A set made ready for tests of membership in random order.
enum Bits<'a> {
    Dense { least: u32, words: Vec<u64> },
    Sparse(&'a RoaringBitmap),
}

impl<'a> Bits<'a> {
    fn of(set: &'a RoaringBitmap) -> Self {
        let (Some(least), Some(greatest)) = (set.min(), set.max()) else {
            return Self::Sparse(set);
        };
        if u64::from(greatest - least) > 64 * set.len() {
            return Self::Sparse(set);
        }
        let mut words = vec![0; (greatest - least) as usize / 64 + 1];
        for number in set {
            let bit = number - least;
            words[bit as usize / 64] |= 1 << (bit % 64);
        }
        Self::Dense { least, words }
    }

    fn contains(&self, number: u32) -> bool {
        match self {
            Self::Sparse(set) => set.contains(number),
            Self::Dense { least, words } => {
                let bit = number.wrapping_sub(*least);
                words.get(bit as usize / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
            }
        }
    }
}
