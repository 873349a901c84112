//! What was refused, in its own format and with a reason, to be corrected and sent again. The reader passes over the reasons.

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::csv::{self, Columns};
use crate::format::Format;

/// The member of a JSON object that says why it was refused.
pub(crate) const REASON: &str = "cardfileReason";
/// The member that holds the text of what is no JSON object, to be corrected there.
pub(crate) const RAW: &str = "cardfileRaw";
/// The property of a vCard that says why it was refused.
pub(crate) const PROPERTY: &str = "X-CARDFILE-REASON";
/// The comment in LDIF that says why an entry was refused.
pub(crate) const COMMENT: &str = "# cardfile:";

/// A file of refused items.
pub struct Rejects<W: Write> {
    format: Format,
    out: W,
    separator: char,
}

impl<W: Write> Rejects<W> {
    /// Begins the file; for CSV with the columns of the file that was read.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn new(format: Format, mut out: W, columns: Option<&Columns>) -> io::Result<Self> {
        let separator = columns.map_or(',', |columns| columns.separator);
        if let (Format::Csv, Some(columns)) = (format, columns) {
            write!(out, "{}{separator}{}\r\n", columns.raw, csv::REASON)?;
        }
        Ok(Rejects { format, out, separator })
    }

    /// A file that was begun before and is written on.
    pub fn going_on(format: Format, out: W, columns: Option<&Columns>) -> Self {
        Rejects { format, out, separator: columns.map_or(',', |columns| columns.separator) }
    }

    /// What it is written to.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes an item ([`crate::Item::raw`]) and why it was refused.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn write(&mut self, raw: &str, reason: &str) -> io::Result<()> {
        let reason: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        match self.format {
            Format::Csv => {
                let separator = self.separator;
                write!(self.out, "{}{separator}\"{}\"\r\n", raw.trim_end_matches(['\r', '\n']), reason.replace('"', "\"\""))
            }
            Format::Vcard => {
                let end = raw.to_ascii_uppercase().rfind("END:VCARD");
                let (before, after) = raw.split_at(end.unwrap_or(raw.len()));
                let between = if before.is_empty() || before.ends_with('\n') { "" } else { "\r\n" };
                write!(self.out, "{before}{between}{PROPERTY}:{reason}\r\n{}\r\n", after.trim_end())
            }
            Format::Ldif => write!(self.out, "{COMMENT} {reason}\n{}\n\n", raw.trim_end()),
            Format::JsContact | Format::JsonLines => {
                let mut members = match serde_json::from_str(raw) {
                    Ok(Value::Object(members)) => members,
                    _ => Map::from_iter([(RAW.to_owned(), Value::from(raw))]),
                };
                members.insert(REASON.into(), reason.into());
                writeln!(self.out, "{}", Value::Object(members))
            }
        }
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
