//! Writing XML.

/// The namespace of `xsi:nil`.
pub const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";

/// Writes one document, without a declaration and without indentation.
///
/// Characters that XML 1.0 cannot carry, such as most control characters, are written as U+FFFD.
#[derive(Debug)]
pub struct Writer {
    text: String,
}

impl Writer {
    /// Begins a document of about this many bytes with its root, which declares `xsd` and `xsi`.
    #[must_use]
    pub fn root(name: &str, bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes);
        for part in ["<", name, " xmlns:xsd=\"", SCHEMA, "\" xmlns:xsi=\"", SCHEMA_INSTANCE, "\">"] {
            text.push_str(part);
        }
        Writer { text }
    }

    /// Begins in the middle of a document, as when it is sent piece by piece.
    #[must_use]
    pub fn within(bytes: usize) -> Self {
        Writer { text: String::with_capacity(bytes) }
    }

    /// A start tag.
    pub fn open(&mut self, name: &str) {
        self.tag("<", name, ">");
    }

    /// An end tag.
    pub fn close(&mut self, name: &str) {
        self.tag("</", name, ">");
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str) {
        self.tag("<", name, " />");
    }

    /// An element that says that it is nil.
    pub fn nil(&mut self, name: &str) {
        self.tag("<", name, " xsi:nil=\"true\" />");
    }

    /// An element with a text in it.
    pub fn text(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return self.empty(name);
        }
        self.open(name);
        self.escaped(text);
        self.close(name);
    }

    /// The document, whose root was closed.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }

    fn tag(&mut self, before: &str, name: &str, after: &str) {
        self.text.push_str(before);
        self.text.push_str(name);
        self.text.push_str(after);
    }

    fn escaped(&mut self, text: &str) {
        let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) && !matches!(byte, b'<' | b'>' | b'&');
        if text.bytes().all(is_plain) {
            return self.text.push_str(text);
        }
        for c in text.chars() {
            match c {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                // As it is it would be read back as a line feed. XML 1.0 §2.11
                '\r' => self.text.push_str("&#xD;"),
                '\t' | '\n' => self.text.push(c),
                // XML 1.0 §2.2
                '\0'..'\x20' | '\u{fffe}' | '\u{ffff}' => self.text.push('\u{fffd}'),
                c => self.text.push(c),
            }
        }
    }
}
