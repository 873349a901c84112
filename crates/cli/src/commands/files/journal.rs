//! How far an import has come, beside the files that it writes: so that one that was broken off goes on where it was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cardfile_jobs::Set;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::told::Came;

/// How far an import has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reached {
    /// What this import is called: a slice is done once under it.
    pub(super) run: Uuid,
    /// What tells the file and how it is read from others.
    pub(super) digest: String,
    /// Rows that are done.
    pub(super) rows: u64,
    /// Bytes of the file of rejected rows, and of that of results, when these were done.
    pub(super) lengths: [u64; 2],
    /// What came of them.
    pub(super) came: Came,
    /// Of an import that has everyone: of whom it has told.
    #[serde(default)]
    pub(super) told: Set,
}

impl Reached {
    fn nothing(run: Uuid) -> Self {
        Reached { run, digest: String::new(), rows: 0, lengths: [0; 2], came: Came::default(), told: Set::default() }
    }
}

/// The journal of an import: a file that is there while it is not finished.
pub(super) struct Journal {
    /// Where it is kept; `None` for nowhere.
    path: Option<PathBuf>,
    pub(super) reached: Reached,
}

impl Journal {
    /// A journal that is kept nowhere.
    pub(super) fn nowhere(run: Uuid) -> Self {
        Journal { path: None, reached: Reached::nothing(run) }
    }

    /// The journal that is there, if it is of this very import; else a new one.
    pub(super) fn open(path: PathBuf, digest: String, run: Uuid) -> Result<Self> {
        let known = match fs::read(&path) {
            Ok(bytes) => Some(serde_json::from_slice::<Reached>(&bytes).with_context(|| unclear(&path))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        let reached = match known {
            Some(known) if known.digest != digest => {
                bail!(
                    "{} is of an import of another file, or in another way, which is not finished: {}",
                    path.display(),
                    unclear(&path)
                )
            }
            Some(known) => known,
            None => Reached { digest, ..Reached::nothing(run) },
        };
        let journal = Journal { path: Some(path), reached };
        journal.keep()?;
        Ok(journal)
    }

    /// Keeps how far it has come. The file is exchanged whole.
    pub(super) fn keep(&self) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let next = path.with_extension("next");
        let write = || -> io::Result<()> {
            fs::write(&next, serde_json::to_vec(&self.reached)?)?;
            fs::rename(&next, path)
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }

    /// The import is finished.
    pub(super) fn end(self) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        fs::remove_file(path).with_context(|| format!("{} cannot be removed", path.display()))
    }
}

fn unclear(path: &Path) -> String {
    format!("finish that one, or remove {}", path.display())
}

/// A file that is written on from a length that it had.
fn go_on(path: &Path, length: u64) -> Result<BufWriter<File>> {
    let open = || -> io::Result<File> {
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    };
    open().map(BufWriter::new).with_context(|| format!("{} cannot be written", path.display()))
}

/// What tells a file, and how it is read, from others.
pub(super) fn digest(path: &Path, how: &str) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(how.as_bytes());
    let mut read = || -> io::Result<()> {
        let (mut file, mut chunk) = (File::open(path)?, vec![0; 1 << 16]);
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(()),
                read => hash.update(&chunk[..read]),
            }
        }
    };
    read().with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(hash.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

/// A file that knows how long it is.
pub(super) struct Sink {
    file: BufWriter<File>,
    pub(super) length: u64,
}

impl Sink {
    /// A file that is written on from a length that it had.
    pub(super) fn go_on(path: &Path, length: u64) -> Result<Self> {
        Ok(Sink { file: go_on(path, length)?, length })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
