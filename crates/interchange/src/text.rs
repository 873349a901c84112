//! A file as UTF-8 in a window that moves: what an item is cut out of.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use crate::encoding::{CHUNK, Decoded};
use crate::item::Unreadable;

/// What of a file is in memory, and the line where that begins.
pub(crate) struct Text<R> {
    input: Decoded<R>,
    buffer: Vec<u8>,
    start: usize,
    line: u64,
    is_ended: bool,
    /// The most bytes that an item may have.
    item_bytes: usize,
}

impl<R: Read> Text<R> {
    pub(crate) fn new(input: Decoded<R>, item_bytes: usize) -> Self {
        Text { input, buffer: Vec::with_capacity(2 * CHUNK), start: 0, line: 1, is_ended: false, item_bytes }
    }

    /// What is in memory from here on.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The line of the first byte, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Whether nothing comes after what is in memory.
    pub(crate) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Reads more; `false` at the end of the file.
    pub(crate) fn fill(&mut self) -> Result<bool, Unreadable> {
        if self.is_ended {
            return Ok(false);
        }
        if self.bytes().len() > self.item_bytes + CHUNK {
            return Err(self.too_long());
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let more = self.input.append(&mut self.buffer).map_err(|source| Unreadable::Io { line: self.line, source })?;
        self.is_ended = !more;
        Ok(true)
    }

    /// Whether an item of this many bytes is within bounds.
    pub(crate) fn judge(&self, len: usize) -> Result<(), Unreadable> {
        if len > self.item_bytes { Err(self.too_long()) } else { Ok(()) }
    }

    fn too_long(&self) -> Unreadable {
        Unreadable::TooLong { line: self.line, item_bytes: self.item_bytes }
    }

    /// Where the line that begins at `from` ends, its line end included; `None` where there is none any more.
    pub(crate) fn line_end(&mut self, from: usize) -> Result<Option<usize>, Unreadable> {
        let mut looked = from;
        loop {
            let bytes = self.bytes();
            if let Some(at) = bytes.get(looked..).and_then(|rest| memchr(b'\n', rest)) {
                let end = looked + at + 1;
                self.judge(end)?;
                return Ok(Some(end));
            }
            looked = bytes.len().max(from);
            if !self.fill()? {
                self.judge(looked)?;
                return Ok((looked > from).then_some(looked));
            }
        }
    }

    /// Goes on behind these bytes, and answers with them.
    pub(crate) fn take(&mut self, len: usize) -> &[u8] {
        let taken = &self.buffer[self.start..self.start + len];
        self.start += len;
        self.line += u64::try_from(memchr_iter(b'\n', taken).count()).unwrap_or(u64::MAX);
        taken
    }

    /// Passes over lines as long as they are like this.
    pub(crate) fn pass_lines(&mut self, is_passed: impl Fn(&[u8]) -> bool) -> Result<(), Unreadable> {
        while let Some(end) = self.line_end(0)? {
            if !is_passed(&self.bytes()[..end]) {
                break;
            }
            self.take(end);
        }
        Ok(())
    }
}

/// Whether a line has nothing but white space.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Encoding;

    #[test]
    fn lines_are_found_across_chunks_and_counted() {
        let long = "x".repeat(CHUNK);
        let file = format!("a\r\n\n{long}\nlast");
        let mut text = Text::new(Decoded::new(file.as_bytes(), Encoding::UTF_8), 2 * CHUNK);
        let mut lines = Vec::new();
        while let Some(end) = text.line_end(0).unwrap() {
            lines.push((text.line(), text.take(end).len()));
        }
        assert_eq!(lines, [(1, 3), (2, 1), (3, CHUNK + 1), (4, 4)]);
    }

    #[test]
    fn a_line_at_the_limit_is_read_and_one_past_it_is_not() {
        let mut text = Text::new(Decoded::new(&b"abc\nabcd\n"[..], Encoding::UTF_8), 4);
        assert_eq!(text.line_end(0).unwrap(), Some(4));
        text.take(4);
        assert!(matches!(text.line_end(0), Err(Unreadable::TooLong { line: 2, item_bytes: 4 })));
    }
}
