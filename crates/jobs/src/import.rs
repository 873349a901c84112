//! An import: a file that was sent is brought in slice by slice, each in one transaction with what came of its rows.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cardfile_directory::{Applied, Errand, Error, Keeper, Piece};
use cardfile_interchange::csv::Columns;
use cardfile_interchange::{Format, Item, Rejects};
use cardfile_model::Filter;

use crate::bench::{Bench, Stop};
use crate::document::{Asked, Document, Import, Question, Set};
use crate::open::{Opened, open};
use crate::pieces::Pieces;
use crate::rows::{Reading, RowResult, Status, refusals, results};

/// The file that was sent.
pub(crate) const INPUT: &str = "input";
/// One line of JSON a row, in the order sent.
pub(crate) const RESULTS: &str = "results.jsonl";

/// Brings the file in, from where it was broken off.
pub(crate) async fn run(bench: &mut Bench<'_>, import: &Import) -> Result<(), Stop> {
    if bench.document.progress.people == 0 {
        bench.document.progress.people = bench.keeper().await?.own(Filter::All).await?.len();
    }
    let mut opened = opened(bench, import, bench.document.progress.tally.rows() + 1).await?;
    while let Some(items) = opened.slices.next().await.map_err(|error| Stop::Fail(error.to_string()))? {
        let read = opened.read.load(Ordering::Relaxed);
        slice(bench, import, (opened.format, opened.columns.as_ref()), (items, read)).await?;
    }
    bench.document.progress.done = bench.document.progress.total;
    if import.sync { delete_untold(bench, import).await } else { Ok(()) }
}

/// The file, opened from a row on.
pub(crate) async fn opened(bench: &Bench<'_>, import: &Import, from_row: u64) -> Result<Opened, Stop> {
    let input = Pieces::of(bench.directory, bench.tenant, bench.job.id, INPUT);
    let (import, tree) = (import.clone(), Arc::clone(bench.keeper().await?.tree()));
    let opened = tokio::task::spawn_blocking(move || open(input, &import, from_row, tree)).await;
    opened.map_err(|error| Stop::Later(error.to_string()))?.map_err(Stop::Fail)
}

/// How rows become writes.
pub(crate) fn reading<'k>(keeper: &'k Keeper<'k>, import: &Import) -> Reading<'k> {
    let (source, precedence) = (import.source.clone(), import.precedence.clone());
    Reading { keeper, source, by: import.by, precedence, is_whole: import.sync }
}

/// Writes one slice, and what came of it.
async fn slice(
    bench: &mut Bench<'_>,
    import: &Import,
    (format, columns): (Format, Option<&Columns>),
    (items, read): (Vec<Item>, u64),
) -> Result<(), Stop> {
    let keeper = bench.keeper().await?;
    let (before, columns, is_sync) = (bench.document.clone(), columns.cloned(), import.sync);
    let allowance = bench.settings.allowance(before.progress.people);
    let most_blanked = (!before.is_confirmed).then(|| allowance.saturating_sub(before.progress.blanked));
    let writes = reading(&keeper, import).writes(&items);
    let told = Arc::new(move |applied: &Applied| {
        let found = results(&refusals(&items), applied);
        let mut document = before.clone();
        document.progress.done = read.min(document.progress.total);
        document.progress.blanked += applied.blanked;
        document.tries = 0;
        if is_sync {
            let told = document.told.get_or_insert_default();
            told.0.extend(found.iter().filter_map(|result| result.number));
        }
        let pieces = tell(&mut document, (format, columns.as_ref()), &items, &found);
        (document, pieces)
    });
    let made = Arc::clone(&told);
    let errand = Errand { writes, most_blanked, once: None, then: Some(bench.then(move |applied| made(applied))) };
    match keeper.write(errand).await {
        Ok(applied) => {
            drop(keeper);
            bench.went_on(told(&applied).0);
            Ok(())
        }
        Err(Error::TooLarge { limit: "blanked", .. }) => {
            let of = bench.document.progress.people;
            Err(Stop::Ask(Question { asked: Asked::Blank, people: allowance + 1, of }))
        }
        Err(error) => Err(error.into()),
    }
}

/// Counts what came of rows, and puts it into the files of the job.
pub(crate) fn tell(
    document: &mut Document,
    (format, columns): (Format, Option<&Columns>),
    items: &[Item],
    found: &[RowResult],
) -> Vec<Piece> {
    document.progress.tally.add(found);
    let mut lines = Vec::new();
    for result in found {
        // Nothing fails that writes into memory.
        let _written = serde_json::to_writer(&mut lines, result);
        lines.push(b'\n');
    }
    let mut pieces = vec![document.append(RESULTS, "application/x-ndjson", lines)];
    let file = format!("rejected.{}", format.extension());
    if let Some(rejected) = rejected((format, columns), !document.files.contains_key(&file), items, found) {
        pieces.push(document.append(&file, format.media_type(), rejected));
    }
    pieces
}

/// The rows of which nothing came, in their own format and with the reason; `None` when there are none.
fn rejected(
    (format, columns): (Format, Option<&Columns>),
    is_first: bool,
    items: &[Item],
    found: &[RowResult],
) -> Option<Vec<u8>> {
    if found.iter().all(|result| result.status != Status::Rejected) {
        return None;
    }
    let mut rejects =
        if is_first { Rejects::new(format, Vec::new(), columns).ok()? } else { Rejects::going_on(format, Vec::new(), columns) };
    for (item, result) in items.iter().zip(found) {
        if let Some(reason) = &result.reason {
            rejects.write(&item.raw, reason).ok()?;
        }
    }
    rejects.finish().ok()
}

/// Moves those of the file's source to the trash of whom it does not tell.
async fn delete_untold(bench: &mut Bench<'_>, import: &Import) -> Result<(), Stop> {
    if bench.document.progress.tally.rejected > 0 {
        let message =
            "nobody was deleted, for rows were rejected and whom they tell of is not known: correct them and send all again";
        bench.document.problem = Some(message.to_owned());
        return Ok(());
    }
    let keeper = bench.keeper().await?;
    let everyone = keeper.own(Filter::Source(import.source.clone().unwrap_or_default())).await?;
    let gone = everyone - bench.document.told.clone().unwrap_or_default().0;
    let of = bench.document.progress.people;
    if !bench.document.is_confirmed && gone.len() > bench.settings.allowance(of) {
        return Err(Stop::Ask(Question { asked: Asked::Delete, people: gone.len(), of }));
    }
    let before = bench.document.clone();
    let told = move |applied: &Applied| {
        let mut document = Document { told: Some(Set::default()), ..before.clone() };
        document.progress.deleted += applied.counts.went;
        (document, Vec::new())
    };
    let after = told.clone();
    let applied = keeper.trash(gone, Some(bench.then(told))).await?;
    drop(keeper);
    bench.went_on(after(&applied).0);
    Ok(())
}
