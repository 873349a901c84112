//! Many contacts in a request: create, update, delete.

use std::path::Path;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::client::Answer;
use crate::load::{Sent, send_all};
use crate::people::{BATCH, Id, Person, batches, bulk_body, delete_body, ids_in};
use crate::report::Row;
use crate::sample::{Times, median, micros_each, rate};
use crate::server::{Account, Listener, serve};
use crate::{Bench, floors};

/// Connections that bulk requests are sent over.
pub const CONNECTIONS: usize = 4;
const ROUNDS: usize = 3;

/// A server of its own, with people on it.
pub struct Loaded {
    /// Its data directory.
    pub data: TempDir,
    /// The server.
    pub server: Listener,
    /// Whose contacts they are.
    pub account: Account,
    /// The ids by the number of the person.
    pub ids: Vec<Id>,
    /// Contacts created in a second.
    pub rate: f64,
    /// Processor time of the server for each, in microseconds.
    pub cpu_us: f64,
    /// How long the requests took.
    pub latencies: Times,
}

/// Starts a server on an empty directory and creates people there.
///
/// # Errors
/// When a contact is refused.
pub fn load(scratch: &Path, people: usize) -> Result<Loaded> {
    let data = tempfile::tempdir_in(scratch)?;
    let account = Account::make(data.path())?;
    load_into(data, account, people)
}

/// Starts a server on a directory and creates people of an organization there.
///
/// # Errors
/// When a contact is refused.
pub fn load_into(data: TempDir, account: Account, people: usize) -> Result<Loaded> {
    let server = serve(data.path())?;
    fill(data, server, account, people)
}

/// Creates people of an organization on a server.
///
/// # Errors
/// When a contact is refused.
pub fn fill(data: TempDir, server: Listener, account: Account, people: usize) -> Result<Loaded> {
    let create = |range: std::ops::Range<usize>| account.post("/bulk", &bulk_body(range.map(|number| Person::at(number).json())));
    let before = server.process().processor_time()?;
    let Sent { elapsed, latencies, answers } =
        send_all(server.address, CONNECTIONS, batches(people).map(create).collect(), all_written)?;
    let cpu_us = micros_each(people, server.process().processor_time()?.saturating_sub(before));
    let ids = answers.concat();
    ensure!(ids.len() == people, "{} contacts came of {people}", ids.len());
    Ok(Loaded { data, server, account, ids, rate: rate(people, elapsed), cpu_us, latencies: Times::from(latencies) })
}

/// Takes the ids out of an answer in which nothing failed.
///
/// # Errors
/// When something failed.
pub fn all_written(answer: &Answer<'_>) -> Result<Vec<Id>> {
    answer.expect(200)?;
    // The list of failures stands at the end.
    let tail = &answer.body[answer.body.len().saturating_sub(200)..];
    ensure!(memchr::memmem::find(tail, br#""failedContacts":[]"#).is_some(), "failures: {}", String::from_utf8_lossy(tail));
    Ok(ids_in(answer.body))
}

fn update(loaded: &Loaded) -> Result<f64> {
    let body = |range: std::ops::Range<usize>| bulk_body(range.map(|number| Person::at(number).update(&loaded.ids[number])));
    let requests = batches(loaded.ids.len()).map(|range| loaded.account.post("/bulk", &body(range))).collect();
    let sent = send_all(loaded.server.address, CONNECTIONS, requests, all_written)?;
    Ok(rate(loaded.ids.len(), sent.elapsed))
}

fn delete(loaded: &Loaded) -> Result<f64> {
    let requests = loaded.ids.chunks(BATCH).map(|ids| loaded.account.post("/bulk/delete", &delete_body(ids))).collect();
    let sent = send_all(loaded.server.address, CONNECTIONS, requests, |answer| answer.expect(200))?;
    Ok(rate(loaded.ids.len(), sent.elapsed))
}

/// Creates, updates and deletes 100,000 people, in rounds with the bare table; the figures are medians.
///
/// # Errors
/// When a request fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let people = bench.small();
    let (mut bare, mut created, mut updated, mut deleted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(floors::table(bench.scratch(), people)?.rate);
        let loaded = load(bench.scratch(), people)?;
        created.push(loaded.rate);
        updated.push(update(&loaded)?);
        deleted.push(delete(&loaded)?);
        let left = crate::search::total(&loaded.server, &loaded.account)?;
        ensure!(left == 0, "{left} are left after everyone was deleted");
        loaded.server.stop()?;
    }
    let (bare, created) = (median(bare), median(created));
    let unit = "contacts/s";
    bench.report.add(Row::new("bulk create", people, created, unit).over(bare).ratio_at_least(0.40));
    bench
        .report
        .add(Row::new("bulk update (floor: our create)", people, median(updated), unit).over(created).ratio_at_least(0.5));
    let row = Row::new("bulk delete by id (floor: our create)", people, median(deleted), unit);
    bench.report.add(row.over(created).ratio_at_least(4.0));
    Ok(())
}
