//! The whole index against a naive model: random batches, deletions and merges.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use proptest::prelude::*;
use roaring::RoaringBitmap;

use crate::{Blocks, Error, MemoryBlocks, Merge, Postings, Segment, fold, for_each_visible, lookup, plan, segment};

/// What happens to the index.
#[derive(Debug, Clone)]
enum Event {
    /// People get these terms, and no others. A person may get none.
    Write(BTreeMap<u32, BTreeSet<Vec<u8>>>),
    /// The same, but folded into the newest segment.
    Fold(BTreeMap<u32, BTreeSet<Vec<u8>>>),
    Purge(Vec<u32>),
    /// Any adjacent segments are merged, in slices of so many blocks.
    Merge {
        start: usize,
        count: usize,
        slice: usize,
    },
    /// Whatever the plan says.
    Tidy,
}

/// An index as a store keeps it.
#[derive(Default)]
struct Index {
    blocks: MemoryBlocks,
    /// Newest first.
    segments: Vec<Segment>,
    alive: RoaringBitmap,
    last_id: u64,
}

impl Index {
    fn write(&mut self, people: &BTreeMap<u32, BTreeSet<Vec<u8>>>, folds: bool) {
        let mut postings = Postings::new();
        for (at, terms) in (0..).zip(people.values()) {
            for term in terms {
                postings.push(term, at);
            }
        }
        postings.sort();
        let numbers: Vec<u32> = people.keys().copied().collect();
        postings.renumber(|at| Some(numbers[at as usize]));
        assert!(postings.is_sorted());
        let covered: RoaringBitmap = numbers.into_iter().collect();
        self.alive |= &covered;
        self.last_id += 1;
        let id = self.last_id;
        if folds && !self.segments.is_empty() {
            let old = self.segments.remove(0);
            let bytes: Vec<_> = self.blocks.of(old.id).iter().map(|b| b.bytes.clone()).collect();
            let folded = fold((id, id), &old, &bytes, &postings, &covered).expect("our own");
            self.blocks.remove(old.id);
            self.blocks.extend(id, folded.blocks);
            self.segments.insert(0, folded.segment);
            return;
        }
        let blocks = &mut self.blocks;
        let segment = segment::build(id, id, &postings, covered, |block| blocks.push(id, block));
        self.segments.insert(0, segment);
    }

    fn merge(&mut self, run: std::ops::Range<usize>, slice: usize) {
        let mut merge = Merge::new(&self.segments[run.clone()], &self.alive);
        self.last_id += 1;
        let id = self.last_id;
        while let Some(blocks) = merge.next_blocks(&self.blocks, slice).expect("our own blocks") {
            self.blocks.extend(id, blocks);
        }
        for segment in self.segments.splice(run, [merge.finish(id)]) {
            self.blocks.remove(segment.id);
        }
    }

    fn undergo(&mut self, event: &Event) {
        match event {
            Event::Write(people) => self.write(people, false),
            Event::Fold(people) => self.write(people, true),
            Event::Purge(numbers) => numbers.iter().for_each(|number| {
                self.alive.remove(*number);
            }),
            Event::Merge { start, count, slice } => {
                let start = start % (self.segments.len() + 1);
                let end = (start + count).min(self.segments.len());
                if start < end {
                    self.merge(start..end, *slice);
                }
            }
            Event::Tidy => {
                while let Some(run) = plan(&self.segments) {
                    self.merge(run, 3);
                }
            }
        }
    }
}

/// The same, the simple way.
type Naive = BTreeMap<u32, BTreeSet<Vec<u8>>>;

fn with(naive: &Naive, judge: impl Fn(&[u8]) -> bool) -> RoaringBitmap {
    let bears = |terms: &BTreeSet<Vec<u8>>| terms.iter().any(|term| judge(term));
    let people = naive.iter().filter(|(_, terms)| bears(terms));
    people.map(|(number, _)| *number).collect()
}

fn assert_same(index: &Index, naive: &Naive) {
    let Index { blocks, segments, alive, .. } = index;
    for segment in segments {
        assert_eq!(segment.people, segment.covered.len());
        assert_eq!(segment.blocks, blocks.of(segment.id).len() as u64);
    }
    assert!(segments.is_sorted_by(|a, b| a.age > b.age));

    let terms = all_terms();
    let many = lookup::exact_many(segments, blocks, &terms).expect("our own blocks");
    for (term, found) in terms.iter().zip(many) {
        let expected = with(naive, |other| other == term);
        assert_eq!(found & alive, expected, "many, {term:?}");
        let found = lookup::exact(segments, blocks, term).expect("our own blocks");
        assert_eq!(found & alive, expected, "exact, {term:?}");
        let found = lookup::prefix(segments, blocks, term).expect("our own blocks");
        let expected = with(naive, |other| other.starts_with(term));
        assert_eq!(found & alive, expected, "prefix, {term:?}");
    }

    let mut visible = Vec::new();
    for_each_visible(segments, blocks, alive, |term, number| visible.push((term.to_vec(), number))).expect("our own blocks");
    let pairs = naive.iter();
    let pairs = pairs.flat_map(|(number, terms)| terms.iter().map(|term| (term.clone(), *number)));
    let expected: BTreeSet<_> = pairs.collect();
    assert_eq!(visible, expected.into_iter().collect::<Vec<_>>());
}

/// Few enough to meet often: exact keys, words that are prefixes of each other, a very long one.
fn all_terms() -> Vec<Vec<u8>> {
    let mut terms: Vec<Vec<u8>> = (0..6u64).map(|n| [&[1 + (n % 2) as u8][..], &(n << 40).to_be_bytes()].concat()).collect();
    let words = ["", "@", "@a", "@anna", "@annabert", "@annabertcarl", "@b", "@bert", "A"];
    terms.extend(words.map(|word| word.as_bytes().to_vec()));
    terms.push([&b"@"[..], &[b'z'; 254]].concat());
    terms.sort();
    terms
}

fn any_people() -> impl Strategy<Value = Naive> {
    let terms = prop::collection::btree_set(prop::sample::select(all_terms()), 0..6);
    prop_oneof![
        prop::collection::btree_map(0u32..40, terms.clone(), 1..6),
        // Enough people that terms run through several blocks.
        (0u32..300, 300u32..2000, terms.clone(), terms).prop_map(|(first, count, odd, even)| {
            let terms = |n| if n % 2 == 0 { even.clone() } else { odd.clone() };
            (first..first + count).map(|n| (n, terms(n))).collect()
        }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        5 => any_people().prop_map(Event::Write),
        2 => any_people().prop_map(Event::Fold),
        2 => prop::collection::vec(0u32..600, 1..30).prop_map(Event::Purge),
        3 => (0usize..9, 1usize..6, 1usize..4)
            .prop_map(|(start, count, slice)| Event::Merge { start, count, slice }),
        1 => Just(Event::Tidy),
    ]
}

/// Numbers are never given twice: whoever was purged is not written again.
fn apply(event: &mut Event, naive: &mut Naive, purged: &mut BTreeSet<u32>) {
    match event {
        Event::Write(people) | Event::Fold(people) => {
            people.retain(|number, _| !purged.contains(number));
            naive.extend(people.clone());
        }
        Event::Purge(numbers) => {
            purged.extend(numbers.iter().copied());
            naive.retain(|number, _| !purged.contains(number));
        }
        Event::Merge { .. } | Event::Tidy => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nobody_is_missed_repeated_or_shown_dead(
        events in prop::collection::vec(any_event(), 1..14),
    ) {
        let mut index = Index::default();
        let mut naive = Naive::new();
        let mut purged = BTreeSet::new();
        for mut event in events {
            apply(&mut event, &mut naive, &mut purged);
            index.undergo(&event);
            assert_same(&index, &naive);
        }
    }

    #[test]
    fn spoilt_blocks_are_an_error_or_go_unnoticed_but_never_panic(
        first in any_people(),
        second in any_people(),
        spoils in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()),
            1..4,
        ),
    ) {
        let mut index = Index::default();
        index.write(&first, false);
        index.write(&second, false);
        let mut spoilt = MemoryBlocks::new();
        for segment in &index.segments {
            let mut blocks = index.blocks.of(segment.id).to_vec();
            for (block, at, byte) in &spoils {
                if !blocks.is_empty() {
                    let bytes = &mut block.get_mut(&mut blocks).bytes;
                    *at.get_mut(bytes) = *byte;
                }
            }
            spoilt.extend(segment.id, blocks);
        }
        for term in all_terms() {
            let _ = lookup::exact(&index.segments, &spoilt, &term);
            let _ = lookup::prefix(&index.segments, &spoilt, &term);
        }
        let _ = lookup::exact_many(&index.segments, &spoilt, &all_terms());
        let _ = for_each_visible(&index.segments, &spoilt, &index.alive, |_, _| ());
        let mut merge = Merge::new(&index.segments, &index.alive);
        while let Ok(Some(_)) = merge.next_blocks(&spoilt, 2) {}
    }
}

#[test]
fn a_merge_is_made_in_slices_of_bounded_work() {
    let mut index = Index::default();
    let person = |n: u32| (n, BTreeSet::from([[b"@", &n.to_be_bytes()[..]].concat()]));
    index.write(&(0..20_000).map(person).collect(), false);
    index.write(&(0..20_000).map(person).collect(), false);
    let mut merge = Merge::new(&index.segments, &index.alive);
    let mut slices = 0;
    while let Some(blocks) = merge.next_blocks(&index.blocks, 4).expect("our own blocks") {
        assert!(blocks.len() <= 6);
        slices += 1;
    }
    assert!(slices > 20);
    assert_eq!(merge.finish(9).postings, 20_000);
}

/// A storage that fails.
struct Broken;

impl Blocks for Broken {
    type Error = &'static str;

    fn scan(&self, _: u64, _: &[u8], _: &mut dyn FnMut(&[u8]) -> std::ops::ControlFlow<()>) -> Result<(), &'static str> {
        Err("broken")
    }

    fn blocks_after(&self, _: u64, _: Option<(&[u8], u32)>, _: usize, _: &mut dyn FnMut(&[u8])) -> Result<(), &'static str> {
        Err("broken")
    }
}

#[test]
fn the_error_of_the_storage_is_handed_on() {
    let mut index = Index::default();
    index.write(&Naive::from([(1, BTreeSet::from([b"@a".to_vec()]))]), false);
    let error = Error::Storage("broken");
    let segments = &index.segments;
    assert_eq!(lookup::exact(segments, &Broken, b"@a"), Err(error.clone()));
    assert_eq!(lookup::exact_many(segments, &Broken, &[b"@a"]), Err(error.clone()));
    assert_eq!(for_each_visible(segments, &Broken, &index.alive, |_, _| ()), Err(error.clone()));
    let mut merge = Merge::new(segments, &index.alive);
    assert_eq!(merge.next_blocks(&Broken, 1), Err(error));
    let _: Result<_, Error<Infallible>> = lookup::prefix(segments, &index.blocks, b"@");
}

#[test]
fn what_is_made_of_several_segments_is_of_the_oldest_form_among_them() {
    let people = |numbers: std::ops::Range<u32>| numbers.map(|number| (number, BTreeSet::from([b"Aa".to_vec()]))).collect();
    let mut index = Index::default();
    index.write(&people(0..3), false);
    assert_eq!(index.segments[0].form, crate::terms::FORM);
    index.segments[0].form = 0;
    index.write(&people(3..5), true);
    assert_eq!(index.segments[0].form, 0, "folded");
    index.write(&people(5..7), false);
    index.merge(0..2, 10);
    assert_eq!((index.segments.len(), index.segments[0].form), (1, 0), "merged");
}
