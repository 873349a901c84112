//! The hash of exact keys: written by hand, because it is stored and must never change.

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FIRST: u64 = 0xa076_1d64_78bd_642f;
const SECOND: u64 = 0xe703_7ed1_a0b4_28db;

/// A well-mixed 64-bit hash of `bytes`, the same on every platform and in every version.
///
/// Eight bytes at a time are folded in by a 64 x 64 -> 128 bit multiplication whose halves are
/// xored (the step of wyhash); the length goes in last. Not for hostile keys: whoever can choose
/// keys can make collisions, so a hit must be verified against the row.
#[must_use]
pub fn hash64(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = SEED;
    for word in words {
        hash = fold(hash ^ u64::from_le_bytes(*word), FIRST);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hash = fold(hash ^ u64::from_le_bytes(last), SECOND);
    fold(hash ^ bytes.len() as u64, FIRST)
}

/// Mixes one word: the two halves of `(a ^ SECOND) * (b ^ SEED)`, xored, and `a` once more so that
/// a factor of zero loses nothing.
#[expect(clippy::cast_possible_truncation, reason = "the halves are what is meant")]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ SECOND) * u128::from(b ^ SEED);
    let [low, high] = [product as u64, (product >> 64) as u64];
    low ^ high ^ a.rotate_left(32)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(hash64(b""), 0x29f1_b9e5_4a32_6407);
        assert_eq!(hash64(b"a"), 0x0f64_fe4b_bea6_e95e);
        assert_eq!(hash64(b"jane@example.com"), 0x3bb2_b716_9c9c_fd4e);
        assert_eq!(hash64(b"a longer key, more than two words"), 0x3080_2e52_d4f2_83ab);
    }

    #[test]
    fn similar_keys_do_not_collide() {
        let keys = (0..200_000).map(|n| hash64(format!("person{n}@example.com").as_bytes()));
        assert_eq!(keys.collect::<HashSet<_>>().len(), 200_000);
    }

    #[test]
    fn zeros_of_different_lengths_differ() {
        let hashes: HashSet<u64> = (0..64).map(|len| hash64(&vec![0; len])).collect();
        assert_eq!(hashes.len(), 64);
    }

    #[test]
    fn every_bit_of_the_key_turns_about_half_of_the_hash() {
        for bit in 0..128 {
            let mut key = *b"0123456789abcdef";
            key[bit / 8] ^= 1 << (bit % 8);
            let turned = (hash64(&key) ^ hash64(b"0123456789abcdef")).count_ones();
            assert!((12..=52).contains(&turned), "bit {bit} turned {turned}");
        }
    }
}
