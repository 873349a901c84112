//! `cardfile import`.

use std::fs::File;
use std::io::{BufReader, Read, Write as _, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, anyhow, bail};
use cardfile_directory::{Error, Keeper};
use cardfile_interchange::{Item, Rejects};
use cardfile_jobs::{Opened, Reading, RowResult, Seen, Set, Settings, refusals, results};
use cardfile_model::{Filter, OrganizationId};
use serde_json::json;

use super::belt::Belt;
use super::journal::{Journal, Sink, digest};
use super::told::{Came, Progress};
use crate::arguments::{Common, Import, Match};
use crate::commands::{load, open};
use crate::output::Output;

/// Brings a file into an organization. The exit status is 1 when there were rows and nothing came of any.
pub(in crate::commands) async fn import(common: &Common, asked: Import, output: &Output) -> Result<ExitCode> {
    if asked.sync && asked.by == Match::None {
        bail!("--sync finds people by what --match says: it cannot be none");
    }
    let settings = load(common, &[])?.config.jobs;
    let installation = open(common).await?;
    let keeper = installation.directory.keeper(OrganizationId(asked.org)).await?;
    let came = if asked.dry_run { foresee(&keeper, &asked).await? } else { bring(&keeper, &asked, &settings).await? };
    let mut json = came.as_json();
    json["dry_run"] = json!(asked.dry_run);
    output.answer(&json, || {
        let would = if asked.dry_run { "nothing is written; it would be " } else { "" };
        format!("{would}{}", came.as_text())
    })?;
    let is_lost = came.tally.rows() > 0 && came.tally.rejected == came.tally.rows();
    Ok(if is_lost { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Tells what an import would do.
async fn foresee(keeper: &Keeper<'_>, asked: &Import) -> Result<Came> {
    let reading = reading(keeper, asked);
    let mut file = Rows::open(asked, 1, keeper)?;
    let (mut came, mut seen, mut told, mut progress) = (Came::default(), Seen::default(), Set::default(), Progress::new(0));
    while let Some(items) = file.opened.slices.next().await? {
        let writes = reading.writes(&items);
        let planned = keeper.plan(writes.clone(), 0).await?;
        let mut found = results(&refusals(&items), &planned.applied);
        seen.correct(&writes, &mut found);
        came.tally.add(&found);
        came.blanked += planned.applied.blanked;
        told.0.extend(found.iter().filter_map(|result| result.number));
        progress.tell(&came, file.read());
    }
    progress.end();
    if asked.sync && came.tally.rejected == 0 {
        came.deleted = (untold(keeper, asked, &told).await?).len();
    }
    Ok(came)
}

/// Brings the file in, slice by slice. Each is done once, however often it is broken off.
async fn bring(keeper: &Keeper<'_>, asked: &Import, settings: &Settings) -> Result<Came> {
    let reading = reading(keeper, asked);
    let mut journal = journal(keeper, asked)?;
    let first = journal.reached.rows;
    if first > 0 {
        eprintln!("going on behind row {first}");
    }
    let people = keeper.own(Filter::All).await?.len();
    let allowance = settings.allowance(people);
    let mut file = Rows::open(asked, first + 1, keeper)?;
    let mut kept = Files::open(asked, &file, journal.reached.lengths)?;
    let mut progress = Progress::new(first);
    let mut belt = Belt::new(keeper, journal.reached.run);
    loop {
        let left = (!asked.yes).then(|| allowance.saturating_sub(journal.reached.came.blanked));
        let Some((items, done)) = belt.next(&mut file.opened.slices, &reading, left).await? else { break };
        let (found, blanked) =
            done.map_err(|error| stopped(error, &format!("more than {allowance} of {people} cards"), "blank"))?;
        kept.write(&items, &found)?;
        let reached = &mut journal.reached;
        reached.came.tally.add(&found);
        reached.came.blanked += blanked;
        if asked.sync {
            reached.told.0.extend(found.iter().filter_map(|result| result.number));
        }
        reached.rows = items.last().map_or(reached.rows, |item| item.row);
        reached.lengths = kept.lengths()?;
        journal.keep()?;
        progress.tell(&journal.reached.came, file.read());
    }
    progress.end();
    if asked.sync {
        journal.reached.came.deleted = delete(keeper, asked, (&journal.reached.came, &journal.reached.told), allowance).await?;
    }
    let came = journal.reached.came;
    kept.end(came.tally.rejected)?;
    journal.end()?;
    Ok(came)
}

/// Those of the file's source of whom it did not tell.
async fn untold(keeper: &Keeper<'_>, asked: &Import, told: &Set) -> Result<cardfile_model::Numbers> {
    Ok(keeper.own(Filter::Source(asked.source.clone().unwrap_or_default())).await? - &told.0)
}

/// Moves those to the trash of whom a file that has everyone did not tell.
async fn delete(keeper: &Keeper<'_>, asked: &Import, (came, told): (&Came, &Set), allowance: u64) -> Result<u64> {
    if came.tally.rejected > 0 {
        eprintln!("nobody was deleted, for rows were rejected and whom they tell of is not known");
        return Ok(came.deleted);
    }
    let gone = untold(keeper, asked, told).await?;
    if !asked.yes && gone.len() > allowance {
        let error = Error::TooLarge { limit: "blanked", most: allowance };
        return Err(stopped(error, &format!("{} people", gone.len()), "delete"));
    }
    Ok(came.deleted + keeper.trash(gone, None).await?.counts.went)
}

/// Why an import stopped, in the words of the command line.
fn stopped(error: Error, how_many: &str, would: &str) -> anyhow::Error {
    match error {
        Error::TooLarge { limit: "blanked", .. } => {
            anyhow!("it would {would} {how_many}, which a guard rail stops (jobs.guard_percent): say --yes to go on")
        }
        error => error.into(),
    }
}

fn reading<'k>(keeper: &'k Keeper<'k>, asked: &Import) -> Reading<'k> {
    let (source, precedence) = (asked.source.clone(), asked.precedence.clone());
    Reading { keeper, source, by: asked.by.into(), precedence, is_whole: asked.sync }
}

/// The journal of an import. That of standard input is kept nowhere, for it cannot be read again.
fn journal(keeper: &Keeper<'_>, asked: &Import) -> Result<Journal> {
    if is_input(&asked.file) {
        return Ok(Journal::nowhere(keeper.next_id()));
    }
    let mapping = asked.mapping.as_deref().map(|path| digest(path, "")).transpose()?;
    let how = format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        asked.org, asked.format, asked.encoding, mapping, asked.source, asked.by, asked.precedence, asked.sync
    );
    Journal::open(beside(&asked.file, "import"), digest(&asked.file, &how)?, keeper.next_id())
}

/// A file that is read.
struct Rows {
    opened: Opened,
    bytes: Option<u64>,
}

impl Rows {
    fn open(asked: &Import, from_row: u64, keeper: &Keeper<'_>) -> Result<Self> {
        let (input, bytes): (Box<dyn Read + Send>, Option<u64>) = if is_input(&asked.file) {
            (Box::new(stdin()), None)
        } else {
            let file = File::open(&asked.file).with_context(|| format!("{} cannot be read", asked.file.display()))?;
            let bytes = file.metadata().ok().map(|about| about.len());
            (Box::new(BufReader::new(file)), bytes)
        };
        let name = asked.file.to_str().filter(|_| !is_input(&asked.file));
        let mapping = asked.mapping.as_deref().map(read_json).transpose()?;
        let how = cardfile_jobs::Import {
            format: asked.format.clone(),
            file_name: name.map(str::to_owned),
            encoding: asked.encoding.clone(),
            mapping,
            ..cardfile_jobs::Import::default()
        };
        let opened = cardfile_jobs::open(input, &how, from_row, Arc::clone(keeper.tree())).map_err(|message| anyhow!(message))?;
        Ok(Rows { opened, bytes })
    }

    /// How many bytes are read, and of how many.
    fn read(&self) -> (u64, Option<u64>) {
        (self.opened.read.load(Ordering::Relaxed), self.bytes)
    }
}

fn read_json(path: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
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
        let Opened { format, columns, .. } = &rows.opened;
        let extension = format!("rejected.{}", format.extension());
        let rejected = match &asked.rejected {
            Some(path) => path.clone(),
            None if is_input(&asked.file) => bail!("say with --rejected where rows go that nothing comes of"),
            None => beside(&asked.file, &extension),
        };
        let sink = Sink::go_on(&rejected, lengths[0])?;
        let rejects = if lengths[0] == 0 {
            Rejects::new(*format, sink, columns.as_ref())?
        } else {
            Rejects::going_on(*format, sink, columns.as_ref())
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
