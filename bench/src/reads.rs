//! One contact in a request, over many connections at once: reads beside the bare endpoint, creates beside the disk.

use std::time::Duration;

use anyhow::Result;

use crate::bulk::{Loaded, load};
use crate::client::post;
use crate::load::{Source, Stretch, send_for};
use crate::people::{Person, Random};
use crate::process::Process;
use crate::report::Row;
use crate::sample::{Times, median, micros_each};
use crate::server::{Account, Listener};
use crate::{Bench, endpoint, floors};

pub const CONNECTIONS: usize = 32;
const ROUNDS: usize = 3;
pub const ROUND: Duration = Duration::from_secs(3);

/// Rates and worst times of rounds.
#[derive(Default)]
struct Rounds {
    rates: Vec<f64>,
    p99s: Vec<f64>,
    cpu_us: Vec<f64>,
}

impl Rounds {
    /// Has a process do something for a while, and takes in what came of it.
    fn add(&mut self, process: &Process, work: impl FnOnce() -> Result<Stretch>) -> Result<()> {
        let before = process.processor_time()?;
        let stretch = work()?;
        self.cpu_us.push(micros_each(stretch.latencies.len(), process.processor_time()?.saturating_sub(before)));
        self.rates.push(stretch.rate);
        self.p99s.push(Times::from(stretch.latencies).p99_ms());
        Ok(())
    }
}

/// Reads of contacts by id, each connection in a random order of its own.
pub fn read(server: &Listener, loaded: &Loaded, seed: usize) -> Result<Stretch> {
    let source = |connection: usize| -> Source {
        let (account, ids) = (loaded.account.clone(), loaded.ids.clone());
        let mut random = Random::new((seed * CONNECTIONS + connection) as u64);
        let template = account.read(&ids[0]);
        let at = account.contacts("/").len() + "GET ".len();
        Box::new(move |request| {
            if request.is_empty() {
                request.extend_from_slice(&template);
            }
            request[at..at + 36].copy_from_slice(&random.pick(&ids));
        })
    };
    send_for(server.address, ROUND, 200, (0..CONNECTIONS).map(source).collect())
}

/// Reads by id from a server with people on it, in rounds with the bare endpoint; the figures are medians.
///
/// # Errors
/// When a read fails.
pub fn measure_reads(bench: &mut Bench, loaded: &Loaded) -> Result<()> {
    let endpoint = endpoint::start()?;
    let (mut bare, mut ours) = (Rounds::default(), Rounds::default());
    for round in 0..ROUNDS {
        bare.add(&endpoint.process(), || read(&endpoint, loaded, round))?;
        ours.add(&loaded.server.process(), || read(&loaded.server, loaded, round))?;
    }
    endpoint.end();
    let people = loaded.ids.len();
    let row = Row::new("point read, 32 connections", people, median(ours.rates), "requests/s");
    bench.report.add(row.over(median(bare.rates)).ratio_at_least(0.6));
    let row = Row::new("point read, 32 connections, p99", people, median(ours.p99s), "ms");
    bench.report.add(row.over(median(bare.p99s)).ratio_at_most(3.0));
    let row = Row::new("point read, server's processor time each", people, median(ours.cpu_us), "µs");
    bench.report.add(row.over(median(bare.cpu_us)));
    Ok(())
}

pub fn create(server: &Listener, account: &Account, first: usize) -> Result<Stretch> {
    let source = |connection: usize| -> Source {
        let (path, token) = (account.contacts(""), account.token.clone());
        let mut number = first + connection;
        Box::new(move |request| {
            *request = post(&path, &token, &Person::at(number).json());
            number += CONNECTIONS;
        })
    };
    send_for(server.address, ROUND, 201, (0..CONNECTIONS).map(source).collect())
}

/// Creates one contact in a request, in rounds with the disk's own pace; the figures are medians.
fn measure_creates(bench: &mut Bench, loaded: &Loaded) -> Result<()> {
    let (mut disk, mut ours) = (Vec::new(), Rounds::default());
    for round in 1..=ROUNDS {
        disk.push(floors::syncs(bench.scratch(), Duration::from_secs(1))?);
        ours.add(&loaded.server.process(), || create(&loaded.server, &loaded.account, round * 10_000_000))?;
    }
    let people = loaded.ids.len();
    let row = Row::new("single create, 32 connections (floor: fsync)", people, median(ours.rates), "requests/s");
    bench.report.add(row.over(median(disk)).ratio_at_least(6.0));
    bench.report.add(Row::new("single create, 32 connections, p99", people, median(ours.p99s), "ms"));
    bench.report.add(Row::new("single create, server's processor time each", people, median(ours.cpu_us), "µs"));
    Ok(())
}

/// Reads and creates on a server with 100,000 people.
///
/// # Errors
/// When a request fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let loaded = load(bench.scratch(), bench.small())?;
    loaded.server.process().settle()?;
    measure_reads(bench, &loaded)?;
    measure_creates(bench, &loaded)?;
    loaded.server.stop()
}
