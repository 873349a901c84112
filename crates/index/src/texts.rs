//! Packed texts: what substring search scans.
//!
//! The folded search texts of [`PEOPLE_PER_CHUNK`] consecutive person numbers lie in one row: a
//! bitmap of who has a text, then the texts in order of number, each closed by `\x1e`. That is about
//! one byte a person beside the text itself. Within a text, fields are separated by `\x1f`; a needle
//! has neither, so a hit never reaches from one field or person into the next.

use memchr::{memchr, memchr_iter, memmem::Finder};

use crate::Corrupt;

/// How many consecutive person numbers share a chunk.
pub const PEOPLE_PER_CHUNK: u32 = 128;

const SLOTS: usize = PEOPLE_PER_CHUNK as usize;
const HEADER: usize = SLOTS / 8;
const END: u8 = 0x1e;

/// The chunk in which a person's text lies.
#[must_use]
pub fn chunk_of(number: u32) -> u32 {
    number / PEOPLE_PER_CHUNK
}

/// The place of a person's text in its chunk.
#[must_use]
pub fn slot_of(number: u32) -> usize {
    (number % PEOPLE_PER_CHUNK) as usize
}

/// A chunk as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct TextChunk<'a> {
    present: u128,
    body: &'a [u8],
}

impl<'a> TextChunk<'a> {
    /// Takes the bytes of a chunk; no bytes at all are a chunk without texts.
    ///
    /// # Errors
    /// [`Corrupt`] if the header or the last separator is missing. Texts are not looked at yet.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let Some((header, body)) = bytes.split_first_chunk::<HEADER>() else {
            let none = Self { present: 0, body: &[] };
            return if bytes.is_empty() { Ok(none) } else { Err(SPOILT) };
        };
        let present = u128::from_le_bytes(*header);
        if body.last().is_some_and(|last| *last != END) || body.is_empty() != (present == 0) {
            return Err(SPOILT);
        }
        Ok(Self { present, body })
    }

    /// The text in a slot, if there is one.
    #[must_use]
    pub fn get(&self, slot: usize) -> Option<&'a str> {
        self.iter().find(|(at, _)| *at == slot).map(|(_, text)| text)
    }

    /// The texts with their slots, in order. Texts that are not UTF-8 are passed over.
    pub fn iter(self) -> impl Iterator<Item = (usize, &'a str)> {
        let mut start = 0;
        let texts = memchr_iter(END, self.body).map(move |end| {
            let text = &self.body[start..end];
            start = end + 1;
            text
        });
        let texts = Slots(self.present).zip(texts);
        texts.filter_map(|(slot, text)| Some((slot, std::str::from_utf8(text).ok()?)))
    }

    /// Visits once each person whose text contains the needle, in order of number.
    ///
    /// `base` is the first number of the chunk.
    #[expect(clippy::cast_possible_truncation, reason = "slots are below 128")]
    pub fn scan(&self, needle: &Finder<'_>, base: u32, visit: &mut impl FnMut(u32)) {
        let mut slots = Slots(self.present);
        let mut rest = self.body;
        while let Some(hit) = needle.find(rest) {
            let passed = memchr_iter(END, &rest[..hit]).count();
            let Some(slot) = slots.nth(passed) else {
                return;
            };
            visit(base.saturating_add(slot as u32));
            let Some(end) = memchr(END, &rest[hit..]) else {
                return;
            };
            rest = &rest[hit + end + 1..];
            if rest.is_empty() {
                return;
            }
        }
    }
}

/// The chunk that `old` becomes when these slots change: `None` removes a text, a later change of a
/// slot wins over an earlier one. An empty answer is a chunk without texts: its row can go.
///
/// # Errors
/// [`Corrupt`] if `old` is not a chunk, or has a text that is not UTF-8.
///
/// # Panics
/// If a slot is not below [`PEOPLE_PER_CHUNK`].
pub fn edit<'a>(old: Option<&'a [u8]>, changes: impl IntoIterator<Item = (usize, Option<&'a str>)>) -> Result<Vec<u8>, Corrupt> {
    let old_bytes = old.unwrap_or_default();
    let old = TextChunk::parse(old_bytes)?;
    let mut texts = [None; SLOTS];
    let mut count = 0;
    for (slot, text) in old.iter() {
        texts[slot] = Some(text);
        count += 1;
    }
    if count != old.present.count_ones() {
        return Err(SPOILT);
    }
    let mut grown = 0;
    for (slot, text) in changes {
        texts[slot] = text;
        grown += text.map_or(0, str::len) + 1;
    }
    let mut bytes = Vec::with_capacity(HEADER + old_bytes.len() + grown);
    bytes.extend_from_slice(&[0; HEADER]);
    let mut present = 0u128;
    for (slot, text) in texts.into_iter().enumerate() {
        let Some(text) = text else { continue };
        present |= 1 << slot;
        push(&mut bytes, text);
    }
    if present == 0 {
        return Ok(Vec::new());
    }
    bytes[..HEADER].copy_from_slice(&present.to_le_bytes());
    Ok(bytes)
}

const SPOILT: Corrupt = Corrupt("a chunk of texts is spoilt");

/// Adds a text and its end. An end within it, which folding never leaves there, becomes a space.
fn push(bytes: &mut Vec<u8>, text: &str) {
    let start = bytes.len();
    bytes.extend_from_slice(text.as_bytes());
    while let Some(at) = memchr(END, &bytes[start..]) {
        bytes[start + at] = b' ';
    }
    bytes.push(END);
}

/// The slots of a bitmap, ascending.
struct Slots(u128);

impl Iterator for Slots {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let slot = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

#[cfg(test)]
mod tests;
