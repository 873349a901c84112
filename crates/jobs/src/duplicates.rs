//! The search for people who are there twice: everyone is seen once, then the cards of those who share something are compared.

use cardfile_directory::phones;
use cardfile_likeness::{Finder, Likeness, Settings};
use cardfile_model::{Filter, Numbers, Record};
use serde_json::{Value, json};

use crate::bench::{Bench, Stop};
use crate::document::{Duplicates, Progress};

/// One line of JSON for each pair, the surest of each cluster first.
const PAIRS: &str = "duplicates.jsonl";
/// People read at once.
const SLICE: usize = 2_000;
/// Bytes of a piece of the file, about.
const PIECE: usize = 1 << 18;

/// Looks through everyone of the organization, anew if it was broken off.
pub(crate) async fn run(bench: &mut Bench<'_>, wanted: &Duplicates) -> Result<(), Stop> {
    let everyone = bench.keeper().await?.own(Filter::All).await?;
    bench.document.progress = Progress { total: everyone.len(), ..Progress::default() };
    let dropped = bench.document.files.remove(PAIRS).map(|_| PAIRS.to_owned());
    bench.keep(Vec::new(), dropped.into_iter().collect()).await?;
    let mut finder = Finder::new(Settings { most_holders: wanted.most_holders, ..Settings::default() });
    let mut numbers = everyone.iter();
    loop {
        let slice: Numbers = numbers.by_ref().take(SLICE).collect();
        if slice.is_empty() {
            break;
        }
        bench.document.progress.done += slice.len();
        let keeper = bench.keeper().await?;
        let country = keeper.country().map(str::to_owned);
        for record in keeper.people(slice).await? {
            let numbers = record.contact.phones.iter().map(|entry| normal(&entry.value, country.as_deref()));
            finder.see(&record, numbers);
        }
        drop(keeper);
        bench.keep(Vec::new(), Vec::new()).await?;
    }
    compared(bench, wanted, finder).await
}

/// Compares who shares something, and writes down who is alike.
async fn compared(bench: &mut Bench<'_>, wanted: &Duplicates, finder: Finder) -> Result<(), Stop> {
    let candidates = finder.candidates();
    let common = candidates.common().clone();
    let (mut lines, mut pairs) = (Vec::new(), 0);
    for cluster in candidates {
        let keeper = bench.keeper().await?;
        let country = keeper.country().map(str::to_owned);
        let mut people = keeper.people(cluster.numbers.into_iter().collect()).await?;
        drop(keeper);
        let normalise = |number: &str| normal(number, country.as_deref());
        for record in &mut people {
            common.strip(&mut record.contact, &normalise);
        }
        for (likeness, one, other) in alike(&people, wanted.confidence, country.as_deref()) {
            pairs += 1;
            lines.extend(format!("{}\n", pair(&likeness, one, other)).into_bytes());
        }
        if lines.len() >= PIECE {
            keep(bench, &mut lines).await?;
        }
    }
    bench.document.progress.found = pairs;
    keep(bench, &mut lines).await
}

async fn keep(bench: &mut Bench<'_>, lines: &mut Vec<u8>) -> Result<(), Stop> {
    let piece = bench.document.append(PAIRS, "application/x-ndjson", std::mem::take(lines));
    bench.keep(vec![piece], Vec::new()).await
}

/// Who of some people are alike, the surest first.
fn alike<'r>(people: &'r [Record], least: f64, country: Option<&str>) -> Vec<(Likeness, &'r Record, &'r Record)> {
    let is_same = |one: &str, other: &str| phones::is_same(one, other, country);
    let mut found = Vec::new();
    for (at, one) in people.iter().enumerate() {
        for other in &people[at + 1..] {
            let likeness = cardfile_likeness::compare(&one.contact, &other.contact, &is_same);
            found.extend(likeness.filter(|likeness| likeness.confidence >= least).map(|likeness| (likeness, one, other)));
        }
    }
    found.sort_by(|one, other| other.0.confidence.total_cmp(&one.0.confidence));
    found
}

fn normal(number: &str, country: Option<&str>) -> String {
    phones::e164(number, country).unwrap_or_else(|| cardfile_model::fold::phone(number))
}

fn pair(likeness: &Likeness, one: &Record, other: &Record) -> Value {
    let person = |record: &Record| json!({"id": record.id, "number": record.number, "name": record.contact.name_or_email()});
    let told = told(likeness);
    json!({"contacts": [person(one), person(other)], "confidence": told["confidence"], "reasons": told["reasons"]})
}

/// A likeness as it is told.
#[must_use]
pub fn told(likeness: &Likeness) -> Value {
    let reasons: Vec<String> = likeness.reasons.iter().map(ToString::to_string).collect();
    json!({"confidence": likeness.confidence, "reasons": reasons})
}
