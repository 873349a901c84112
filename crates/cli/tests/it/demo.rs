//! The demo, and that its lines work as pasted.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::process::{Server, command};

fn paste(line: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_cardfile")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh").args(["-c", line]).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_line_of_the_demo_works_as_pasted_and_nothing_is_left_of_it() {
    let data = tempfile::tempdir().unwrap();
    let mut demo = command(data.path(), &["demo", "--listen", "127.0.0.1:0", "--json"]);
    let mut server = Server::spawn(demo.stdout(Stdio::piped()));
    let mut printed = String::new();
    BufReader::new(server.stdout().unwrap()).read_line(&mut printed).unwrap();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let folder = printed["data"].as_str().unwrap();
    let lines = printed["lines"].as_array().unwrap();
    let answer = |what: &str| {
        let line = lines.iter().find(|line| line["what"].as_str().unwrap().starts_with(what)).unwrap();
        paste(line["line"].as_str().unwrap())
    };
    let token = printed["token"].as_str().unwrap();
    let path = format!("/v1/contacts/organizations/{}/contacts/search", printed["organization"].as_str().unwrap());
    let total = |keyword: &str| {
        let found = server.client().get(&format!("{path}?limit=1&keyword={keyword}"), Some(token));
        found.json()["total"].as_u64().unwrap()
    };
    assert_eq!(total(""), 50);
    assert!(serde_json::from_str::<Value>(&answer("search")).unwrap()["total"].as_u64() > Some(0));
    let bulk: Value = serde_json::from_str(&answer("bulk create, with")).unwrap();
    assert_eq!((&bulk["failedContacts"][0]["id"], &bulk["contacts"][1]), (&json!("1"), &json!(null)));
    assert!(answer("bulk create 1,000").starts_with("200 "));
    assert_eq!(total(""), 1051);
    assert!(answer("bulk update").starts_with("200 "));
    let updated: Value = serde_json::from_slice(&std::fs::read(format!("{folder}/updated.json")).unwrap()).unwrap();
    let is_promoted = |contact: &Value| contact["title"] == "Promoted";
    assert!(updated["contacts"].as_array().unwrap().iter().all(is_promoted), "every title is changed");
    assert!(answer("bulk delete").contains("200 in "));
    assert_eq!(total(""), 51);
    assert!(answer("what happened").contains("1000 went"));
    // The lines of the address book share a shell: the first keeps a token for the others.
    let book = |line: &Value| {
        line["what"].as_str().unwrap().starts_with("address book").then(|| line["line"].as_str().unwrap().to_owned())
    };
    let book: Vec<String> = lines.iter().filter_map(book).collect();
    let shown = paste(&book.join("; echo; "));
    let answers: Vec<Value> = shown.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(answers[0]["ResponseData"]["Detail"]["TotalRecords"], json!(51), "{shown}");
    assert!(shown.contains("<Result>Success</Result>"), "{shown}");
    let left = &answers.last().unwrap()["ResponseData"]["Detail"];
    assert_eq!((&left["TotalRecords"], &left["Contacts"][0]["PersonNumber"]), (&json!(1), &json!(3)), "{shown}");
    oracle(lines);
    let (status, _) = server.stop();
    assert!(status.success());
    assert!(!Path::new(folder).exists());
}

/// The lines of the Oracle door share a shell, too.
fn oracle(lines: &[Value]) {
    let line = |line: &Value| {
        let is_one = line["what"].as_str().unwrap().starts_with("Oracle");
        is_one.then(|| line["line"].as_str().unwrap().to_owned())
    };
    let oracle: Vec<String> = lines.iter().filter_map(line).collect();
    let shown = paste(&oracle.join("; echo; "));
    let answers: Vec<Value> = shown.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let [members, removed, refused, accounts, left] = &answers[..] else { panic!("{shown}") };
    assert_eq!(members["totalResults"], json!(4), "{shown}");
    assert_eq!((&removed["element"], &refused["errorCode"]), (&json!(true), &json!("100020")), "{shown}");
    assert_eq!(accounts["items"][0]["name"], json!("Harbour Tools"), "{shown}");
    assert_eq!((&left["firstName"], &left["parentOrganization"]), (&json!("Lin"), &json!(null)), "{shown}");
    let webex = lines.iter().find(|line| line["what"] == "the account as Webex shows it").unwrap();
    let people: Value = serde_json::from_str(&paste(webex["line"].as_str().unwrap())).unwrap();
    assert_eq!(people["total"], json!(3), "{people}");
}
