//! Kills the server in the middle of writing, again and again: what was acknowledged is there, and nothing is there by half.

mod load;

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use load::{Batch, Loader};
use serde_json::json;

use crate::process::{Account, Server, json};

const ROUNDS: u64 = 20;
const LOADERS: u64 = 3;
/// The longest time from the first acknowledgement of a round to its crash.
const LONGEST_MS: u64 = 250;
/// No round is begun after this.
const TIME: Duration = Duration::from_secs(40);

#[test]
fn every_acknowledged_write_survives_a_crash_and_no_unacknowledged_half_does() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let began = Instant::now();
    let mut seed = 0x5eed_u64;
    let mut known: Vec<Batch> = Vec::new();
    for round in 0..ROUNDS {
        if began.elapsed() > TIME {
            break;
        }
        let server = Server::start(data.path(), &[("CARDFILE_RATE_LIMIT", "off")]);
        let settled = round == 0 || known.iter().any(|batch| batch.is_of(round - 1));
        assert!(settled, "round {round}: nothing was written before the last crash");
        for batch in known.iter_mut().filter(|batch| round > 0 && batch.is_of(round - 1)) {
            batch.settle(&mut server.client(), &account);
        }
        let delay = Duration::from_millis(next(&mut seed) % LONGEST_MS);
        known.extend(crash_under_load(server, &account, round, delay));
        if round % 5 == 4 {
            assert_eq!(json(data.path(), &["check"]), json!({"findings": []}), "after round {round}");
        }
    }
    let server = Server::start(data.path(), &[("CARDFILE_RATE_LIMIT", "off")]);
    let mut client = server.client();
    for batch in &mut known {
        batch.settle(&mut client, &account);
    }
    let living: usize = known.iter().map(Batch::living).sum();
    let found = client.get(&format!("{}/search?limit=1", account.contacts()), Some(&account.token));
    assert_eq!(found.json()["total"], living, "nobody is there who should not be");
    log_is_whole(&account, data.path());
    assert_eq!(json(data.path(), &["check"]), json!({"findings": []}), "while it is in use");
    assert!(server.stop().0.success());
    assert_eq!(json(data.path(), &["check"]), json!({"findings": []}), "after it was closed");
    let acknowledged: usize = known.iter().map(Batch::acknowledged).sum();
    eprintln!("{acknowledged} acknowledged requests, {living} people, {:?}", began.elapsed());
}

/// Loads the server from several connections, and kills it some time after the first acknowledgement.
fn crash_under_load(server: Server, account: &Account, round: u64, delay: Duration) -> Vec<Batch> {
    let (acknowledged, first) = channel();
    std::thread::scope(|scope| {
        let loaders: Vec<_> = (0..LOADERS)
            .map(|number| {
                let loader = Loader::new(server.client(), account, (round, number), acknowledged.clone());
                scope.spawn(move || loader.run())
            })
            .collect();
        drop(acknowledged);
        first.recv().unwrap();
        let moment = Instant::now() + delay;
        // Acknowledgements come in meanwhile; when they end early, all loaders have failed, and their batches will tell.
        while let Some(left) = moment.checked_duration_since(Instant::now()) {
            if first.recv_timeout(left).is_err() {
                break;
            }
        }
        server.crash();
        loaders.into_iter().flat_map(|loader| loader.join().unwrap()).collect()
    })
}

/// The log counts up without gaps, whatever crashed.
fn log_is_whole(account: &Account, data: &std::path::Path) {
    let log = json(data, &["log", "--org", &account.organization, "--limit", "1000000"]);
    let revisions: Vec<u64> = log.as_array().unwrap().iter().map(|change| change["revision"].as_u64().unwrap()).collect();
    let first = revisions.first().copied().unwrap();
    assert_eq!(first, 1);
    assert!(revisions.iter().zip(first..).all(|(revision, expected)| *revision == expected), "{revisions:?}");
}

/// A small generator of numbers (xorshift), the same in every run.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}
