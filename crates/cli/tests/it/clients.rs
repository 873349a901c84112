//! Programs that sign in.

use crate::process::{Server, command, json};

#[test]
fn a_removed_client_is_let_in_no_more() {
    let data = tempfile::tempdir().unwrap();
    let organization = json(data.path(), &["org", "add", "Quayside"]);
    let id = organization["id"].as_str().unwrap();
    let client = json(data.path(), &["client", "add", "--org", id]);
    let (name, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    assert_eq!(json(data.path(), &["client", "list", "--org", id])[0]["client_id"], *name);
    let server = Server::start(data.path(), &[]);
    let form = format!("grant_type=client_credentials&client_id={name}&client_secret={secret}");
    let mut http = server.client();
    let issued = http.ask("POST", "/token", None, ("application/x-www-form-urlencoded", &form)).json();
    let token = issued["access_token"].as_str().unwrap();
    assert_eq!(http.get("/api/v2/addressbook/groups", Some(token)).status, 200);
    json(data.path(), &["client", "remove", name, "--org", id]);
    // Who a token stands for is remembered for a second by a server that runs.
    let is_out = |_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        http.get("/api/v2/addressbook/groups", Some(token)).status == 401
    };
    assert!((0..100).any(is_out));
    assert_eq!(http.ask("POST", "/Token", None, ("application/x-www-form-urlencoded", &form)).status, 400);
    let again = command(data.path(), &["client", "remove", name, "--org", id]).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    server.stop();
}

#[test]
fn names_and_countries_that_cannot_be_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let organization = json(data.path(), &["org", "add", "Quayside", "--country", "no"]);
    let id = organization["id"].as_str().unwrap();
    assert_eq!(json(data.path(), &["org", "list"])[0]["country"], "NO");
    for bad in ["a:b", "a b", ""] {
        let refused = command(data.path(), &["client", "add", "--org", id, "--name", bad]).output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{bad}");
    }
    json(data.path(), &["client", "add", "--org", id, "--name", "ops@quay.example"]);
    let again = command(data.path(), &["client", "add", "--org", id, "--name", "ops@quay.example"]).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    let refused = command(data.path(), &["org", "add", "X", "--country", "ZZ"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
}
