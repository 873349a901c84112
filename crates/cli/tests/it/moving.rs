//! Moving a directory into a database and back, with crashes on the way.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use cardfile_testdb::Cluster;
use serde_json::{Value, json};

use crate::process::{Account, PATIENCE, Server, command, json, run};

const SCHEMAS: &str = "urn:cisco:codev:identity:contact:core:1.0";
const BATCHES: usize = 6;
const PEOPLE: usize = 1_000;

#[test]
fn a_directory_is_moved_into_a_database_and_back_through_crashes() {
    let (first, last) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let account = populate(first.path());
    let told = |data: &Path, place: &[&str]| {
        let log = ["log", "--org", &account.organization, "--limit", "1000000"];
        (json(data, &[&log[..], place].concat()), json(data, &[&["org", "list"], place].concat()))
    };
    let expected = told(first.path(), &[]);

    let database = Cluster::shared().database("nothing", |_| {});
    let at = ["--database", database.url()];
    let early = run(command(first.path(), &["move", "--to", database.url()]).arg("--json"));
    assert_eq!(early.code, Some(1), "a database must be prepared");
    assert!(early.stderr.contains("cardfile migrate"), "{early:?}");
    assert!(run(&mut command(first.path(), &[&["migrate"], &at[..]].concat())).code == Some(0));

    let there = ["move", "--to", database.url()];
    crash(first.path(), &there, || Cluster::shared().sql(database.name(), UNDER_WAY).trim() != "0");
    assert_eq!(json(first.path(), &[&["org", "list"], &at[..]].concat()), json!([]), "half a tenant is not there");
    let report = json(first.path(), &there);
    assert_eq!((&report["tenants"], &report["differences"]), (&json!(1), &json!([])), "{report}");
    assert!(report["written"].as_u64() < report["rows"].as_u64(), "it goes on where it was: {report}");
    assert_eq!(json(first.path(), &[&["check"], &at[..]].concat()), json!({"findings": []}));
    assert_eq!(told(first.path(), &at), expected);
    assert_eq!(told(first.path(), &[]), expected, "what was moved stays");
    let again = run(&mut command(first.path(), &there));
    assert!(again.code == Some(1) && again.stderr.contains("already"), "{again:?}");

    let target = last.path().join("data");
    let back = [&at[..], &["move", "--to", target.to_str().unwrap()]].concat();
    crash(first.path(), &back, || target.join("cardfile.db-wal").metadata().is_ok_and(|log| log.len() > 1 << 20));
    let report = run(&mut command(first.path(), &back));
    assert!(report.code == Some(0) && report.stdout.contains("both sides agree"), "{report:?}");
    assert!(report.stderr.contains("moving: "), "{report:?}");
    assert_eq!(json(&target, &["check"]), json!({"findings": []}));
    assert_eq!(told(&target, &[]), expected);
    let server = Server::start(&target, &[]);
    let page = server.client().get(&format!("{}/search?limit=1&keyword=person", account.contacts()), Some(&account.token));
    assert_eq!(page.json()["total"], BATCHES * PEOPLE);
}

/// How many tenants are on their way, with some rows.
const UNDER_WAY: &str = "SELECT count(*) FROM moves WHERE table_name = 'tenants' AND rows > 0";

/// Begins a move and kills it once it has written something.
fn crash(data: &Path, arguments: &[&str], mut has_begun: impl FnMut() -> bool) {
    let mut moving = command(data, arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !has_begun() {
        assert!(moving.try_wait().unwrap().is_none(), "it ended before it could be killed");
        assert!(began.elapsed() < PATIENCE, "it never wrote anything");
        std::thread::sleep(Duration::from_millis(2));
    }
    moving.kill().unwrap();
    assert!(!moving.wait().unwrap().success());
}

fn populate(data: &Path) -> Account {
    let account = Account::make(data);
    let server = Server::start(data, &[("CARDFILE_RATE_LIMIT", "off")]);
    let mut client = server.client();
    for batch in 0..BATCHES {
        let body = json!({"schemas": SCHEMAS, "contacts": (0..PEOPLE).map(|at| person(batch, at)).collect::<Vec<_>>()});
        let answer = client.post(&format!("{}/bulk", account.contacts()), &account.token, &body).unwrap();
        assert!([200, 201].contains(&answer.status), "{answer:?}");
    }
    assert!(server.stop().0.success());
    account
}

fn person(batch: usize, at: usize) -> Value {
    json!({
        "source": "CH",
        "displayName": format!("Person {at} of {batch}"),
        "emails": [{"value": format!("p{at}.{batch}@cardfile.example"), "type": "work"}],
    })
}
