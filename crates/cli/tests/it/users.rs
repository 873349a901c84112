//! People who sign in with a name and a password.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::process::{Server, command, json, run};

fn organization(data: &Path) -> String {
    json(data, &["org", "add", "Quayside"])["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_log_in_is_made_listed_changed_and_removed() {
    let data = tempfile::tempdir().unwrap();
    let (data, id) = (data.path(), organization(data.path()));
    let made = json(data, &["user", "add", "--org", &id, "--login", "Mia@Quay.example"]);
    assert_eq!(made["login"], "mia@quay.example");
    let password = made["password"].as_str().unwrap();
    assert!(password.len() >= 20, "{password}");
    let agent = json(data, &["user", "add", "--org", &id, "--login", "lin", "--role", "agent", "--password", "s3cret pass"]);
    assert_eq!(agent, json!({"login": "lin", "password": "s3cret pass"}));
    let listed = json(data, &["user", "list", "--org", &id]);
    let listed: Vec<_> = listed.as_array().unwrap().iter().map(|login| (&login["role"], &login["login"])).collect();
    assert_eq!(listed, [(&json!("merchant-admin"), &json!("mia@quay.example")), (&json!("agent"), &json!("lin"))]);
    let changed = json(data, &["user", "password", "--org", &id, "--login", "MIA@quay.example"]);
    assert_ne!(changed["password"], password);
    json(data, &["user", "remove", "--org", &id, "--login", "mia@quay.example", "--role", "merchant-admin"]);
    let ended = run(&mut command(data, &["user", "list", "--org", &id]));
    assert_eq!(ended.stdout, "agent  lin\n");
    let ended = run(&mut command(data, &["check"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn people_are_told_a_password_that_is_made_and_not_one_they_said() {
    let data = tempfile::tempdir().unwrap();
    let (data, id) = (data.path(), organization(data.path()));
    let made = run(&mut command(data, &["user", "add", "--org", &id, "--login", "mia"]));
    assert!(made.stdout.trim_end().len() >= 20 && made.stderr.contains("log-in mia"), "{made:?}");
    let mut reading = command(data, &["user", "password", "--org", &id, "--login", "mia", "--password", "-"]);
    let mut child = reading.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"s3cret pass\n").unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), &*ended.stdout), (Some(0), &b"mia\n"[..]));
}

#[test]
fn what_cannot_be_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let (data, id) = (data.path(), organization(data.path()));
    json(data, &["user", "add", "--org", &id, "--login", "mia", "--password", "a"]);
    let long = "p".repeat(1025);
    for words in [
        &["add", "--login", "MIA"][..],
        &["add", "--login", " "],
        &["add", "--login", "a\nb"],
        &["add", "--login", "lin", "--password", ""],
        &["add", "--login", "lin", "--password", &long],
        &["password", "--login", "lin"],
        &["remove", "--login", "mia", "--role", "agent"],
    ] {
        let ended = run(command(data, &["user"]).args(words).args(["--org", &id]));
        assert_eq!(ended.code, Some(1), "{words:?}: {ended:?}");
    }
    let nowhere = "0190a000-0000-7000-8000-000000000000";
    let ended = run(&mut command(data, &["user", "add", "--org", nowhere, "--login", "mia"]));
    assert_eq!(ended.code, Some(1), "{ended:?}");
}

#[test]
fn behind_a_trusted_proxy_log_ins_are_counted_by_the_address_that_it_tells() {
    let data = tempfile::tempdir().unwrap();
    organization(data.path());
    let form = ("application/x-www-form-urlencoded", "grant_type=password&username=mia&password=wrong");
    let statuses = |proxies: &str, addresses: &[&str]| -> Vec<u16> {
        let settings = [("CARDFILE_TRUSTED_PROXIES", proxies), ("CARDFILE_LOGINS_FAILURES_BY_ADDRESS", "1")];
        let server = Server::start(data.path(), &settings);
        let mut client = server.client();
        let mut attempt = |address: &&str| {
            let told = format!("x-forwarded-for: {address}\r\n");
            client.ask_with(&told, "POST", "/ccagent/v1/login", None, form).status
        };
        addresses.iter().map(&mut attempt).collect()
    };
    let addresses = ["198.51.100.1", "198.51.100.1", "198.51.100.2", "6.6.6.6, 198.51.100.1"];
    assert_eq!(statuses("127.0.0.1", &addresses), [401, 429, 401, 429]);
    assert_eq!(statuses("192.0.2.1", &addresses), [401, 429, 429, 429], "who is not trusted is not believed");
}
