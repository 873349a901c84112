//! What a batch says: pairs of a term and a person number, collected in one arena and sorted.

use std::cmp::Ordering;

/// The longest term, in bytes. Longer ones are cut here, when written and when looked up alike.
pub const MAX_TERM: usize = 255;

/// A collection of (term, person number) pairs.
///
/// Terms lie end to end in one buffer, so that a pair costs no allocation of its own. Prepare the
/// postings of a batch before the writer is held, with the index of each item as its number, and
/// [`sort`](Self::sort) them; inside the writer [`renumber`](Self::renumber) and `sort` again, which
/// costs little because most of the order survives.
#[derive(Debug, Clone, Default)]
pub struct Postings {
    arena: Vec<u8>,
    entries: Vec<Entry>,
    /// Whether `entries` may be out of order or repeat themselves.
    is_loose: bool,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The first eight bytes of the term, so that most comparisons never touch the arena.
    head: u64,
    start: u32,
    number: u32,
    len: u8,
}

impl Postings {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty collection with room for `postings` pairs whose terms take `bytes` in all.
    #[must_use]
    pub fn with_capacity(postings: usize, bytes: usize) -> Self {
        Self { arena: Vec::with_capacity(bytes), entries: Vec::with_capacity(postings), is_loose: false }
    }

    /// Adds one pair. Terms beyond [`MAX_TERM`] bytes are cut.
    ///
    /// # Panics
    /// If the terms exceed 4 GiB in all.
    pub fn push(&mut self, term: &[u8], number: u32) {
        let term = cut(term);
        let entry = Entry {
            head: head_of(term),
            start: u32::try_from(self.arena.len()).expect("a batch of terms is below 4 GiB"),
            number,
            len: u8::try_from(term.len()).expect("terms are cut at MAX_TERM"),
        };
        self.arena.extend_from_slice(term);
        self.is_loose |= !self.entries.is_empty();
        self.entries.push(entry);
    }

    /// How many pairs there are; those pushed twice count twice until the next [`sort`](Self::sort).
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets all pairs and keeps the room.
    pub fn clear(&mut self) {
        self.arena.clear();
        self.entries.clear();
        self.is_loose = false;
    }

    /// Adds all pairs of `other`. Sort afterwards; several sorted parts are merged, not sorted anew.
    ///
    /// # Panics
    /// If the terms exceed 4 GiB in all.
    pub fn append(&mut self, other: &Self) {
        let shift = u32::try_from(self.arena.len()).expect("a batch of terms is below 4 GiB");
        let end = self.arena.len() + other.arena.len();
        assert!(u32::try_from(end).is_ok(), "a batch of terms is below 4 GiB");
        self.is_loose |= other.is_loose || !(self.is_empty() || other.is_empty());
        self.arena.extend_from_slice(&other.arena);
        self.entries.extend(other.entries.iter().map(|entry| Entry { start: entry.start + shift, ..*entry }));
    }

    /// Gives every pair another number; a pair whose number becomes `None` is dropped.
    ///
    /// Two items of a batch must not become the same person, or the terms of both would count: drop the
    /// earlier one.
    ///
    /// The order is kept where `map` is monotone; otherwise the next [`sort`](Self::sort) puts right
    /// the few pairs that moved.
    pub fn renumber(&mut self, mut map: impl FnMut(u32) -> Option<u32>) {
        self.entries.retain_mut(|entry| {
            let number = map(entry.number);
            entry.number = number.unwrap_or_default();
            number.is_some()
        });
        if !self.is_loose {
            let arena = &self.arena;
            self.is_loose = !self.entries.is_sorted_by(|a, b| compare(arena, a, b) == Ordering::Less);
        }
    }

    /// Sorts by term, then number, and drops repetitions. Does nothing when already sorted.
    pub fn sort(&mut self) {
        if !self.is_loose {
            return;
        }
        let arena = &self.arena;
        // The stable sort finds the runs that `append` leaves behind and merges them.
        self.entries.sort_by(|a, b| compare(arena, a, b));
        self.entries.dedup_by(|a, b| compare(arena, a, b) == Ordering::Equal);
        self.is_loose = false;
    }

    /// Whether the pairs are in order and without repetition.
    #[must_use]
    pub fn is_sorted(&self) -> bool {
        !self.is_loose
    }

    /// The pairs, in their present order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], u32)> {
        self.entries.iter().map(|entry| (term(&self.arena, entry), entry.number))
    }
}

/// The part of a term that is indexed.
pub(crate) fn cut(term: &[u8]) -> &[u8] {
    &term[..term.len().min(MAX_TERM)]
}

/// The first eight bytes as a number that orders like the term, padded with zeros.
pub(crate) fn head_of(term: &[u8]) -> u64 {
    if let Some(head) = term.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    head[..term.len()].copy_from_slice(term);
    u64::from_be_bytes(head)
}

fn term<'a>(arena: &'a [u8], entry: &Entry) -> &'a [u8] {
    let start = entry.start as usize;
    &arena[start..start + usize::from(entry.len)]
}

fn compare(arena: &[u8], a: &Entry, b: &Entry) -> Ordering {
    if a.head != b.head {
        return a.head.cmp(&b.head);
    }
    let terms = if a.len <= 8 && b.len <= 8 { a.len.cmp(&b.len) } else { term(arena, a).cmp(term(arena, b)) };
    terms.then(a.number.cmp(&b.number))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn pairs(postings: &Postings) -> Vec<(Vec<u8>, u32)> {
        let pairs = postings.iter();
        pairs.map(|(term, n)| (term.to_vec(), n)).collect()
    }

    fn collect(pairs: &[(Vec<u8>, u32)]) -> Postings {
        let mut postings = Postings::new();
        for (term, number) in pairs {
            postings.push(term, *number);
        }
        postings
    }

    fn any_pairs() -> impl Strategy<Value = Vec<(Vec<u8>, u32)>> {
        let term = prop::collection::vec(prop::sample::select(vec![0, 1, b'a', 255]), 0..12);
        prop::collection::vec((term, 0u32..20), 0..60)
    }

    #[test]
    fn a_term_that_is_too_long_is_cut() {
        let postings = collect(&[(vec![7; 300], 1)]);
        assert_eq!(pairs(&postings), [(vec![7; 255], 1)]);
    }

    #[test]
    fn a_monotone_renumbering_keeps_the_order() {
        let mut postings = collect(&[(b"b".to_vec(), 1), (b"a".to_vec(), 0), (b"a".to_vec(), 1)]);
        postings.sort();
        postings.renumber(|n| Some(n + 10));
        assert!(postings.is_sorted());
    }

    proptest! {
        #[test]
        fn sorting_is_that_of_a_set(some in any_pairs(), more in any_pairs()) {
            let expected: BTreeSet<_> = some.iter().chain(&more).cloned().collect();
            let mut postings = collect(&some);
            postings.sort();
            let mut other = collect(&more);
            other.sort();
            postings.append(&other);
            postings.sort();
            prop_assert_eq!(pairs(&postings), expected.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn renumbering_then_sorting_is_that_of_a_set(
            some in any_pairs(),
            map in prop::collection::vec(prop::option::of(0u32..9), 20),
        ) {
            let mut postings = collect(&some);
            postings.sort();
            postings.renumber(|n| map[n as usize]);
            postings.sort();
            let moved = some.into_iter().filter_map(|(t, n)| Some((t, map[n as usize]?)));
            let expected: BTreeSet<_> = moved.collect();
            prop_assert_eq!(pairs(&postings), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
