//! Pages of the order: of everyone, or of those that a query has hit.

use roaring::RoaringBitmap;

use super::NameOrder;

/// What it costs to gather and select one hit, in steps of a walk through the order.
const GATHER: u64 = 4;

impl NameOrder {
    /// The people at ranks `offset..offset + limit`, in order or in exactly the reverse.
    ///
    /// Ranks are those among the `hits` that are in the order; `None` is everyone in it. The answer
    /// is shorter than `limit` at the end, and empty beyond it.
    #[must_use]
    pub fn page(&self, hits: Option<&RoaringBitmap>, offset: u64, limit: usize, descending: bool) -> Vec<u32> {
        match hits {
            None => self.page_of_all(offset, limit, descending),
            Some(hits) => {
                let wanted = offset.saturating_add(limit as u64).min(hits.len());
                let walked = wanted.saturating_mul(self.len() as u64) / hits.len().max(1);
                if walked + hits.len() < hits.len() * GATHER {
                    self.walk(hits, offset, limit, descending)
                } else {
                    self.gather_hits(hits, offset, limit, descending)
                }
            }
        }
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

    /// For many hits: goes through the order and tests membership, until the page is full.
    fn walk(&self, hits: &RoaringBitmap, offset: u64, limit: usize, descending: bool) -> Vec<u32> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let hits = Bits::of(hits);
        let leaves = self.leaves.iter();
        if descending {
            let numbers = leaves.rev().flat_map(|leaf| leaf.numbers.iter().rev());
            pick(numbers, &hits, offset, limit)
        } else {
            pick(leaves.flat_map(|leaf| &leaf.numbers), &hits, offset, limit)
        }
    }

    /// For few hits: collects their keys and sorts no more of them than the page needs.
    fn gather_hits(&self, hits: &RoaringBitmap, offset: u64, limit: usize, descending: bool) -> Vec<u32> {
        let keyed = hits.iter().filter_map(|number| Some((self.keys.get(number)?, number)));
        let mut people: Vec<(u128, u32)> = keyed.collect();
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(people.len());
        let to = from.saturating_add(limit).min(people.len());
        if from == to {
            return Vec::new();
        }
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
