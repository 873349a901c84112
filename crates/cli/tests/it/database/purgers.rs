//! Two servers that remove the same people for good.

use cardfile_testdb::Cluster;
use serde_json::{Value, json};

use super::harness::{Place, until};
use super::load::{SCHEMAS, id, person};

const PEOPLE: usize = 200;
const ROUNDS: usize = 6;
const SETTINGS: &[(&str, &str)] =
    &[("CARDFILE_RETENTION", "1s"), ("CARDFILE_PURGE_INTERVAL", "20ms"), ("CARDFILE_LOG_FORMAT", "json")];

#[test]
fn everyone_is_purged_once() {
    let cluster = Cluster::private(&[]);
    let place = Place::make(&cluster);
    let account = place.account();
    let servers = [place.serve(SETTINGS), place.serve(SETTINGS)];
    let bulk = format!("{}/bulk", account.contacts());
    for round in 0..ROUNDS {
        let mut client = servers[round % 2].client();
        let people: Vec<Value> = (0..PEOPLE).map(|at| person(&format!("p{at} r{round}"))).collect();
        let made = client.post(&bulk, &account.token, &json!({"schemas": SCHEMAS, "contacts": people})).unwrap().json();
        let ids: Vec<String> = made["contacts"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(ids.len(), PEOPLE, "{made}");
        let gone =
            client.post(&(bulk.clone() + "/delete"), &account.token, &json!({"schemas": SCHEMAS, "objectIds": ids})).unwrap();
        assert_eq!(gone.status, 200, "{gone:?}");
    }
    until("everyone is purged", || cluster.sql("cards", "SELECT count(*) FROM contacts") == "0");
    place.is_whole(&account);
    let said: Vec<String> = servers.into_iter().flat_map(|server| server.stop().1).collect();
    let lines = || said.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let purged: u64 = lines().filter_map(|line| purged(&line)).sum();
    assert_eq!(purged, (PEOPLE * ROUNDS) as u64, "{said:#?}");
    let failures: Vec<Value> = lines().filter(|line| ["WARN", "ERROR"].iter().any(|level| line["level"] == *level)).collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

/// How many people a line of a server's log says were purged.
fn purged(line: &Value) -> Option<u64> {
    let fields = if line["fields"].is_object() { &line["fields"] } else { line };
    fields["message"].as_str().filter(|message| message.starts_with("purged"))?;
    fields["people"].as_u64()
}
