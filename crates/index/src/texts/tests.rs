use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Naive = BTreeMap<usize, String>;

fn packed(texts: &Naive) -> Vec<u8> {
    let changes = texts.iter().map(|(slot, text)| (*slot, Some(&**text)));
    edit(None, changes).expect("no old chunk to be spoilt")
}

fn unpacked(bytes: &[u8]) -> Naive {
    let chunk = TextChunk::parse(bytes).expect("a chunk of our own");
    chunk.iter().map(|(slot, text)| (slot, text.to_owned())).collect()
}

fn hits(bytes: &[u8], needle: &str, base: u32) -> Vec<u32> {
    let mut hits = Vec::new();
    let chunk = TextChunk::parse(bytes).expect("a chunk of our own");
    chunk.scan(&Finder::new(needle), base, &mut |number| hits.push(number));
    hits
}

fn any_text() -> impl Strategy<Value = String> {
    "[abé\u{1f}]{0,8}"
}

fn any_texts() -> impl Strategy<Value = Naive> {
    prop::collection::btree_map(0..SLOTS, any_text(), 0..SLOTS)
}

#[test]
fn numbers_have_chunks_and_slots() {
    assert_eq!((chunk_of(0), slot_of(0)), (0, 0));
    assert_eq!((chunk_of(300), slot_of(300)), (2, 44));
}

#[test]
fn a_hit_never_spans_two_people() {
    let texts = BTreeMap::from([(3, "anna".to_owned()), (4, "bert".to_owned())]);
    assert!(hits(&packed(&texts), "ab", 128).is_empty());
    assert_eq!(hits(&packed(&texts), "a", 128), [131]);
    assert_eq!(hits(&packed(&texts), "", 128), [131, 132]);
}

#[test]
fn a_chunk_without_texts_is_empty() {
    let texts = BTreeMap::from([(3, "anna".to_owned())]);
    assert_eq!(edit(Some(&packed(&texts)), [(3, None)]), Ok(Vec::new()));
    assert_eq!(edit(None, []), Ok(Vec::new()));
    assert!(hits(&[], "", 0).is_empty());
}

#[test]
fn a_separator_of_people_within_a_text_becomes_a_space() {
    let bytes = edit(None, [(0, Some("a\u{1e}b\u{1e}")), (1, Some("c"))]).expect("no old chunk");
    let texts = BTreeMap::from([(0, "a b ".to_owned()), (1, "c".to_owned())]);
    assert_eq!(unpacked(&bytes), texts);
}

#[test]
fn a_person_costs_little_beside_the_text() {
    let texts: Naive = (0..SLOTS).map(|slot| (slot, "twelve bytes".to_owned())).collect();
    assert!(packed(&texts).len() <= SLOTS * 14);
}

proptest! {
    #[test]
    fn editing_is_that_of_a_map(
        old in any_texts(),
        changes in prop::collection::vec((0..SLOTS, prop::option::of(any_text())), 0..40),
    ) {
        let bytes = packed(&old);
        let edits = changes.iter().map(|(slot, text)| (*slot, text.as_deref()));
        let bytes = edit(Some(&bytes), edits).expect("a chunk of our own");
        let mut expected = old;
        for (slot, text) in changes {
            match text {
                Some(text) => expected.insert(slot, text),
                None => expected.remove(&slot),
            };
        }
        prop_assert_eq!(bytes.is_empty(), expected.is_empty());
        let chunk = TextChunk::parse(&bytes).expect("a chunk of our own");
        for slot in 0..SLOTS {
            prop_assert_eq!(chunk.get(slot), expected.get(&slot).map(|text| &**text));
        }
        prop_assert_eq!(unpacked(&bytes), expected);
    }

    #[test]
    fn scanning_is_that_of_contains(texts in any_texts(), needle in "[abé]{0,3}", base in 0u32..9) {
        let matching = texts.iter().filter(|(_, text)| text.contains(&needle));
        let expected: Vec<u32> = matching.map(|(slot, _)| base * 128 + u32::try_from(*slot).expect("below 128")).collect();
        prop_assert_eq!(hits(&packed(&texts), &needle, base * 128), expected);
    }

    #[test]
    fn spoilt_bytes_never_panic(
        texts in any_texts(),
        spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..9),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = packed(&texts);
        for (at, byte) in spoils {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let _ = edit(Some(&bytes), [(5, Some("new"))]);
        if let Ok(chunk) = TextChunk::parse(&bytes) {
            chunk.scan(&Finder::new("a"), 0, &mut |number| assert!(number < PEOPLE_PER_CHUNK));
            let _ = chunk.get(7);
        }
    }
}
