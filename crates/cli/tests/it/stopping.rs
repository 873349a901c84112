//! Stopping in good order.

use serde_json::json;

use crate::http::post;
use crate::process::{Account, Server, json};

fn bulk(count: usize) -> serde_json::Value {
    let item =
        |at: usize| json!({"source": "CH", "displayName": format!("Person {at}"), "phoneNumbers": [{"value": at.to_string()}]});
    let items: Vec<_> = (0..count).map(item).collect();
    json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "contacts": items})
}

#[test]
fn a_write_in_flight_is_finished_and_answered_before_the_server_ends() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let mut server = Server::start(data.path(), &[]);
    let request = post(&format!("{}/bulk", account.contacts()), &account.token, &bulk(50));
    let (begun, rest) = request.split_at(request.len() / 2);
    let (mut busy, mut idle) = (server.client(), server.client());
    idle.get("/healthz", None);
    busy.send(begun).unwrap();
    // An answer on another connection, asked for later, shows that the server has seen the first half.
    server.client().get("/healthz", None);
    server.signal("TERM");
    server.wait_for("shutting down");
    assert!(idle.is_hung_up());
    busy.send(rest).unwrap();
    let answer = busy.answer().unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["contacts"].as_array().unwrap().len(), 50);
    let (status, _) = server.wait();
    assert!(status.success());
    let log = json(data.path(), &["log", "--org", &account.organization]);
    assert_eq!(log.as_array().unwrap().last().unwrap()["came"], 50);
}

#[test]
fn a_request_that_outlasts_the_grace_term_does_not_keep_the_server() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let server = Server::start(data.path(), &[("CARDFILE_SHUTDOWN_GRACE", "100ms")]);
    let request = post(&format!("{}/bulk", account.contacts()), &account.token, &bulk(1));
    let mut busy = server.client();
    busy.send(&request[..request.len() - 1]).unwrap();
    server.client().get("/healthz", None);
    let (status, said) = server.stop();
    assert!(status.success());
    assert!(said.iter().any(|line| line.contains("shutdown_grace")), "{said:?}");
}
