//! The order of people by name, in memory, with access by rank.

mod keys;
mod page;

use roaring::RoaringBitmap;

use keys::Keys;

/// The key of people without a name: they come last.
pub const NAMELESS: u128 = u128::MAX;

/// The greatest number of people in a leaf; a leaf that outgrows it is split in two.
const LEAF: usize = 1024;

/// How full a new leaf is, so that there is room for those to come.
const FILL: usize = LEAF / 4 * 3;

/// The sort key of a folded display name: its first sixteen bytes, padded with zeros. A name without
/// any is [`NAMELESS`].
#[must_use]
pub fn key_of(folded: &str) -> u128 {
    if folded.is_empty() {
        return NAMELESS;
    }
    let mut key = [0; 16];
    let len = folded.len().min(16);
    key[..len].copy_from_slice(&folded.as_bytes()[..len]);
    u128::from_be_bytes(key)
}

/// People in order of name, then number; about 22 bytes for each.
///
/// Numbers lie in leaves in order, keys in pages by number, so that the key of a person and the
/// place of a rank are both near at hand. Names alike in their first sixteen bytes count as equal.
#[derive(Debug, Clone, Default)]
pub struct NameOrder {
    /// None of them empty.
    leaves: Vec<Leaf>,
    keys: Keys,
    /// Who has a key, to know how many of the hits there are.
    present: RoaringBitmap,
    len: usize,
}

#[derive(Debug, Clone)]
struct Leaf {
    /// The least key, so that the search for a leaf stays within this list.
    least: (u128, u32),
    numbers: Vec<u32>,
}

impl FromIterator<(u32, u128)> for NameOrder {
    /// Orders people in any order; the last key of a number counts.
    fn from_iter<T: IntoIterator<Item = (u32, u128)>>(people: T) -> Self {
        let mut order = Self::default();
        let mut numbers = RoaringBitmap::new();
        for (number, key) in people {
            order.keys.set(number, Some(key));
            numbers.insert(number);
        }
        let keys = &order.keys;
        let keyed = numbers.iter().filter_map(|number| Some((keys.get(number)?, number)));
        let mut sorted: Vec<(u128, u32)> = keyed.collect();
        sorted.sort_unstable();
        order.len = sorted.len();
        order.present = numbers;
        order.leaves = sorted.chunks(FILL).map(Leaf::of).collect();
        order
    }
}

impl NameOrder {
    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds people, gives them another key, or takes them out (`None`). The last change of a person
    /// counts.
    ///
    /// Changes are sorted and go through the order once, touching only the leaves concerned.
    pub fn update(&mut self, changes: impl IntoIterator<Item = (u32, Option<u128>)>) {
        let mut changes: Vec<(u32, Option<u128>)> = changes.into_iter().collect();
        changes.reverse();
        changes.sort_by_key(|(number, _)| *number);
        changes.dedup_by_key(|(number, _)| *number);
        changes.retain_mut(|(number, key)| {
            *key = key.map(keys::admissible);
            self.keys.get(*number) != *key
        });
        let old = |(number, _): &(u32, _)| Some((self.keys.get(*number)?, *number));
        let mut removed: Vec<_> = changes.iter().filter_map(old).collect();
        removed.sort_unstable();
        let new = |(number, key): &(u32, Option<u128>)| Some(((*key)?, *number));
        let mut added: Vec<_> = changes.iter().filter_map(new).collect();
        added.sort_unstable();

        self.take_out(&removed);
        for (number, key) in changes {
            self.keys.set(number, key);
            match key {
                Some(_) => self.present.insert(number),
                None => self.present.remove(number),
            };
        }
        self.put_in(&added);
        self.len = self.len + added.len() - removed.len();
    }

    /// Takes sorted people out of their leaves. They still have the keys they stand by.
    fn take_out(&mut self, mut removed: &[(u128, u32)]) {
        let mut at = 0;
        while let Some(first) = removed.first() {
            at += self.leaves[at..].partition_point(|leaf| leaf.least <= *first) - 1;
            let (here, rest) = removed.split_at(self.share_of(at, removed));
            let leaf = &mut self.leaves[at];
            leaf.take_out(here);
            if let Some(number) = leaf.numbers.first() {
                leaf.least = self.keys.entry(*number);
            }
            removed = rest;
        }
        self.leaves.retain(|leaf| !leaf.numbers.is_empty());
        self.gather();
    }

    /// Puts sorted people into the leaves. They have their keys already.
    fn put_in(&mut self, mut added: &[(u128, u32)]) {
        if self.leaves.is_empty() {
            self.leaves = added.chunks(FILL).map(Leaf::of).collect();
            return;
        }
        let mut at = 0;
        while let Some(first) = added.first() {
            let before = self.leaves[at..].partition_point(|leaf| leaf.least <= *first);
            at += before.saturating_sub(1);
            let (here, rest) = added.split_at(self.share_of(at, added));
            self.leaves[at].put_in(here, &self.keys);
            at += self.split(at);
            added = rest;
        }
    }

    /// How many of these sorted people come before the leaf after this one.
    fn share_of(&self, at: usize, people: &[(u128, u32)]) -> usize {
        let next = self.leaves.get(at + 1);
        next.map_or(people.len(), |next| people.partition_point(|person| *person < next.least))
    }

    /// Fills the leaves anew when removals have left them mostly empty.
    fn gather(&mut self) {
        let held: usize = self.leaves.iter().map(|leaf| leaf.numbers.len()).sum();
        if self.leaves.len() <= 4 * held.div_ceil(FILL) {
            return;
        }
        let numbers: Vec<u32> = self.leaves.iter().flat_map(|leaf| &leaf.numbers).copied().collect();
        self.leaves = numbers.chunks(FILL).map(|part| Leaf::held(part, &self.keys)).collect();
    }

    /// Splits a leaf that has grown too large, and says how many there are beyond the one.
    fn split(&mut self, at: usize) -> usize {
        let numbers = &self.leaves[at].numbers;
        if numbers.len() <= LEAF {
            return 0;
        }
        let size = numbers.len().div_ceil(numbers.len().div_ceil(FILL));
        let parts: Vec<Leaf> = numbers.chunks(size).map(|part| Leaf::held(part, &self.keys)).collect();
        let more = parts.len() - 1;
        self.leaves.splice(at..=at, parts);
        more
    }
}

impl Leaf {
    /// A leaf of sorted people; there is at least one.
    fn of(people: &[(u128, u32)]) -> Self {
        Self { least: people[0], numbers: people.iter().map(|(_, number)| *number).collect() }
    }

    /// A leaf of numbers in order, that have their keys; there is at least one.
    fn held(numbers: &[u32], keys: &Keys) -> Self {
        Self { least: keys.entry(numbers[0]), numbers: numbers.to_vec() }
    }

    /// Takes out people of this leaf, given in order.
    fn take_out(&mut self, removed: &[(u128, u32)]) {
        let mut removed = removed.iter().map(|(_, number)| *number).peekable();
        self.numbers.retain(|number| removed.next_if_eq(number).is_none());
        debug_assert!(removed.next().is_none());
    }

    /// Puts in sorted people, from the last to the first, moving every number at most once.
    fn put_in(&mut self, added: &[(u128, u32)], keys: &Keys) {
        let mut held = self.numbers.len();
        let mut end = held + added.len();
        self.numbers.resize(end, 0);
        for person in added.iter().rev() {
            let place = self.numbers[..held].partition_point(|number| keys.entry(*number) < *person);
            end -= held - place;
            self.numbers.copy_within(place..held, end);
            end -= 1;
            self.numbers[end] = person.1;
            held = place;
        }
        self.least = self.least.min(added[0]);
    }
}

#[cfg(test)]
mod tests;
