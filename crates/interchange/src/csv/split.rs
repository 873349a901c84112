//! A row and its fields.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// Where a field is in the row's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether quotes within are written twice.
    pub(super) is_doubled: bool,
}

/// How a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Well,
    /// A quote is open until the end of the file.
    Unclosed,
    /// There is something between a closing quote and the next field.
    Trailing,
}

impl Span {
    pub(super) fn text(self, row: &str) -> Cow<'_, str> {
        let text = row.get(self.start..self.end).unwrap_or_default();
        if self.is_doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
    }

    pub(super) fn is_blank(self, row: &[u8]) -> bool {
        row[self.start..self.end].iter().all(u8::is_ascii_whitespace)
    }
}

/// Finds the fields of the first row and answers with its length and how it ends; `None` when the row may go on behind `bytes`. Only a
/// field that begins with a quote is quoted.
pub(super) fn split(bytes: &[u8], separator: u8, is_ended: bool, spans: &mut Vec<Span>) -> Option<(usize, End)> {
    spans.clear();
    let (mut at, mut end) = (0, End::Well);
    loop {
        let (mut span, mut after) = (Span { start: at, end: at, is_doubled: false }, at);
        if bytes.get(at) == Some(&b'"') {
            span.start = at + 1;
            let Some(close) = closing(bytes, at + 1, is_ended, &mut span.is_doubled) else {
                if !is_ended {
                    return None;
                }
                spans.push(Span { end: bytes.len(), ..span });
                return Some((bytes.len(), End::Unclosed));
            };
            span.end = close;
            after = close + 1;
        }
        let found = memchr2(separator, b'\n', &bytes[after..]).map(|found| after + found);
        let stop = match found {
            Some(stop) => stop,
            None if is_ended => bytes.len(),
            None => return None,
        };
        let is_last = bytes.get(stop) != Some(&separator);
        let content = if is_last && stop > after && bytes[stop - 1] == b'\r' { stop - 1 } else { stop };
        if span.start == at {
            span.end = content;
        } else if content > after {
            end = End::Trailing;
        }
        spans.push(span);
        if is_last {
            return Some(((stop + 1).min(bytes.len()), end));
        }
        at = stop + 1;
    }
}

/// Where the quote closes that is open at `from`.
fn closing(bytes: &[u8], mut from: usize, is_ended: bool, is_doubled: &mut bool) -> Option<usize> {
    loop {
        let close = from + memchr(b'"', &bytes[from..])?;
        match bytes.get(close + 1) {
            Some(b'"') => {
                *is_doubled = true;
                from = close + 2;
            }
            None if !is_ended => return None,
            _ => return Some(close),
        }
    }
}

/// The separator that a file is written with: the one that parts its first row into most fields, rather one that parts the
/// second into as many.
pub(super) fn separator(head: &[u8]) -> u8 {
    let mut spans = Vec::new();
    let mut best = (b',', (false, 1));
    for candidate in [b',', b';', b'\t', b'|'] {
        let Some((len, _)) = split(head, candidate, true, &mut spans) else { continue };
        let first = spans.len();
        let second = split(&head[len..], candidate, true, &mut spans).map_or(0, |_| spans.len());
        let score = (first > 1 && (second == first || len == head.len()), first);
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(text: &str) -> (Vec<String>, End) {
        let mut spans = Vec::new();
        let (len, end) = split(text.as_bytes(), b',', true, &mut spans).unwrap();
        (spans.iter().map(|span| span.text(&text[..len]).into_owned()).collect(), end)
    }

    #[test]
    fn quotes_hold_separators_line_ends_and_quotes() {
        assert_eq!(fields("a,\"b,\r\n\"\"c\"\"\",\r\nnext"), (vec!["a".into(), "b,\r\n\"c\"".into(), String::new()], End::Well));
        assert_eq!(fields("5\" pipe,b\n"), (vec!["5\" pipe".into(), "b".into()], End::Well));
    }

    #[test]
    fn what_quotes_do_wrong_is_told() {
        assert_eq!(fields("a,\"b\nc").1, End::Unclosed);
        assert_eq!(fields("\"a\"b,c\n").1, End::Trailing);
    }

    #[test]
    fn a_row_that_may_go_on_is_waited_for() {
        let mut spans = Vec::new();
        for part in ["a,b", "a,\"b", "a,\"b\""] {
            assert_eq!(split(part.as_bytes(), b',', false, &mut spans), None, "{part}");
        }
    }

    #[test]
    fn the_separator_is_what_parts_rows_alike() {
        assert_eq!(separator(b"Name;Address\nA;\"Street 1, Town\"\n"), b';');
        assert_eq!(separator(b"Name, given\tMail\nA\tb@example.com\n"), b'\t');
        assert_eq!(separator(b"Mail\na@example.com\n"), b',');
    }

    proptest! {
        #[test]
        fn what_is_written_with_quotes_is_read_back(rows in prop::collection::vec(prop::collection::vec(".*", 1..5), 1..5)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let (mut rest, mut spans) = (std::str::from_utf8(&bytes).unwrap(), Vec::new());
            for row in &rows {
                let (len, end) = split(rest.as_bytes(), b',', true, &mut spans).unwrap();
                prop_assert_eq!(end, End::Well);
                let read: Vec<_> = spans.iter().map(|span| span.text(rest).into_owned()).collect();
                prop_assert_eq!(&read, row);
                rest = &rest[len..];
            }
        }
    }
}
