//! What is kept of a job besides its files: what is to be done, on whose behalf, and how far it has come.

mod set;
mod webhook;

use std::collections::BTreeMap;

use cardfile_directory::{Error, Mandate, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use set::Set;
pub use webhook::{Letter, WEBHOOK, Webhook};

use crate::rows::Tally;

/// The document of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// What is to be done.
    pub work: Work,
    /// On whose behalf.
    pub mandate: Mandate,
    /// When it was first taken up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// How far it has come.
    #[serde(default)]
    pub progress: Progress,
    /// Its files, by name.
    #[serde(default)]
    pub files: BTreeMap<String, FileOf>,
    /// Why it could not be done, or not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What it has stopped to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// Whether it was told to go on, whatever it takes.
    #[serde(default)]
    pub is_confirmed: bool,
    /// How often in a row it was tried in vain.
    #[serde(default)]
    pub tries: u32,
    /// What a dry run found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Planned>,
    /// Of an import that tells of everyone: whom it has told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Set>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Work {
    /// Contacts come out of a file.
    Import(Import),
    /// Contacts go into a file.
    Export(Export),
    /// It is looked who is there twice.
    Duplicates(Duplicates),
    /// What changes is sent to an address, for ever.
    Webhook(Webhook),
}

/// How a file is brought in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Import {
    /// The format's name; found out by the file's beginning and its name unless said.
    pub format: Option<String>,
    /// What the file was called.
    pub file_name: Option<String>,
    /// What it is written in; found out unless said.
    pub encoding: Option<String>,
    /// What the columns of CSV mean; by their names unless said.
    pub mapping: Option<Value>,
    /// The source that the file speaks for; else the one that a row names, else `import`.
    pub source: Option<String>,
    /// By what a row finds the contact that it is about.
    pub by: Match,
    /// Sources whose word counts before others', the first most.
    pub precedence: Vec<String>,
    /// Whether it is only told what would be done.
    pub dry_run: bool,
    /// Whether the file has everyone of its source, and all it knows of them: who is not in it goes to the trash, and what a row
    /// leaves out the source does not say any more.
    pub sync: bool,
    /// How many differences of cards a dry run tells of.
    pub differences: usize,
}

/// By what a row finds the contact that it is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// By the source's own key; rows without one are made.
    #[default]
    Key,
    /// Else by an e-mail address.
    Email,
    /// Else by a phone number, in any notation.
    Phone,
    /// By nothing: every row is made.
    None,
}

/// How a file is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// The format's name.
    pub format: String,
    /// Who is wanted; everyone who belongs to the organization unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Set>,
}

/// How it is looked who is there twice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Duplicates {
    /// How sure it must be, from 0 to 1.
    pub confidence: f64,
    /// People who may share an address, a number or a key: what more of them have says nothing.
    pub most_holders: usize,
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Progress {
    /// What came of rows.
    #[serde(flatten)]
    pub tally: Tally,
    /// People who went to the trash.
    pub deleted: u64,
    /// Cards that lost all that they had in some member.
    pub blanked: u64,
    /// Bytes or people that are done, and how many there are in all.
    pub done: u64,
    /// How many there are in all.
    pub total: u64,
    /// The organization's people when it began.
    pub people: u64,
    /// Pairs of people who are alike.
    pub found: u64,
}

/// A file of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileOf {
    /// What it is.
    pub media_type: String,
    /// Pieces it is kept in.
    pub parts: u32,
    /// How long it is.
    pub bytes: u64,
}

/// What a job has stopped to ask: whether it may take something from so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// What would be taken.
    pub asked: Asked,
    /// From how many people at least.
    pub people: u64,
    /// Of how many.
    pub of: u64,
}

/// What an import would take from people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Asked {
    /// They would go to the trash.
    Delete,
    /// Their cards would lose all that they have in some member.
    Blank,
}

/// What a dry run found out, so that exactly that can be done later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// The revision that it began at.
    pub revision: u64,
    /// Whom it would touch.
    pub touched: Set,
}

impl Work {
    /// The name of the kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Import(_) => "import",
            Work::Export(_) => "export",
            Work::Duplicates(_) => "duplicates",
            Work::Webhook(_) => WEBHOOK,
        }
    }
}

impl Document {
    /// The document of work that nobody has begun.
    #[must_use]
    pub fn new(work: Work, mandate: Mandate) -> Self {
        Document {
            work,
            mandate,
            started: None,
            progress: Progress::default(),
            files: BTreeMap::new(),
            problem: None,
            question: None,
            is_confirmed: false,
            tries: 0,
            planned: None,
            told: None,
        }
    }

    /// A document as it is kept.
    ///
    /// # Errors
    /// `Internal` for what is none.
    pub fn read(value: Value) -> Result<Self> {
        serde_json::from_value(value).map_err(Error::internal)
    }

    /// The document to be kept.
    ///
    /// # Errors
    /// None that can be thought of.
    pub fn written(&self) -> Result<Value> {
        serde_json::to_value(self).map_err(Error::internal)
    }

    /// Puts bytes to the end of a file; answers the piece to be kept.
    pub fn append(&mut self, file: &str, media_type: &str, bytes: Vec<u8>) -> cardfile_directory::Piece {
        let known = self.files.entry(file.to_owned()).or_default();
        media_type.clone_into(&mut known.media_type);
        let part = known.parts;
        known.parts += 1;
        known.bytes += bytes.len() as u64;
        cardfile_directory::Piece { file: file.to_owned(), part, bytes }
    }
}
