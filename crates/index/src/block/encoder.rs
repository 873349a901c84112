//! Writing blocks from postings in order.

use super::{BLOCK_BYTES, Block, FORMAT, varint};

/// Encodes postings that arrive in (term, number) order, without repetition, into blocks.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    /// The block being written; empty before its first posting.
    bytes: Vec<u8>,
    first: (Vec<u8>, u32),
    /// The latest posting, kept across blocks.
    term: Vec<u8>,
    number: u32,
    has_any: bool,
}

impl Encoder {
    /// Adds a posting, and hands the block before it to `sink` if it does not fit in there. Says
    /// whether the term is new.
    pub(crate) fn push(&mut self, term: &[u8], number: u32, sink: &mut impl FnMut(Block)) -> bool {
        debug_assert!(!self.has_any || (&*self.term, self.number) < (term, number));
        let shared = common_prefix(&self.term, term);
        let is_new = !self.has_any || shared != term.len() || shared != self.term.len();
        let end = self.bytes.len();
        if end == 0 {
            self.begin(term, number);
        } else {
            if is_new {
                self.write_term(shared, &term[shared..], number);
            } else {
                let distance = number.wrapping_sub(self.number);
                varint::write(&mut self.bytes, u64::from(distance) << 1 | 1);
            }
            if self.bytes.len() > BLOCK_BYTES {
                self.bytes.truncate(end);
                self.flush(sink);
                self.begin(term, number);
            }
        }
        if is_new {
            self.term.truncate(shared);
            self.term.extend_from_slice(&term[shared..]);
        }
        self.number = number;
        self.has_any = true;
        is_new
    }

    /// Begins a block with this posting.
    fn begin(&mut self, term: &[u8], number: u32) {
        self.bytes.reserve(BLOCK_BYTES + 64);
        self.bytes.push(FORMAT);
        varint::write(&mut self.bytes, u64::from(number));
        self.first.0.clear();
        self.first.0.extend_from_slice(term);
        self.first.1 = number;
        self.write_term(0, term, number);
    }

    #[expect(clippy::cast_possible_truncation, reason = "terms are at most 255 bytes")]
    fn write_term(&mut self, shared: usize, suffix: &[u8], number: u32) {
        varint::write(&mut self.bytes, (shared as u64) << 1);
        self.bytes.push(suffix.len() as u8);
        self.bytes.extend_from_slice(suffix);
        let distance = i64::from(number) - i64::from(self.first.1);
        varint::write(&mut self.bytes, varint::zigzag(distance));
    }

    /// Hands the block begun to `sink`, if there is one.
    pub(crate) fn flush(&mut self, sink: &mut impl FnMut(Block)) {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            let (term, number) = (self.first.0.clone(), self.first.1);
            sink(Block { term, number, bytes });
        }
    }

    /// The latest term; empty before the first.
    pub(crate) fn last_term(&self) -> &[u8] {
        &self.term
    }
}

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
