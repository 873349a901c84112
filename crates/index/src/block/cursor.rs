//! Reading a block posting by posting, trusting nothing.

use super::{FORMAT, varint};
use crate::{Corrupt, MAX_TERM};

/// A place in a block. It does not hold the bytes: they are handed in anew at each step, the same
/// as at [`open`](Self::open).
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    at: usize,
    base: u32,
    term: Vec<u8>,
    number: u32,
    is_started: bool,
}

/// What a cursor came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A posting of another term, or the first of the block.
    NewTerm,
    /// A further number of the same term.
    SameTerm,
    /// Nothing: the block is exhausted.
    End,
}

impl Cursor {
    /// Goes before the first posting of a block.
    pub(crate) fn open(&mut self, bytes: &[u8]) -> Result<(), Corrupt> {
        if bytes.first() != Some(&FORMAT) {
            return Err(Corrupt("a block of an unknown format"));
        }
        self.at = 1;
        self.base = number(varint::read(bytes, &mut self.at)?.cast_signed())?;
        self.term.clear();
        self.is_started = false;
        Ok(())
    }

    /// Goes to the next posting.
    #[inline]
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Result<Step, Corrupt> {
        if self.at >= bytes.len() {
            return Ok(Step::End);
        }
        let head = varint::read(bytes, &mut self.at)?;
        if head & 1 == 0 {
            self.read_term(bytes, head >> 1)?;
            return Ok(Step::NewTerm);
        }
        self.number = self.further(head >> 1)?;
        Ok(Step::SameTerm)
    }

    /// Visits the further numbers of the term the cursor is at, and stays at the last.
    #[inline]
    pub(crate) fn rest_of_term(&mut self, bytes: &[u8], mut visit: impl FnMut(u32)) -> Result<(), Corrupt> {
        while bytes.get(self.at).is_some_and(|head| head & 1 == 1) {
            let head = varint::read(bytes, &mut self.at)?;
            self.number = self.further(head >> 1)?;
            visit(self.number);
        }
        Ok(())
    }

    /// The present term.
    pub(crate) fn term(&self) -> &[u8] {
        &self.term
    }

    /// The present number.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// A copy of the present posting.
    pub(crate) fn posting(&self) -> (Vec<u8>, u32) {
        (self.term.clone(), self.number)
    }

    fn further(&self, distance: u64) -> Result<u32, Corrupt> {
        if distance == 0 || !self.is_started {
            return Err(Corrupt("a block repeats a posting"));
        }
        number(i64::from(self.number) + distance.cast_signed())
    }

    fn read_term(&mut self, bytes: &[u8], shared: u64) -> Result<(), Corrupt> {
        let shared = usize::try_from(shared).unwrap_or(usize::MAX);
        let len = usize::from(*bytes.get(self.at).ok_or(CUT)?);
        let start = self.at + 1;
        let suffix = bytes.get(start..start + len).ok_or(CUT)?;
        let ascends = match (self.term.get(shared), suffix.first()) {
            (Some(before), Some(now)) => before < now,
            (None, Some(_)) => shared == self.term.len(),
            (_, None) => !self.is_started && shared == 0,
        };
        if !ascends || shared + len > MAX_TERM {
            return Err(Corrupt("the terms of a block are out of order"));
        }
        self.term.truncate(shared);
        self.term.extend_from_slice(suffix);
        self.at = start + len;
        let distance = varint::unzigzag(varint::read(bytes, &mut self.at)?);
        self.number = number(i64::from(self.base) + distance)?;
        self.is_started = true;
        Ok(())
    }
}

const CUT: Corrupt = Corrupt("a block ends within a term");

fn number(value: i64) -> Result<u32, Corrupt> {
    u32::try_from(value).map_err(|_| Corrupt("a number in a block is out of range"))
}
