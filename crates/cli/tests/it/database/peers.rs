//! Two servers on one database.

use std::time::{Duration, Instant};

use cardfile_testdb::Cluster;
use serde_json::{Value, json};

use super::harness::{Place, until};
use super::load::{Load, SCHEMAS, id, person, settle};
use crate::http::Client;
use crate::process::{Account, Server};

/// How long a server may know a token that was revoked elsewhere, and what a busy machine takes beyond.
const STALE: Duration = Duration::from_millis(1_000 + 700);
const CHANGES: usize = 40;

#[test]
fn what_one_server_wrote_all_see_at_once() {
    let cluster = Cluster::private(&[]);
    let place = Place::make(&cluster);
    let account = place.account();
    let servers = [place.serve(&[]), place.serve(&[])];
    let mut clients = servers.each_ref().map(Server::client);
    for turn in 0..30 {
        let (word, writer) = (format!("z{turn:04}z"), turn % 2);
        let person = person(&format!("somebody {word}"));
        let one = id(&bulk(&mut clients[writer], &account, &person));
        let path = format!("{}/{one}", account.contacts());
        let search = format!("{}/search?keyword={word}", account.contacts());
        // First where it was written, then elsewhere; then the other way round.
        let readers = [writer, 1 - writer];
        for reader in readers {
            let found = clients[reader].get(&path, Some(&account.token));
            assert_eq!((found.status, found.json()["displayName"].as_str()), (200, person["displayName"].as_str()));
            assert_eq!(clients[reader].get(&search, Some(&account.token)).json()["total"], 1);
        }
        bulk(&mut clients[1 - writer], &account, &json!({"contactId": one, "title": word}));
        for reader in readers {
            assert_eq!(clients[reader].get(&path, Some(&account.token)).json()["title"], word.as_str());
        }
    }
    a_revoked_token_ends_everywhere(&place, &account, &mut clients);
    place.is_whole(&account);
}

fn a_revoked_token_ends_everywhere(place: &Place, account: &Account, clients: &mut [Client; 2]) {
    let token = place.token(&account.organization);
    let path = format!("{}/search?limit=1", account.contacts());
    for client in &mut *clients {
        assert_eq!(client.get(&path, Some(&token)).status, 200);
    }
    std::thread::scope(|scope| {
        let revoked = scope.spawn(|| {
            place.json(&["token", "revoke", &token]);
            Instant::now()
        });
        let ends: Vec<_> = clients
            .iter_mut()
            .map(|client| {
                let (path, token) = (&path, &token);
                scope.spawn(move || {
                    // Asked all the time, so that it would be remembered for ever if that were possible.
                    until("the token ends", || client.get(path, Some(token)).status == 401);
                    Instant::now()
                })
            })
            .collect();
        let revoked = revoked.join().unwrap();
        for end in ends {
            let stale = end.join().unwrap().saturating_duration_since(revoked);
            assert!(stale < STALE, "it was known for {stale:?}");
        }
    });
    for client in clients {
        assert_eq!(client.get(&path, Some(&token)).status, 401);
        assert_eq!(client.get(&path, Some(&account.token)).status, 200);
    }
}

#[test]
fn servers_that_write_to_one_tenant_lose_no_update() {
    let cluster = Cluster::private(&[]);
    let place = Place::make(&cluster);
    let account = place.account();
    let servers = [place.serve(&[]), place.serve(&[])];
    let mut all = Vec::new();
    let (load, bulks) = Load::run(&servers[0].address, &account, 2, |load| {
        let (further, bulks) = Load::run(&servers[1].address, &account, 2, |further| {
            load.created_more(20);
            further.created_more(20);
        });
        assert!(further.is_untouched());
        all.extend(bulks);
    });
    assert!(load.is_untouched());
    all.extend(bulks);
    settle(&place, &servers[1].address, &account, &all);
    settle(&place, &servers[0].address, &account, &all);
    changes_of_one_person_all_stand(&account, &servers);
    place.is_whole(&account);
}

/// Each server changes another field of the same person.
fn changes_of_one_person_all_stand(account: &Account, servers: &[Server; 2]) {
    let one = id(&bulk(&mut servers[0].client(), account, &person("shared")));
    let fields = ["title", "companyName"];
    std::thread::scope(|scope| {
        for (server, field) in servers.iter().zip(fields) {
            let one = &one;
            let mut client = server.client();
            scope.spawn(move || {
                for turn in 1..=CHANGES {
                    let told = bulk(&mut client, account, &json!({"contactId": one, field: format!("{field} {turn}")}));
                    assert_eq!(told[field], format!("{field} {turn}"), "{told}");
                }
            });
        }
    });
    for server in servers {
        let found = server.client().get(&format!("{}/{one}", account.contacts()), Some(&account.token)).json();
        for field in fields {
            assert_eq!(found[field], format!("{field} {CHANGES}"), "{found}");
        }
    }
}

/// Writes one person; answers the person.
fn bulk(client: &mut Client, account: &Account, person: &Value) -> Value {
    let body = json!({"schemas": SCHEMAS, "contacts": [person]});
    let answer = client.post(&format!("{}/bulk", account.contacts()), &account.token, &body).unwrap().json();
    assert_eq!(answer["failedContacts"], json!([]), "{answer}");
    answer["contacts"][0].clone()
}
