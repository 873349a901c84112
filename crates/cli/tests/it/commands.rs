//! Commands: what they answer, and with which exit status.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::json;

use crate::process::{Account, Server, command, json, run};

#[test]
fn a_wrong_command_line_exits_with_2_and_a_failure_with_1() {
    let data = tempfile::tempdir().unwrap();
    for wrong in [&["nonsense"][..], &["org", "add"], &["serve", "--rate-limit", "0"], &["undo", "x", "--org", "y"]] {
        let ended = run(&mut command(data.path(), wrong));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{wrong:?}");
    }
    let ended = run(&mut command(data.path(), &["org", "list"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert!(ended.stderr.contains("there is no directory in"), "{ended:?}");
    assert!(std::fs::read_dir(data.path()).unwrap().next().is_none(), "a mistyped place is left as it is");
}

#[test]
fn a_database_is_refused_clearly() {
    let data = tempfile::tempdir().unwrap();
    // Nobody listens at port 1, and what only data directories have is refused before anybody is asked.
    for (arguments, told) in [
        (&["serve"][..], "the database localhost:1/x cannot be opened"),
        (&["org", "add", "X"], "the database localhost:1/x cannot be opened"),
        (&["check"], "the database localhost:1/x cannot be opened"),
        (&["migrate"], "the database localhost:1/x cannot be prepared"),
        (&["backup", "x"], "this is for a data directory"),
        (&["restore", "x"], "this is for a data directory"),
    ] {
        let url = "postgres://me:secret@localhost:1/x";
        let ended = run(command(data.path(), arguments).env("CARDFILE_DATABASE", url));
        assert_eq!(ended.code, Some(1), "{arguments:?}");
        assert!(ended.stderr.contains(told) && !ended.stderr.contains("secret"), "{ended:?}");
    }
}

#[test]
fn an_unknown_key_in_the_file_is_refused_and_flags_win_over_the_environment() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("other.toml");
    std::fs::write(&file, "rate_limit = 5\nretention = \"7d\"\n").unwrap();
    let mut print = command(data.path(), &["config", "print", "--config", file.to_str().unwrap(), "--json"]);
    let ended = run(print.env("CARDFILE_RATE_LIMIT", "off"));
    let printed: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(printed["rate_limit"], json!({"value": "off", "source": "CARDFILE_RATE_LIMIT"}));
    assert_eq!(printed["retention"], json!({"value": "7d", "source": file.to_str().unwrap()}));
    assert_eq!(printed["max_connections"]["source"], "default");

    std::fs::write(data.path().join("cardfile.toml"), "listen_on = \"x\"\n").unwrap();
    let ended = run(&mut command(data.path(), &["config", "print"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("listen_on"), "{ended:?}");
}

#[test]
fn organizations_are_made_listed_and_locked() {
    let data = tempfile::tempdir().unwrap();
    let root = json(data.path(), &["org", "add", "Harrow & Pike"]);
    assert_eq!((&root["tenant"], &root["number"]), (&root["id"], &json!(1)));
    let id = "0190a6f0-0000-7000-8000-000000000001";
    let below = json(data.path(), &["org", "add", "Boatyard", "--parent", root["id"].as_str().unwrap(), "--id", id]);
    assert_eq!(below, json!({"id": id, "number": 2, "tenant": root["id"]}));
    json(data.path(), &["org", "lock", id]);
    let list = json(data.path(), &["org", "list"]);
    assert_eq!(list[1]["is_locked"], true);
    assert_eq!(list[1]["parent"], root["id"]);
    json(data.path(), &["org", "unlock", id]);
    assert_eq!(json(data.path(), &["org", "list"])[1]["is_locked"], false);
    let twice = run(&mut command(data.path(), &["org", "add", "Again", "--id", id]));
    assert_eq!(twice.code, Some(1));
}

#[test]
fn a_token_is_made_used_and_revoked_while_a_server_runs() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    assert!(server.said.iter().any(|line| line.contains("cardfile org add")), "{:?}", server.said);
    let account = Account::make(data.path());
    let path = format!("{}/search", account.contacts());
    let answer = server.client().get(&path, Some(&account.token));
    assert_eq!((answer.status, &answer.json()["total"]), (200, &json!(0)), "{answer:?}");
    assert_eq!(server.client().get(&path, None).status, 401);

    let mut revoke = command(data.path(), &["token", "revoke", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(revoke.stdin.take().unwrap(), "{}", account.token).unwrap();
    assert!(revoke.wait().unwrap().success());
    while server.client().get(&path, Some(&account.token)).status != 401 {}
}

#[test]
fn a_token_of_an_unknown_scope_is_refused_with_the_known_ones() {
    let data = tempfile::tempdir().unwrap();
    let Account { organization, .. } = Account::make(data.path());
    let ended = run(&mut command(data.path(), &["token", "add", "--org", &organization, "--scope", "spark:all"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("spark:all") && ended.stderr.contains("identity:groups_rw"), "{ended:?}");
    let arguments =
        ["token", "add", "--org", &organization, "--scope", "Identity:contact", "--role", "reader", "--expires-in", "0s"];
    let ended = json(data.path(), &arguments);
    let server = Server::start(data.path(), &[]);
    let path = format!("/v1/contacts/organizations/{organization}/contacts/search");
    assert_eq!(server.client().get(&path, ended["token"].as_str()).status, 401, "it has ended at once");
}

#[test]
fn what_was_done_is_logged_undone_backed_up_and_restored() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let server = Server::start(data.path(), &[]);
    let item = json!({"source": "CH", "displayName": "Alma Trevisan", "phoneNumbers": [{"value": "+1 202 555 0100"}]});
    let body = json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "contacts": [item]});
    let made = server.client().post(&format!("{}/bulk", account.contacts()), &account.token, &body).unwrap();
    assert_eq!(made.json()["failedContacts"], json!([]), "{made:?}");

    let log = json(data.path(), &["log", "--org", &account.organization]);
    let change = log.as_array().unwrap().last().unwrap();
    assert_eq!((&change["door"], &change["kind"], &change["touched"]), (&json!("webex"), &json!("write"), &json!(1)));
    let number = change["revision"].to_string();

    let copy = data.path().join("copy.db");
    json(data.path(), &["backup", copy.to_str().unwrap()]);
    assert_eq!(run(&mut command(data.path(), &["backup", copy.to_str().unwrap()])).code, Some(1), "no file is written over");
    assert_eq!(json(data.path(), &["undo", &number, "--org", &account.organization])["touched"], 1);
    let total = |server: &Server| {
        server.client().get(&format!("{}/search", account.contacts()), Some(&account.token)).json()["total"].clone()
    };
    assert_eq!(total(&server), 0);
    assert_eq!(json(data.path(), &["check"]), json!({"findings": []}));
    assert_eq!(json(data.path(), &["check", "--rebuild"]), json!({"findings": []}));
    assert_eq!(json(data.path(), &["purge"]), json!({"people": 0}));

    let elsewhere = tempfile::tempdir().unwrap();
    json(elsewhere.path(), &["restore", copy.to_str().unwrap()]);
    assert_eq!(total(&Server::start(elsewhere.path(), &[])), 1, "as it was at the backup");
    let over = run(&mut command(data.path(), &["restore", copy.to_str().unwrap()]));
    assert_eq!(over.code, Some(1), "a directory that holds something is not written over");
}

#[test]
fn a_new_data_directory_is_for_its_owner_only() {
    let outer = tempfile::tempdir().unwrap();
    let data = outer.path().join("data");
    json(&data, &["org", "add", "Harrow & Pike"]);
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}
