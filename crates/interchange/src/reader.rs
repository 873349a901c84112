//! A file as a stream of items.

use std::io::{Cursor, Read};
use std::sync::Arc;

use cardfile_model::Violation;
use uuid::Uuid;

use crate::csv::{Columns, Mapping};
use crate::encoding::{CHUNK, Decoded, Encoding};
use crate::format::Format;
use crate::item::{Card, Item, Unreadable};
use crate::json::Places;
use crate::text::Text;
use crate::{csv, jscontact, jsonl, ldif, vcard};

/// The most bytes of one item, unless said otherwise.
pub const ITEM_BYTES: usize = 1024 * 1024;

/// How a file is read.
#[derive(Clone)]
pub struct Options {
    /// What it is written in; found out unless said, see [`Encoding::detect`].
    pub encoding: Option<Encoding>,
    /// What the columns of CSV mean; found out by their names unless said.
    pub mapping: Option<Mapping>,
    /// The most bytes of one item; a longer one ends the stream.
    pub item_bytes: usize,
    /// The first item that is answered, from 1; those before are only counted.
    pub from_row: u64,
    /// The organizations that memberships in JSON lines (and in what the directory writes as CSV) are in.
    pub places: Arc<dyn Places + Send + Sync>,
}

impl Default for Options {
    fn default() -> Self {
        Options { encoding: None, mapping: None, item_bytes: ITEM_BYTES, from_row: 1, places: Arc::new(Nowhere) }
    }
}

/// No organizations at all: every membership is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Places for Nowhere {
    fn id(&self, _: u32) -> Option<Uuid> {
        None
    }

    fn number(&self, _: Uuid) -> Option<u32> {
        None
    }
}

/// A file, read item by item. After an error nothing follows.
pub struct Reader<R> {
    text: Text<std::io::Chain<Cursor<Vec<u8>>, R>>,
    form: Form,
    row: u64,
    is_done: bool,
    from_row: u64,
    places: Arc<dyn Places + Send + Sync>,
}

enum Form {
    Csv(Box<csv::Rows>),
    Vcard,
    JsContact(jscontact::Nest),
    Ldif,
    JsonLines,
}

/// Reads a file.
///
/// # Errors
/// [`Unreadable`] when its beginning cannot be read, or the first row of CSV is not understood.
pub fn read<R: Read>(format: Format, mut input: R, options: Options) -> Result<Reader<R>, Unreadable> {
    let mut head = Vec::new();
    let most = u64::try_from(CHUNK).unwrap_or(u64::MAX);
    input.by_ref().take(most).read_to_end(&mut head).map_err(|source| Unreadable::Io { line: 1, source })?;
    let said = options.encoding.or_else(|| options.mapping.as_ref().and_then(Mapping::encoding));
    let encoding = said.unwrap_or_else(|| Encoding::detect(&head));
    let mut text = Text::new(Decoded::new(Cursor::new(head).chain(input), encoding), options.item_bytes);
    let form = match format {
        Format::Csv => Form::Csv(Box::new(csv::Rows::open(&mut text, options.mapping.as_ref())?)),
        Format::Vcard => Form::Vcard,
        Format::JsContact => Form::JsContact(jscontact::Nest::open(&mut text)?),
        Format::Ldif => Form::Ldif,
        Format::JsonLines => Form::JsonLines,
    };
    Ok(Reader { text, form, row: 0, is_done: false, from_row: options.from_row, places: options.places })
}

impl<R: Read> Reader<R> {
    /// What was understood of the columns; `None` for what has none.
    #[must_use]
    pub fn columns(&self) -> Option<&Columns> {
        match &self.form {
            Form::Csv(rows) => Some(rows.columns()),
            _ => None,
        }
    }

    /// The length of the next item, which the text then begins with.
    fn cut(&mut self) -> Result<Option<usize>, Unreadable> {
        match &mut self.form {
            Form::Csv(rows) => rows.cut(&mut self.text),
            Form::Vcard => vcard::cut(&mut self.text),
            Form::JsContact(nest) => nest.cut(&mut self.text),
            Form::Ldif => ldif::cut(&mut self.text),
            Form::JsonLines => jsonl::cut(&mut self.text),
        }
    }

    fn item(&mut self, len: usize) -> Item {
        let (row, line) = (self.row, self.text.line());
        let bytes = self.text.take(len);
        let Ok(text) = std::str::from_utf8(bytes) else {
            let message = "this is not UTF-8, as the beginning of the file is: say in which encoding it is written";
            let violation = Violation::new("", "encoding", message);
            let raw = String::from_utf8_lossy(bytes).into_owned();
            return Item { row, line, raw, outcome: Err(vec![violation]) };
        };
        let (raw, outcome) = self.form.understand(text, self.places.as_ref());
        Item { row, line, raw, outcome }
    }
}

impl Form {
    fn understand(&self, text: &str, places: &dyn Places) -> (String, Result<Card, Vec<Violation>>) {
        match self {
            Form::Csv(rows) => rows.understand(text, places),
            Form::Vcard => vcard::understand(text),
            Form::JsContact(_) => jscontact::understand(text),
            Form::Ldif => (text.to_owned(), ldif::understand(text)),
            Form::JsonLines => jsonl::understand(text, places),
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Item, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_done {
            match self.cut() {
                Ok(Some(len)) => {
                    self.row += 1;
                    if self.row >= self.from_row {
                        return Some(Ok(self.item(len)));
                    }
                    self.text.take(len);
                }
                Ok(None) => self.is_done = true,
                Err(unreadable) => {
                    self.is_done = true;
                    return Some(Err(unreadable));
                }
            }
        }
        None
    }
}
