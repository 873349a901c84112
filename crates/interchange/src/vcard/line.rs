//! A card's lines: names, parameters and values, and where they stand in the text.

use crate::encoding::Encoding;

/// A property as it stands in a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property<'a> {
    /// Its text with line ends, as received.
    pub(super) raw: &'a str,
    /// What joins it to others, as `item1` in `item1.TEL`, in capitals.
    pub(super) group: Option<String>,
    /// Its name in capitals.
    pub(super) name: String,
    /// Names in capitals and values, one pair for each value.
    params: Vec<(String, String)>,
    /// The value without folds and transfer encoding; commas and such are still escaped.
    pub(super) value: String,
}

impl Property<'_> {
    /// The values of a parameter.
    pub(super) fn params(&self, name: &str) -> impl Iterator<Item = &str> {
        self.params.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value as one text.
    pub(super) fn text(&self) -> String {
        unescape(&self.value)
    }

    /// The parts of the value between separators that are not escaped.
    pub(super) fn parts(&self, separator: char) -> Vec<String> {
        let (mut parts, mut from, mut is_escaped) = (Vec::new(), 0, false);
        for (at, c) in self.value.char_indices() {
            if c == separator && !is_escaped {
                parts.push(unescape(&self.value[from..at]));
                from = at + 1;
            }
            is_escaped = c == '\\' && !is_escaped;
        }
        parts.push(unescape(&self.value[from..]));
        parts
    }
}

/// Parts a card into its properties; what is before the first one and is none is left out.
pub(super) fn properties(card: &str) -> Vec<Property<'_>> {
    let mut found = Vec::new();
    let mut rest = card;
    while !rest.is_empty() {
        let mut end = line_end(rest, 0);
        let head = rest[..end].split(':').next().unwrap_or_default().to_ascii_uppercase();
        let is_quoted_printable = head.contains("QUOTED-PRINTABLE");
        let may_be_base64 = head.contains("BASE64") || head.contains("ENCODING=B");
        while end < rest.len() {
            let next = &rest[end..line_end(rest, end)];
            let is_fold = next.starts_with([' ', '\t']);
            let is_soft = is_quoted_printable && rest[..end].trim_end_matches(['\r', '\n']).ends_with('=');
            // Lines of base64 in vCard 2.1 are not always indented.
            let is_base64 = may_be_base64 && !next.trim().is_empty() && !next.contains([':', ';']);
            if !(is_fold || is_soft || is_base64) {
                break;
            }
            end += next.len();
        }
        let (raw, after) = rest.split_at(end);
        found.extend(property(raw, is_quoted_printable));
        rest = after;
    }
    found
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at + 1)
}

fn property(raw: &str, is_quoted_printable: bool) -> Option<Property<'_>> {
    let line = unfold(raw, is_quoted_printable);
    let colon = outside_quotes(&line, ':').next()?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let mut words = parted(head, ';').into_iter();
    let full = words.next()?.trim().to_ascii_uppercase();
    let (group, name) = match full.rsplit_once('.') {
        Some((group, name)) => (Some(group.to_owned()), name.to_owned()),
        None => (None, full),
    };
    if name.is_empty() {
        return None;
    }
    let mut params = Vec::new();
    for word in words {
        match word.split_once('=') {
            Some((name, values)) => {
                let name = name.trim().to_ascii_uppercase();
                params.extend(parted(values, ',').into_iter().map(|value| (name.clone(), unquote(value))));
            }
            // vCard 2.1 leaves the names of these out.
            None if matches!(word.to_ascii_uppercase().as_str(), "QUOTED-PRINTABLE" | "BASE64" | "8BIT" | "7BIT") => {
                params.push(("ENCODING".into(), word.to_owned()));
            }
            None => params.push(("TYPE".into(), word.to_owned())),
        }
    }
    let mut property = Property { raw, group, name, params, value: value.to_owned() };
    if property.params("ENCODING").any(|encoding| encoding.eq_ignore_ascii_case("QUOTED-PRINTABLE")) {
        let charset = property.params("CHARSET").next().and_then(Encoding::read);
        property.value = quoted_printable(value, charset);
    }
    Some(property)
}

fn unfold(raw: &str, is_quoted_printable: bool) -> String {
    let mut line = String::with_capacity(raw.len());
    for part in raw.split_inclusive('\n') {
        let part = part.trim_end_matches('\n').trim_end_matches('\r');
        if is_quoted_printable && line.ends_with('=') {
            line.pop();
            line.push_str(part);
        } else {
            line.push_str(part.strip_prefix([' ', '\t']).unwrap_or(part));
        }
    }
    line
}

fn outside_quotes(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut is_quoted = false;
    text.char_indices().filter_map(move |(at, c)| {
        is_quoted ^= c == '"';
        (c == wanted && !is_quoted).then_some(at)
    })
}

fn parted(text: &str, separator: char) -> Vec<&str> {
    let mut from = 0;
    let mut parts: Vec<&str> = Vec::new();
    for at in outside_quotes(text, separator) {
        parts.push(&text[from..at]);
        from = at + 1;
    }
    parts.push(&text[from..]);
    parts
}

/// A parameter's value without quotes and circumflexes (RFC 6868).
fn unquote(value: &str) -> String {
    let value = value.trim().trim_matches('"');
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let meant = match (c, chars.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('^')) => '^',
            ('^', Some('\'')) => '"',
            _ => {
                text.push(c);
                continue;
            }
        };
        text.push(meant);
        chars.next();
    }
    text
}

fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(c) => text.push(c),
                None => text.push('\\'),
            },
            (c, false) => text.push(c),
        }
    }
    text
}

/// What the bytes say in the encoding named; in UTF-8 where none is, or else Windows-1252 (RFC 2045 §6.7).
fn quoted_printable(value: &str, charset: Option<Encoding>) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        if let (b'=', Some(high), Some(low)) = (first, hex(0), hex(1)) {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'='));
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    let charset = charset.unwrap_or_else(|| Encoding::detect(&bytes));
    charset.decode(&bytes).unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_groups_parameters_and_escapes_are_taken_apart() {
        let card = "item1.tel;TYPE=\"work,voice\";type=pref;X-P=\"a:b\":+44\r\n 1632\r\nN:O\\;K;Ann\\, B\r\n";
        let read = properties(card);
        assert_eq!((read[0].group.as_deref(), read[0].name.as_str(), read[0].value.as_str()), (Some("ITEM1"), "TEL", "+441632"));
        assert_eq!(read[0].params("TYPE").collect::<Vec<_>>(), ["work,voice", "pref"]);
        assert_eq!(read[0].params("X-P").collect::<Vec<_>>(), ["a:b"]);
        assert_eq!(read[1].parts(';'), ["O;K", "Ann, B"]);
        assert_eq!(read.iter().map(|property| property.raw).collect::<String>(), card);
    }

    #[test]
    fn quoted_printable_is_read_in_its_charset_across_soft_line_ends() {
        let card = "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCl=\r\nler;J=F6rg\r\nORG;QUOTED-PRINTABLE:K=C3=B6ln\r\n";
        let read = properties(card);
        assert_eq!(read[0].parts(';'), ["Müller", "Jörg"]);
        assert_eq!(read[1].text(), "Köln");
    }

    #[test]
    fn a_stray_line_does_not_become_part_of_the_value_before_it() {
        let read = properties("TEL:5550100\r\nstray\r\nFN:Ann\r\n");
        assert_eq!(read.iter().map(|property| property.value.as_str()).collect::<Vec<_>>(), ["5550100", "Ann"]);
    }

    #[test]
    fn lines_of_base64_belong_to_what_is_before() {
        let read = properties("PHOTO;BASE64:abcd\nefgh\n\nFN:A\n");
        assert_eq!((read.len(), read[0].value.as_str(), read[1].name.as_str()), (2, "abcdefgh", "FN"));
    }
}
