//! Files of people brought in and taken out.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Account, Ended, command, json, run};

struct Place {
    folder: tempfile::TempDir,
    account: Account,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let account = Account::make(&folder.path().join("data"));
        Place { folder, account }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn import(&self, file: &Path, flags: &[&str]) -> Value {
        let mut arguments = vec!["import", file.to_str().unwrap(), "--org", &self.account.organization];
        arguments.extend(flags);
        json(&self.data(), &arguments)
    }

    fn export(&self, format: &str) -> String {
        let ended = run(&mut command(&self.data(), &["export", "--org", &self.account.organization, "--format", format]));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.stdout
    }

    fn people(&self) -> Vec<Value> {
        self.export("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn tally(created: u64, changed: u64, unchanged: u64, rejected: u64) -> Value {
    let rows = created + changed + unchanged + rejected;
    let mut tally = json!({"rows": rows, "created": created, "changed": changed, "unchanged": unchanged, "rejected": rejected});
    (tally["deleted"], tally["dry_run"]) = (0.into(), false.into());
    tally
}

const PEOPLE: &str =
    "Kennung;Vorname;Nachname;E-Mail;Firma\r\n17;Ada;Quay;ada@example.com;Pier & Co\r\n18;Bo;Lind;bo@example.com;\r\n";

#[test]
fn rows_are_made_then_recognised_and_what_would_be_done_is_told_before() {
    let place = Place::new();
    let file = place.file("people.csv", PEOPLE);
    let planned = place.import(&file, &["--match", "email", "--dry-run"]);
    assert_eq!((&planned["created"], &planned["dry_run"]), (&json!(2), &json!(true)));
    assert!(place.people().is_empty());
    assert_eq!(place.import(&file, &["--match", "email"]), tally(2, 0, 0, 0));
    assert_eq!(place.import(&file, &["--match", "email"]), tally(0, 0, 2, 0));
    let file = place.file("people.csv", &PEOPLE.replace("Pier & Co", "Dock Ltd"));
    assert_eq!(place.import(&file, &["--match", "email"]), tally(0, 1, 1, 0));
    let people = place.people();
    assert_eq!((people.len(), &people[0]["company"], &people[0]["givenName"]), (2, &json!("Dock Ltd"), &json!("Ada")));
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 2, "nothing is left beside the file");
}

#[test]
fn rejected_rows_are_corrected_and_brought_in_again() {
    let place = Place::new();
    let file = place.file("people.csv", &format!("{PEOPLE}19;;;;\r\n"));
    let results = place.folder.path().join("results.jsonl");
    let found = place.import(&file, &["--results", results.to_str().unwrap()]);
    assert_eq!(found, tally(2, 0, 0, 1));
    let lines = fs::read_to_string(&results).unwrap();
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = rows.iter().map(|row| (row["row"].as_u64(), row["status"].as_str())).collect();
    assert_eq!(told, [(Some(1), Some("created")), (Some(2), Some("created")), (Some(3), Some("rejected"))]);
    let rejected = place.folder.path().join("people.csv.rejected.csv");
    let text = fs::read_to_string(&rejected).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    fs::write(&rejected, text.replace("19;;;;", "19;Cy;Ash;cy@example.com;")).unwrap();
    assert_eq!(place.import(&rejected, &[]), tally(1, 0, 0, 0));
    assert_eq!(place.people().len(), 3);
}

#[test]
fn a_file_of_which_nothing_comes_fails() {
    let place = Place::new();
    let file = place.file("people.csv", "Kennung;Vorname\r\n19;\r\n");
    let Ended { code, stderr, .. } =
        run(&mut command(&place.data(), &["import", file.to_str().unwrap(), "--org", &place.account.organization]));
    assert_eq!(code, Some(1), "{stderr}");
    let missing = run(&mut command(&place.data(), &["import", "nowhere.csv", "--org", &place.account.organization]));
    assert!(missing.code == Some(1) && missing.stderr.contains("nowhere.csv cannot be read"), "{missing:?}");
    let unknown = run(&mut command(&place.data(), &["export", "--org", &place.account.organization, "--format", "pdf"]));
    assert!(unknown.code == Some(1) && unknown.stderr.contains("there is no format pdf"), "{unknown:?}");
}

#[test]
fn what_goes_out_in_each_format_comes_back() {
    let place = Place::new();
    let file = place.file("people.csv", PEOPLE);
    place.import(&file, &[]);
    for (format, extension) in [("csv", "csv"), ("vcard", "vcf"), ("jscontact", "json"), ("ldif", "ldif"), ("jsonl", "jsonl")] {
        let other = Place::new();
        let file = other.file(&format!("people.{extension}"), &place.export(format));
        assert_eq!(other.import(&file, &["--format", format]), tally(2, 0, 0, 0), "{format}");
        let names: Vec<Value> =
            other.people().iter().map(|person| json!([person["givenName"], person["emails"][0]["value"]])).collect();
        assert_eq!(names, [json!(["Ada", "ada@example.com"]), json!(["Bo", "bo@example.com"])], "{format}");
    }
}

#[test]
fn who_is_not_in_a_file_of_everyone_goes_if_that_is_not_too_many() {
    let place = Place::new();
    let rows = |numbers: std::ops::Range<u32>| -> String {
        let row = |number| format!("{number},P{number},p{number}@example.com\n");
        numbers.map(row).collect::<Vec<_>>().concat()
    };
    let everyone = place.file("everyone.csv", &format!("Key,Given name,Email\n{}", rows(0..80)));
    place.import(&everyone, &["--source", "hr", "--sync"]);
    place.import(&place.file("other.csv", "Key,Given name,Email\n1,Q,q@example.com\n"), &["--source", "crm"]);
    // Ten are few.
    let file = place.file("fewer.csv", &format!("Key,Given name,Email\n{}", rows(0..70)));
    let planned = place.import(&file, &["--source", "hr", "--sync", "--dry-run"]);
    assert_eq!((&planned["deleted"], place.people().len()), (&json!(10), 81));
    assert_eq!(place.import(&file, &["--source", "hr", "--sync"])["deleted"], 10);
    assert_eq!(place.people().len(), 71);
    // A row of which nothing comes tells of nobody, so that nobody goes.
    let file = place.file("bad.csv", &format!("Key,Given name,Email\n{}9999,,\n", rows(0..60)));
    assert_eq!(place.import(&file, &["--source", "hr", "--sync"])["deleted"], 0);
    // Sixty are many.
    let file = place.file("few.csv", &format!("Key,Given name,Email\n{}", rows(0..10)));
    let organization = &place.account.organization;
    let arguments = ["import", file.to_str().unwrap(), "--org", organization, "--source", "hr", "--sync"];
    let stopped = run(&mut command(&place.data(), &arguments));
    assert!(stopped.code == Some(1) && stopped.stderr.contains("--yes"), "{stopped:?}");
    assert_eq!(place.people().len(), 71);
    assert_eq!(place.import(&file, &["--source", "hr", "--sync", "--yes"])["deleted"], 60);
    assert_eq!(place.people().len(), 11, "those of other sources stay");
}

/// People of the file that is broken off.
const MANY: usize = 12_000;

#[test]
fn an_import_that_is_killed_goes_on_and_brings_everyone_in_once() {
    let place = Place::new();
    let mut text = String::from("Given name,Family name,Email\n");
    for number in 0..MANY {
        // Every thousandth lacks fields.
        let row = if number % 1_000 == 7 { "P\n".to_owned() } else { format!("P{number},Quay,p{number}@example.com\n") };
        text.push_str(&row);
    }
    let file = place.file("many.csv", &text);
    let journal = place.folder.path().join("many.csv.import");
    let arguments = ["import", file.to_str().unwrap(), "--org", &place.account.organization, "--match", "none"];
    let mut kills = 0;
    for round in 0.. {
        let mut child = command(&place.data(), &arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
        let wanted = round * 2_000 + 1_000;
        let begun = Instant::now();
        // It is killed when it has come so far, somewhere in the middle of what comes next.
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            assert!(begun.elapsed() < Duration::from_mins(2), "it comes to no end");
            let reached = fs::read(&journal).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
            if round < 4 && reached.is_some_and(|reached| reached["rows"].as_u64() >= Some(wanted)) {
                break None;
            }
            std::thread::yield_now();
        };
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 0, "it was never killed");
    let people = place.people();
    let names: std::collections::BTreeSet<&str> = people.iter().filter_map(|person| person["givenName"].as_str()).collect();
    assert_eq!((people.len(), names.len()), (MANY - MANY / 1_000, MANY - MANY / 1_000), "everyone once, after {kills} kills");
    let rejected = fs::read_to_string(place.folder.path().join("many.csv.rejected.csv")).unwrap();
    assert_eq!(rejected.lines().count(), 1 + MANY / 1_000, "each rejected row once");
    assert!(!journal.exists());
    assert_eq!(json(&place.data(), &["check"]), json!({"findings": []}));
}
