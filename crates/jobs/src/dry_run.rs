//! What an import would do: each slice is planned, and nothing is done.

use std::sync::atomic::Ordering;

use cardfile_directory::{Difference, Keeper, Planned};
use cardfile_interchange::json::{Person, Places};
use cardfile_model::{Contact, Filter};
use serde_json::{Value, json};

use crate::bench::{Bench, Stop};
use crate::document::{Import, Planned as Found, Progress};
use crate::duplicates::told;
use crate::import::{opened, reading, tell};
use crate::open::Around;
use crate::probable;
use crate::rows::{Seen, refusals, results};

/// How cards would change: one line of JSON a card, as many as were asked for.
const DIFFERENCES: &str = "differences.jsonl";
/// Who of those who would be made may be there already: one line of JSON each.
const DUPLICATES: &str = "duplicates.jsonl";

/// Plans the whole file, from its beginning.
pub(crate) async fn run(bench: &mut Bench<'_>, import: &Import) -> Result<(), Stop> {
    let keeper = bench.keeper().await?;
    let (revision, people) = (keeper.history(0, 0).await?.revision, keeper.own(Filter::All).await?.len());
    drop(keeper);
    bench.document.progress = Progress { people, total: bench.document.progress.total, ..Progress::default() };
    bench.document.planned = Some(Found { revision, touched: crate::document::Set::default() });
    let dropped = outputs(bench);
    bench.keep(Vec::new(), dropped).await?;
    let (mut opened, mut seen, mut left) = (opened(bench, import, 1).await?, Seen::default(), import.differences);
    while let Some(items) = opened.slices.next().await.map_err(|error| Stop::Fail(error.to_string()))? {
        let keeper = bench.keeper().await?;
        let writes = reading(&keeper, import).writes(&items);
        let planned = keeper.plan(writes.clone(), usize::MAX).await?;
        let mut found = results(&refusals(&items), &planned.applied);
        seen.correct(&writes, &mut found);
        let (differences, duplicates) = (differences(&planned, &keeper, left), duplicates(&planned, &keeper).await?);
        drop(keeper);
        left -= differences.len();
        let document = &mut bench.document;
        document.progress.done = opened.read.load(Ordering::Relaxed).min(document.progress.total);
        document.progress.blanked += planned.applied.blanked;
        if let Some(found) = &mut document.planned {
            found.touched.0 |= &planned.touched - &planned.came;
        }
        let mut pieces = tell(document, (opened.format, opened.columns.as_ref()), &items, &found);
        for (file, lines) in [(DIFFERENCES, differences), (DUPLICATES, duplicates)] {
            if !lines.is_empty() {
                pieces.push(document.append(file, "application/x-ndjson", text(&lines)));
            }
        }
        bench.keep(pieces, Vec::new()).await?;
    }
    bench.document.progress.done = bench.document.progress.total;
    Ok(())
}

/// What it has written so far, which is not needed any more.
pub(crate) fn outputs(bench: &mut Bench<'_>) -> Vec<String> {
    let files: Vec<String> = bench.document.files.keys().filter(|name| *name != crate::import::INPUT).cloned().collect();
    bench.document.files.retain(|name, _| !files.contains(name));
    files
}

fn text(lines: &[Value]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

/// How cards would change, so many at most.
fn differences(planned: &Planned, keeper: &Keeper<'_>, most: usize) -> Vec<Value> {
    let places = Around(keeper.tree().clone());
    let line = |found: &Difference| json!({"id": found.id, "number": found.number, "before": card(found.before.as_ref(), &places), "after": card(Some(&found.after), &places)});
    planned.differences.iter().take(most).map(line).collect()
}

fn card(contact: Option<&Contact>, places: &dyn Places) -> Value {
    let person = contact.map(|contact| Person::of_contact(contact, places));
    serde_json::to_value(person).unwrap_or_default()
}

/// Who of those who would be made may be there already.
async fn duplicates(planned: &Planned, keeper: &Keeper<'_>) -> Result<Vec<Value>, Stop> {
    let made = || planned.differences.iter().filter(|found| found.before.is_none()).map(|found| &found.after);
    let Some(question) = probable::question(made(), keeper.country()) else { return Ok(Vec::new()) };
    let known = keeper.found(question, probable::COMPARED).await?;
    let mut lines = Vec::new();
    for card in made() {
        for (likeness, record) in probable::alike(card, &known, keeper.country()) {
            let (name, told) = (card.name_or_email(), told(&likeness));
            lines.push(json!({"name": name, "like": record.id, "number": record.number, "likeness": told}));
        }
    }
    Ok(lines)
}
