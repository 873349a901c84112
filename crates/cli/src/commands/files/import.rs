//! `cardfile import`.

use std::fs::File;
use std::io::{BufReader, Read, Write as _, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use cardfile_directory::{Applied, Keeper, Once};
use cardfile_interchange::csv::Columns;
use cardfile_interchange::{Encoding, Format, Item, Options, Reader, Rejects, Unreadable, csv};
use cardfile_model::{OrganizationId, Write};
use serde_json::json;
use tokio::sync::mpsc::{Receiver, channel};
use uuid::Uuid;

use super::journal::{Journal, Sink, digest};
use super::rows::{Reading, RowResult, Seen, refusals, results, sentence};
use super::told::{Progress, Tally};
use super::{Around, format};
use crate::arguments::{Common, Import};
use crate::commands::open;
use crate::output::Output;

/// Rows written at once.
const SLICE: usize = 1_000;
/// Slices that are read ahead.
const AHEAD: usize = 2;
/// What is looked at to find out the format.
const HEAD: usize = 4_096;

/// Brings a file into an organization. The exit status is 1 when there were rows and nothing came of any.
pub(in crate::commands) async fn import(common: &Common, asked: Import, output: &Output) -> Result<ExitCode> {
    let installation = open(common).await?;
    let keeper = installation.directory.keeper(OrganizationId(asked.org)).await?;
    let tally = if asked.dry_run { foresee(&keeper, &asked).await? } else { bring(&keeper, &asked).await? };
    let mut json = tally.as_json();
    json["dry_run"] = json!(asked.dry_run);
    output.answer(&json, || {
        let would = if asked.dry_run { "nothing is written; it would be " } else { "" };
        format!("{would}{}", tally.as_text())
    })?;
    let is_lost = tally.rows() > 0 && tally.rejected == tally.rows();
    Ok(if is_lost { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Tells what an import would do.
async fn foresee(keeper: &Keeper<'_>, asked: &Import) -> Result<Tally> {
    let reading = reading(keeper, asked);
    let mut file = Rows::open(asked, 1, keeper)?;
    let (mut tally, mut seen, mut progress) = (Tally::default(), Seen::default(), Progress::new(0));
    while let Some(items) = file.next().await? {
        let (writes, rows) = (writes(&reading, &items), refusals(&items));
        let planned = keeper.plan(writes.clone()).await?;
        let mut found = results(&rows, &planned.applied);
        seen.correct(&writes, &mut found);
        tally.add(&found);
        progress.tell(&tally, file.read());
    }
    progress.end();
    Ok(tally)
}

/// Brings the file in, slice by slice. Each is done once, however often it is broken off.
async fn bring(keeper: &Keeper<'_>, asked: &Import) -> Result<Tally> {
    let reading = reading(keeper, asked);
    let mut journal = journal(keeper, asked)?;
    let first = journal.as_ref().map_or(0, |journal| journal.reached.rows);
    let (run, lengths, mut tally) = match &journal {
        Some(Journal { reached, .. }) => (reached.run, reached.lengths, reached.tally),
        None => (keeper.next_id(), [0; 2], Tally::default()),
    };
    if first > 0 {
        eprintln!("going on behind row {first}");
    }
    let mut file = Rows::open(asked, first + 1, keeper)?;
    let mut kept = Files::open(asked, &file, lengths)?;
    let mut progress = Progress::new(first);
    while let Some(items) = file.next().await? {
        let found = slice(keeper, &reading, run, &items).await?;
        kept.write(&items, &found)?;
        tally.add(&found);
        if let Some(journal) = &mut journal {
            journal.reached.rows = items.last().map_or(journal.reached.rows, |item| item.row);
            (journal.reached.lengths, journal.reached.tally) = (kept.lengths()?, tally);
            journal.keep()?;
        }
        progress.tell(&tally, file.read());
    }
    progress.end();
    kept.end(tally.rejected)?;
    journal.map_or(Ok(()), Journal::end)?;
    Ok(tally)
}

/// Writes one slice; what came of it the first time, if it was written before.
async fn slice(keeper: &Keeper<'_>, reading: &Reading<'_>, run: Uuid, items: &[Item]) -> Result<Vec<RowResult>> {
    let rows = refusals(items);
    let first = items.first().map_or(0, |item| item.row);
    let kept = rows.clone();
    let answer = move |applied: &Applied| serde_json::to_vec(&results(&kept, applied)).unwrap_or_default();
    let once = Once { principal: run, key: format!("rows from {first}"), fingerprint: [0; 32], answer: Arc::new(answer) };
    let applied = keeper.write(writes(reading, items), Some(once)).await?;
    match &applied.receipt {
        Some(receipt) => serde_json::from_slice(receipt).context("what came of these rows before cannot be read"),
        None => Ok(results(&rows, &applied)),
    }
}

fn reading<'k>(keeper: &'k Keeper<'k>, asked: &Import) -> Reading<'k> {
    Reading { keeper, source: asked.source.clone(), by: asked.by, precedence: asked.precedence.clone() }
}

fn writes(reading: &Reading<'_>, items: &[Item]) -> Vec<Write> {
    items.iter().filter_map(|item| item.outcome.as_ref().ok()).map(|card| reading.write(card)).collect()
}

/// The journal of an import of a file; standard input has none.
fn journal(keeper: &Keeper<'_>, asked: &Import) -> Result<Option<Journal>> {
    if is_input(&asked.file) {
        return Ok(None);
    }
    let mapping = asked.mapping.as_deref().map(|path| digest(path, "")).transpose()?;
    let how = format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?}",
        asked.org, asked.format, asked.encoding, mapping, asked.source, asked.by, asked.precedence
    );
    Journal::open(beside(&asked.file, "import"), digest(&asked.file, &how)?, keeper.next_id()).map(Some)
}

/// A file in pieces, read on a thread of its own.
struct Rows {
    format: Format,
    columns: Option<Columns>,
    slices: Receiver<Result<Vec<Item>, Unreadable>>,
    read: Arc<AtomicU64>,
    bytes: Option<u64>,
}

impl Rows {
    fn open(asked: &Import, from_row: u64, keeper: &Keeper<'_>) -> Result<Self> {
        let (mut input, bytes): (Box<dyn Read + Send>, Option<u64>) = if is_input(&asked.file) {
            (Box::new(stdin()), None)
        } else {
            let file = File::open(&asked.file).with_context(|| format!("{} cannot be read", asked.file.display()))?;
            let bytes = file.metadata().ok().map(|about| about.len());
            (Box::new(BufReader::new(file)), bytes)
        };
        let mut head = Vec::new();
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let name = asked.file.to_str().filter(|_| !is_input(&asked.file));
        let found = || Format::detect(&head, name).ok_or_else(|| anyhow!("the format cannot be told: say --format"));
        let format = asked.format.as_deref().map_or_else(found, format)?;
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { input: std::io::Cursor::new(head).chain(input), read: Arc::clone(&read) };
        let options = options(asked, from_row, keeper)?;
        let reader = cardfile_interchange::read(format, counted, options)?;
        let columns = reader.columns().cloned();
        let (send, slices) = channel(AHEAD);
        std::thread::spawn(move || {
            for slice in cut(reader) {
                if send.blocking_send(slice).is_err() {
                    break;
                }
            }
        });
        Ok(Rows { format, columns, slices, read, bytes })
    }

    /// The next rows; `None` behind the last.
    async fn next(&mut self) -> Result<Option<Vec<Item>>> {
        Ok(self.slices.recv().await.transpose()?)
    }

    /// How many bytes are read, and of how many.
    fn read(&self) -> (u64, Option<u64>) {
        (self.read.load(Ordering::Relaxed), self.bytes)
    }
}

/// Items in slices. What was read before a failure is answered before it.
fn cut<R: Read>(mut reader: Reader<R>) -> impl Iterator<Item = Result<Vec<Item>, Unreadable>> {
    let mut failed = None;
    std::iter::from_fn(move || {
        if let Some(error) = failed.take() {
            return Some(Err(error));
        }
        let mut items = Vec::with_capacity(SLICE);
        for item in reader.by_ref().take(SLICE) {
            match item {
                Ok(item) => items.push(item),
                Err(error) if items.is_empty() => return Some(Err(error)),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        (!items.is_empty()).then_some(Ok(items))
    })
}

fn options(asked: &Import, from_row: u64, keeper: &Keeper<'_>) -> Result<Options> {
    let encoding = match asked.encoding.as_deref() {
        Some(name) => Some(Encoding::read(name).with_context(|| format!("there is no encoding {name}"))?),
        None => None,
    };
    let mapping = match &asked.mapping {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
            Some(csv::Mapping::read(&text).map_err(|found| anyhow!("{}: {}", path.display(), sentence(&found)))?)
        }
        None => None,
    };
    let places = Arc::new(Around(Arc::clone(keeper.tree())));
    Ok(Options { encoding, mapping, from_row, places, ..Options::default() })
}

/// What counts what is read through it.
struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Where rejected rows and results go.
struct Files {
    rejects: Rejects<Sink>,
    rejected: PathBuf,
    lengths: [u64; 2],
    results: Option<Sink>,
}

impl Files {
    fn open(asked: &Import, rows: &Rows, lengths: [u64; 2]) -> Result<Self> {
        let extension = format!("rejected.{}", rows.format.extension());
        let rejected = match &asked.rejected {
            Some(path) => path.clone(),
            None if is_input(&asked.file) => bail!("say with --rejected where rows go that nothing comes of"),
            None => beside(&asked.file, &extension),
        };
        let sink = Sink::go_on(&rejected, lengths[0])?;
        let rejects = if lengths[0] == 0 {
            Rejects::new(rows.format, sink, rows.columns.as_ref())?
        } else {
            Rejects::going_on(rows.format, sink, rows.columns.as_ref())
        };
        let results = asked.results.as_deref().map(|path| Sink::go_on(path, lengths[1])).transpose()?;
        Ok(Files { rejects, rejected, lengths, results })
    }

    fn write(&mut self, items: &[Item], found: &[RowResult]) -> Result<()> {
        for (item, result) in items.iter().zip(found) {
            if let Some(reason) = &result.reason {
                self.rejects.write(&item.raw, reason)?;
            }
            if let Some(sink) = &mut self.results {
                serde_json::to_writer(&mut *sink, result)?;
                sink.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// How long the files are, once all that was written is in them.
    fn lengths(&mut self) -> Result<[u64; 2]> {
        self.rejects.get_mut().flush()?;
        self.lengths[0] = self.rejects.get_mut().length;
        if let Some(sink) = &mut self.results {
            sink.flush()?;
            self.lengths[1] = sink.length;
        }
        Ok(self.lengths)
    }

    fn end(mut self, rejected: u64) -> Result<()> {
        self.lengths()?;
        if rejected == 0 {
            return std::fs::remove_file(&self.rejected).context("the file of rejected rows cannot be removed");
        }
        eprintln!("{rejected} rejected rows, each with the reason, are in {}", self.rejected.display());
        Ok(())
    }
}

fn is_input(file: &Path) -> bool {
    file == Path::new("-")
}

/// The path of a file that stands beside another.
fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}
