//! Blocks: not quite a kibibyte of delta-coded postings in (term, number) order.
//!
//! A block is the format byte, its base (the number of its first posting, a varint), then postings.
//! Each posting starts with a varint whose low bit says what follows:
//!
//! * 1: the same term; the rest of the varint is the distance to the next number, at least one.
//! * 0: another term; the rest is the length of the prefix it shares with the term before, then come
//!   the length of its suffix (one byte), the suffix, and the zigzag distance of the number from base.
//!
//! So a term borne by many costs a byte or two per person, and a hash borne by one about twelve. The
//! shared prefix is always the longest possible, which lets a reader check the order as it goes.

mod cursor;
mod encoder;
mod varint;

pub(crate) use cursor::{Cursor, Step};
pub(crate) use encoder::Encoder;

use crate::Corrupt;

/// The greatest size of a block.
///
/// With its key (70 bytes, unless a term is very long) it stays within the 1,002 bytes that `SQLite`
/// keeps of a row in a page of 4 KiB, in a table without row ids, before it takes an overflow page;
/// four fill a page.
pub const BLOCK_BYTES: usize = 928;

/// The first byte of every block.
const FORMAT: u8 = 1;

/// A block as it is to be stored, with its key: (term, number) is unique within a segment, and the
/// blocks of a segment ascend in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The first term.
    pub term: Vec<u8>,
    /// The first number of the first term.
    pub number: u32,
    /// The encoded postings, the first one included.
    pub bytes: Vec<u8>,
}

/// Visits the postings of a block in order.
///
/// # Errors
/// [`Corrupt`] if the bytes are not a block; those before the fault have been visited.
pub fn decode(bytes: &[u8], mut visit: impl FnMut(&[u8], u32)) -> Result<(), Corrupt> {
    let mut cursor = Cursor::default();
    cursor.open(bytes)?;
    while cursor.advance(bytes)? != Step::End {
        visit(cursor.term(), cursor.number());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn encode(postings: &BTreeSet<(Vec<u8>, u32)>) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut encoder = Encoder::default();
        for (term, number) in postings {
            encoder.push(term, *number, &mut |block| blocks.push(block));
        }
        encoder.flush(&mut |block| blocks.push(block));
        blocks
    }

    fn decode_all(blocks: &[Block]) -> Vec<(Vec<u8>, u32)> {
        let mut found = Vec::new();
        for block in blocks {
            let start = found.len();
            decode(&block.bytes, |term, number| found.push((term.to_vec(), number))).expect("a block of our own");
            assert_eq!(found[start], (block.term.clone(), block.number));
        }
        found
    }

    fn any_postings() -> impl Strategy<Value = BTreeSet<(Vec<u8>, u32)>> {
        let term = prop_oneof![
            prop::collection::vec(any::<u8>(), 9),
            prop::collection::vec(prop::sample::select(vec![0, b'a', b'b', 255]), 0..6),
            prop::collection::vec(Just(b'x'), 0..256),
        ];
        prop::collection::btree_set((term, any::<u32>()), 0..400)
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(postings in any_postings()) {
            let blocks = encode(&postings);
            prop_assert_eq!(decode_all(&blocks), postings.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn one_term_of_many_numbers_is_decoded(
            numbers in prop::collection::btree_set(any::<u32>(), 1..3000),
        ) {
            let postings = numbers.iter().map(|number| (b"kberlin".to_vec(), *number)).collect();
            let decoded = decode_all(&encode(&postings));
            prop_assert_eq!(decoded, postings.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn spoilt_bytes_never_panic_nor_break_the_order(
            postings in any_postings(),
            spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in any::<prop::sample::Index>(),
        ) {
            for block in encode(&postings) {
                let mut bytes = block.bytes;
                for (at, byte) in &spoils {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
                bytes.truncate(cut.index(bytes.len() + 1));
                let mut before: Option<(Vec<u8>, u32)> = None;
                let _ = decode(&bytes, |term, number| {
                    let posting = (term.to_vec(), number);
                    assert!(before.as_ref().is_none_or(|before| *before < posting));
                    before = Some(posting);
                });
            }
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes, |_, _| ());
        }
    }

    #[test]
    fn blocks_keep_to_their_size() {
        let postings = (0..20_000u32).map(|n| (crate::hash64(&n.to_le_bytes()).to_be_bytes().to_vec(), n));
        let blocks = encode(&postings.collect());
        let (_, full) = blocks.split_last().expect("many blocks");
        for block in full {
            assert!((BLOCK_BYTES - 20..=BLOCK_BYTES).contains(&block.bytes.len()));
        }
    }

    #[test]
    fn an_empty_block_is_refused() {
        assert!(decode(&[], |_, _| ()).is_err());
    }
}
