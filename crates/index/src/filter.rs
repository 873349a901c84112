//! A small Bloom filter over the exact terms of a segment, so that a look-up visits only segments
//! that probably have the term.
//!
//! It is the split-block filter of Parquet: blocks of 256 bits, in each of eight words one bit per
//! key. A key touches half a cache line; at ten bits a key about one absent key in sixty passes.

use crate::{Corrupt, hash64};

const BITS_PER_KEY: usize = 10;
const WORDS: usize = 8;
const BLOCK_BITS: usize = 32 * WORDS;

/// The format byte and its padding, then the checksum of the body.
const HEADER: usize = 16;
const FORMAT: u64 = 1;

// Source: Apache Parquet, "Parquet Bloom Filter", the salts of the block.
const SALTS: [u32; WORDS] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// Whether terms of this kind (the first byte of a term) are exact: looked up whole, and so in the
/// filter. Kinds `0x01..=0x3f` are, those from `0x40` are words, searched by prefix as well.
#[must_use]
pub fn is_exact(kind: u8) -> bool {
    matches!(kind, 0x01..=0x3f)
}

/// What the filter keeps of an exact term.
///
/// An exact term is its kind and eight bytes of hash, so these are mixed with the kind and not
/// hashed again. Exact terms of another length are hashed.
#[must_use]
pub(crate) fn key_of(term: &[u8]) -> u64 {
    match term {
        [kind, hash @ ..] if let Ok(hash) = <[u8; 8]>::try_from(hash) => {
            let spread = u64::from(*kind).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            u64::from_be_bytes(hash) ^ spread
        }
        _ => hash64(term),
    }
}

/// A set of exact terms that may say yes to a stranger and never says no to a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    blocks: Vec<[u32; WORDS]>,
}

impl Filter {
    /// A filter with room for so many keys; one for none says no to everything.
    pub(crate) fn sized(keys: usize) -> Self {
        let count = (keys * BITS_PER_KEY).div_ceil(BLOCK_BITS);
        Self { blocks: vec![[0; WORDS]; count] }
    }

    /// Adds a key to a filter that has room.
    pub(crate) fn insert(&mut self, key: u64) {
        let at = self.place(key);
        for (word, bit) in self.blocks[at].iter_mut().zip(bits(key)) {
            *word |= bit;
        }
    }

    /// Whether the segment may have this exact term; `false` is certain.
    #[must_use]
    pub fn may_contain(&self, term: &[u8]) -> bool {
        if self.blocks.is_empty() {
            return false;
        }
        let key = key_of(term);
        let block = &self.blocks[self.place(key)];
        block.iter().zip(bits(key)).all(|(word, bit)| word & bit != 0)
    }

    /// The stored form: a header with a checksum, then the blocks.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let words = self.blocks.as_flattened();
        let mut bytes = Vec::with_capacity(HEADER + words.len() * 4);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        let sum = hash64(&bytes[HEADER..]);
        bytes[8..HEADER].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`Corrupt`] for anything that [`to_bytes`](Self::to_bytes) did not make: a spoilt filter would
    /// hide people in silence.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Corrupt> {
        let (header, body) = bytes.split_at_checked(HEADER).ok_or(SPOILT)?;
        let (words, []) = body.as_chunks::<4>() else {
            return Err(SPOILT);
        };
        let (blocks, []) = words.as_chunks::<WORDS>() else {
            return Err(SPOILT);
        };
        if header[..8] != FORMAT.to_le_bytes() || header[8..] != hash64(body).to_le_bytes() {
            return Err(SPOILT);
        }
        let blocks = blocks.iter().map(|block| block.map(u32::from_le_bytes));
        Ok(Self { blocks: blocks.collect() })
    }

    /// The block of a key: the upper half of the key scaled to the number of blocks.
    fn place(&self, key: u64) -> usize {
        ((u128::from(key >> 32) * self.blocks.len() as u128) >> 32) as usize
    }
}

const SPOILT: Corrupt = Corrupt("the filter of a segment is spoilt");

/// The bit of a key in each word: the lower half of the key, spread by the salts.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is meant")]
fn bits(key: u64) -> [u32; WORDS] {
    SALTS.map(|salt| 1 << ((key as u32).wrapping_mul(salt) >> 27))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(kind: u8, n: u32) -> Vec<u8> {
        let mut term = vec![kind];
        term.extend_from_slice(&hash64(&n.to_le_bytes()).to_be_bytes());
        term
    }

    fn filter(count: u32) -> Filter {
        let mut filter = Filter::sized(count as usize);
        (0..count).for_each(|n| filter.insert(key_of(&term(1, n))));
        filter
    }

    #[test]
    fn members_are_never_missed_and_strangers_seldom_pass() {
        let filter = filter(50_000);
        assert!((0..50_000).all(|n| filter.may_contain(&term(1, n))));
        let strangers = (50_000..150_000).filter(|n| filter.may_contain(&term(1, *n)));
        assert!(strangers.count() < 2_500);
        let other_kinds = (0..50_000).filter(|n| filter.may_contain(&term(2, *n)));
        assert!(other_kinds.count() < 1_250);
    }

    #[test]
    fn the_stored_form_keeps_all() {
        for count in [0, 1, 1000] {
            let filter = filter(count);
            assert_eq!(Filter::from_bytes(&filter.to_bytes()), Ok(filter));
        }
    }

    #[test]
    fn an_empty_filter_knows_nobody() {
        assert!(!Filter::default().may_contain(&term(1, 1)));
    }

    #[test]
    fn spoilt_bytes_are_refused() {
        let bytes = filter(100).to_bytes();
        for at in 0..bytes.len() {
            let mut spoilt = bytes.clone();
            spoilt[at] ^= 4;
            assert!(Filter::from_bytes(&spoilt).is_err(), "byte {at}");
            assert!(Filter::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
    }
}
