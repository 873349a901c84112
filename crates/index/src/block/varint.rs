//! Numbers in seven bits a byte, the low ones first.

use crate::Corrupt;

/// Appends `value`, in one to ten bytes.
#[expect(clippy::cast_possible_truncation, reason = "the low seven bits are what is meant")]
pub(super) fn write(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Reads the number at `*at` and moves `*at` behind it.
pub(super) fn read(bytes: &[u8], at: &mut usize) -> Result<u64, Corrupt> {
    let first = *bytes.get(*at).ok_or(CUT)?;
    *at += 1;
    if first < 0x80 {
        return Ok(u64::from(first));
    }
    let mut value = u64::from(first & 0x7f);
    // Numbers and distances need 34 bits at most, so five bytes are enough.
    for shift in [7, 14, 21, 28] {
        let byte = *bytes.get(*at).ok_or(CUT)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Corrupt("a number in a block is too long"))
}

const CUT: Corrupt = Corrupt("a block ends within a posting");

/// Folds the sign into the low bit, so that small distances either way stay short.
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The inverse of [`zigzag`].
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}
