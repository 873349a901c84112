//! Contacts as a file.

use std::io::{self, Write};
use std::sync::Arc;

use cardfile_model::Record;

use crate::format::Format;
use crate::json::Places;
use crate::vcard::Version;
use crate::{Nowhere, csv, jscontact, jsonl, ldif, vcard};

/// How a file is written.
#[derive(Clone)]
pub struct WriteOptions {
    /// The organizations that memberships are told in, in JSON lines and CSV; those in others are left out.
    pub places: Arc<dyn Places + Send + Sync>,
    /// In CSV: what stands between two fields.
    pub separator: u8,
    /// In CSV: whether the file begins with a byte order mark, by which spreadsheets know UTF-8.
    pub has_mark: bool,
    /// In CSV: whether a text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage
    /// return) gets an apostrophe before it. Off unless said, for phone numbers begin with `+`: such a file is for looking at, and
    /// reading it back keeps the apostrophes.
    pub is_guarded: bool,
    /// In CSV: columns of `extensions["csv"]` that get columns again; others stand in `more`.
    pub columns: Vec<String>,
    /// In vCard: the version.
    pub version: Version,
}

impl Default for WriteOptions {
    fn default() -> Self {
        WriteOptions {
            places: Arc::new(Nowhere),
            separator: b',',
            has_mark: false,
            is_guarded: false,
            columns: Vec::new(),
            version: Version::V4,
        }
    }
}

/// A file of contacts that is being written.
pub struct Writer<W: Write> {
    format: Format,
    out: Out<W>,
    options: WriteOptions,
    buffer: Vec<u8>,
}

enum Out<W: Write> {
    Bytes(W),
    Rows(Box<::csv::Writer<W>>),
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn new(format: Format, mut out: W, options: WriteOptions) -> io::Result<Self> {
        let out = match format {
            Format::Csv => {
                if options.has_mark {
                    out.write_all("\u{feff}".as_bytes())?;
                }
                let mut rows =
                    ::csv::WriterBuilder::new().delimiter(options.separator).terminator(::csv::Terminator::CRLF).from_writer(out);
                rows.write_record(csv::heading(&options.columns))?;
                Out::Rows(Box::new(rows))
            }
            Format::Ldif => {
                out.write_all(b"version: 1\n")?;
                Out::Bytes(out)
            }
            Format::Vcard | Format::JsContact | Format::JsonLines => Out::Bytes(out),
        };
        Ok(Writer { format, out, options, buffer: Vec::new() })
    }

    /// Writes a contact.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        let places = self.options.places.as_ref();
        match &mut self.out {
            Out::Rows(rows) => {
                let row = csv::write(record, places, &self.options.columns, self.options.is_guarded);
                Ok(rows.write_record(row)?)
            }
            Out::Bytes(out) => {
                self.buffer.clear();
                match self.format {
                    Format::Vcard => self.buffer.extend(vcard::text(record, self.options.version).into_bytes()),
                    Format::JsContact => jscontact::write(record, &mut self.buffer),
                    Format::Ldif => ldif::write(record, &mut self.buffer),
                    Format::JsonLines | Format::Csv => jsonl::write(record, places, &mut self.buffer),
                }
                out.write_all(&self.buffer)
            }
        }
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn finish(self) -> io::Result<W> {
        let mut out = match self.out {
            Out::Bytes(out) => out,
            Out::Rows(rows) => rows.into_inner().map_err(|failed| io::Error::other(failed.to_string()))?,
        };
        out.flush()?;
        Ok(out)
    }
}
