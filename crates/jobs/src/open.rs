//! Opening a file of contacts: its format, its encoding, what its columns mean.

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use cardfile_interchange::csv::{Columns, Mapping};
use cardfile_interchange::json::Places;
use cardfile_interchange::{Encoding, Format, Options};
use cardfile_model::{OrganizationId, Tree};
use uuid::Uuid;

use crate::document::Import;
use crate::rows::sentence;
use crate::slices::{Counted, Slices};

/// What is looked at to find out the format.
const HEAD: usize = 4_096;

/// The organizations of a tenant.
pub struct Around(pub Arc<Tree>);

impl Places for Around {
    fn id(&self, number: u32) -> Option<Uuid> {
        self.0.at(number).map(|found| found.id.0)
    }

    fn number(&self, id: Uuid) -> Option<u32> {
        self.0.get(OrganizationId(id)).map(|found| found.number)
    }
}

/// A file that is being read.
pub struct Opened {
    /// What it is.
    pub format: Format,
    /// What was understood of its columns, if it has any.
    pub columns: Option<Columns>,
    /// Its rows.
    pub slices: Slices,
    /// How many bytes were read.
    pub read: Arc<AtomicU64>,
}

/// Opens a file from a row on. It waits for the beginning of the file, so it is called where that does not matter.
///
/// # Errors
/// A sentence that says what is wrong with the file, or with how it is to be read.
pub fn open(mut input: impl Read + Send + 'static, import: &Import, from_row: u64, tree: Arc<Tree>) -> Result<Opened, String> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|error| error.to_string())?;
    let found =
        || Format::detect(&head, import.file_name.as_deref()).ok_or_else(|| "the format cannot be told: say it".to_owned());
    let format = import.format.as_deref().map_or_else(found, format)?;
    let options = options(import, from_row, tree)?;
    let counted = Counted::new(Cursor::new(head).chain(input));
    let read = counted.count();
    let reader = cardfile_interchange::read(format, counted, options).map_err(|error| error.to_string())?;
    let columns = reader.columns().cloned();
    Ok(Opened { format, columns, slices: Slices::of(reader), read })
}

/// The format of a name.
///
/// # Errors
/// A sentence that names those there are.
pub fn format(name: &str) -> Result<Format, String> {
    Format::read(name).ok_or_else(|| format!("there is no format {name}: it is csv, vcard, jscontact, ldif or jsonl"))
}

/// What is wrong with how a file is to be read, if anything is.
#[must_use]
pub fn sentence_of(import: &Import) -> Option<String> {
    let checked = import.format.as_deref().map_or(Ok(()), |name| format(name).map(drop));
    checked.and_then(|()| encoding(import)).and_then(|_| mapping(import)).err()
}

fn options(import: &Import, from_row: u64, tree: Arc<Tree>) -> Result<Options, String> {
    let (encoding, mapping, places) = (encoding(import)?, mapping(import)?, Arc::new(Around(tree)));
    Ok(Options { encoding, mapping, from_row, places, ..Options::default() })
}

fn encoding(import: &Import) -> Result<Option<Encoding>, String> {
    let read = |name: &String| Encoding::read(name).ok_or_else(|| format!("there is no encoding {name}"));
    import.encoding.as_ref().map(read).transpose()
}

fn mapping(import: &Import) -> Result<Option<Mapping>, String> {
    let read =
        |value: &serde_json::Value| Mapping::read(&value.to_string()).map_err(|found| format!("mapping: {}", sentence(&found)));
    import.mapping.as_ref().map(read).transpose()
}
