//! In which characters a file is written, and its bytes as UTF-8.

use std::io::{self, Read};

/// Bytes that are read at a time.
pub(crate) const CHUNK: usize = 64 * 1024;
/// Pairs of bytes that are looked at to tell UTF-16 without a mark.
const PAIRS: usize = 512;

/// The characters that a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Encoding = Encoding(encoding_rs::UTF_8);

    /// The encoding of this label, such as `windows-1252`, `utf-16le` or `latin1` (WHATWG Encoding Standard §4.2).
    #[must_use]
    pub fn read(label: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Encoding)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What a file is written in, by its beginning: what its byte order mark says, else UTF-16 if every other byte is mostly
    /// zero, else UTF-8 if it can be, else Windows-1252. What is taken for UTF-8 and turns out not to be further down is
    /// refused item by item.
    #[must_use]
    pub fn detect(head: &[u8]) -> Encoding {
        if let Some((marked, _)) = encoding_rs::Encoding::for_bom(head) {
            return Encoding(marked);
        }
        let zeros = |at: usize| head.chunks_exact(2).take(PAIRS).filter(|pair| pair[at] == 0).count();
        let (even, odd, pairs) = (zeros(0), zeros(1), (head.len() / 2).min(PAIRS));
        if pairs > 1 && odd * 2 > pairs && even == 0 {
            return Encoding(encoding_rs::UTF_16LE);
        }
        if pairs > 1 && even * 2 > pairs && odd == 0 {
            return Encoding(encoding_rs::UTF_16BE);
        }
        match std::str::from_utf8(head) {
            Err(broken) if broken.error_len().is_some() => Encoding(encoding_rs::WINDOWS_1252),
            _ => Encoding::UTF_8,
        }
    }

    /// The beginning of a file as text, to be looked at only: what cannot be read is replaced.
    pub(crate) fn start_of(self, head: &[u8]) -> String {
        self.0.decode(head).0.into_owned()
    }

    /// Bytes as text, if they are that in this encoding.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        self.0.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
    }
}

/// A file's bytes as UTF-8. What cannot be read becomes a byte that is never UTF-8, so that the item it is in is refused.
pub(crate) struct Decoded<R> {
    input: R,
    /// None where the bytes are taken for UTF-8 as they are.
    decoder: Option<encoding_rs::Decoder>,
    is_first: bool,
    foreign: Vec<u8>,
}

const NEVER_UTF_8: u8 = 0xFF;
const MARK: &[u8] = "\u{feff}".as_bytes();

impl<R: Read> Decoded<R> {
    pub(crate) fn new(input: R, encoding: Encoding) -> Self {
        let decoder = (encoding != Encoding::UTF_8).then(|| encoding.0.new_decoder_with_bom_removal());
        Decoded { input, decoder, is_first: true, foreign: Vec::new() }
    }

    /// Appends what comes next; `false` when that was the last.
    pub(crate) fn append(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let chunk = u64::try_from(CHUNK).unwrap_or(u64::MAX);
        let Some(decoder) = &mut self.decoder else {
            let from = out.len();
            let read = self.input.by_ref().take(chunk).read_to_end(out)?;
            if std::mem::take(&mut self.is_first) && out[from..].starts_with(MARK) {
                out.drain(from..from + MARK.len());
            }
            return Ok(read == CHUNK);
        };
        self.foreign.clear();
        let read = self.input.by_ref().take(chunk).read_to_end(&mut self.foreign)?;
        let is_last = read < CHUNK;
        let mut rest = self.foreign.as_slice();
        loop {
            let from = out.len();
            let room = decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(CHUNK).max(16);
            out.resize(from + room, 0);
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut out[from..], is_last);
            out.truncate(from + written);
            rest = &rest[read..];
            match result {
                encoding_rs::DecoderResult::InputEmpty => return Ok(!is_last),
                encoding_rs::DecoderResult::OutputFull => {}
                encoding_rs::DecoderResult::Malformed(..) => out.push(NEVER_UTF_8),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut input = Decoded::new(bytes, Encoding::detect(bytes));
        while input.append(&mut out).unwrap() {}
        out
    }

    #[test]
    fn what_a_file_is_written_in_is_told_by_its_beginning() {
        let text = "Name;Ort\r\nMüller;Köln";
        let utf_16: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = utf_16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = utf_16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        for bytes in
            [text.as_bytes(), &little, &big, &[b"\xff\xfe", &little[..]].concat(), &[MARK, text.as_bytes()].concat(), &latin]
        {
            assert_eq!(decoded(bytes), text.as_bytes(), "{bytes:x?}");
        }
    }

    #[test]
    fn half_a_pair_is_not_taken_for_text() {
        assert!(std::str::from_utf8(&decoded(b"\xff\xfea\0\0\xd8b\0")).is_err());
    }

    #[test]
    fn a_long_file_is_decoded_across_chunks() {
        let text = "aé".repeat(CHUNK);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&bytes), text.as_bytes());
    }
}
