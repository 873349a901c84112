//! A server at work: health, figures, limits, and what its log must not tell.

use serde_json::json;

use crate::process::{Account, Server, command};

#[test]
fn health_readiness_the_front_page_and_unknown_paths_are_answered() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    assert_eq!(client.get("/healthz", None).status, 200);
    assert_eq!(client.get("/readyz", None).status, 200);
    let front = client.get("/", None);
    assert!(front.status == 200 && front.body.contains("/v1"), "{front:?}");
    let nowhere = client.get("/nowhere", None);
    assert_eq!((nowhere.status, nowhere.header("content-type")), (404, Some("application/json")));
    assert!(nowhere.json()["message"].is_string());
}

#[test]
fn figures_tell_requests_by_door_and_operation_and_what_the_store_reports() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    client.get("/healthz", None);
    client.get(&format!("{}/search", account.contacts()), Some(&account.token));
    let page = client.get("/metrics", None);
    assert!(page.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    let has = |text: &str| assert!(page.body.contains(text), "{text} is not in {}", page.body);
    has(r#"cardfile_requests_total{door="house",operation="health",status="2xx"} 1"#);
    has(r#"cardfile_requests_total{door="webex",operation="contacts.search",status="2xx"} 1"#);
    has(r#"cardfile_request_duration_seconds_count{door="webex",operation="contacts.search"} 1"#);
    has("cardfile_connections 1");
    has("cardfile_resident_memory_bytes ");
    let names: Vec<&str> = page.body.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    insta::assert_snapshot!("metric_names", names.join("\n"));
}

#[test]
fn a_principal_that_asks_too_often_is_told_when_to_come_back() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let server = Server::spawn(&mut command(data.path(), &["serve", "--listen", "127.0.0.1:0", "--rate-limit", "1"]));
    let path = format!("{}/search", account.contacts());
    let mut client = server.client();
    let refused = (0..100).map(|_| client.get(&path, Some(&account.token))).find(|answer| answer.status == 429);
    let refused = refused.expect("a hundred requests take less than a hundred seconds");
    assert_eq!(refused.header("retry-after"), Some("1"));
    let other = crate::process::json(data.path(), &["token", "add", "--org", &account.organization]);
    assert_eq!(client.get(&path, other["token"].as_str()).status, 200, "another principal is not held up");
}

#[test]
fn slow_and_idle_clients_are_cut_off() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[("CARDFILE_HEADER_TIMEOUT", "100ms"), ("CARDFILE_IDLE_TIMEOUT", "100ms")]);
    assert!(server.client().is_hung_up(), "one that never says anything");
    let mut slow = server.client();
    slow.send(b"GET /healthz HT").unwrap();
    assert!(slow.is_hung_up(), "one that never ends its headers");
    let mut idle = server.client();
    assert_eq!(idle.get("/healthz", None).status, 200);
    assert!(idle.is_hung_up(), "one that asks nothing more");
}

#[test]
fn the_log_tells_requests_but_no_token_no_query_and_no_body() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let server = Server::start(data.path(), &[("CARDFILE_LOG_FILTER", "trace")]);
    let mut client = server.client();
    client.get(&format!("{}/search?keyword=searchedword", account.contacts()), Some(&account.token));
    let item = json!({"source": "CH", "displayName": "Secretname", "emails": [{"value": "secret@cardfile.example"}]});
    let body = json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "contacts": [item]});
    assert_eq!(client.post(&format!("{}/bulk", account.contacts()), &account.token, &body).unwrap().status, 200);
    drop(client);
    let (status, said) = server.stop();
    assert!(status.success());
    let access = said.iter().find(|line| line.contains("contacts.search")).expect("requests are told");
    let access: serde_json::Value = serde_json::from_str(access).unwrap();
    assert_eq!((&access["door"], &access["status"]), (&json!("webex"), &json!(200)));
    assert!(access["tracking_id"].is_string() && access["duration_ms"].is_number(), "{access}");
    let said = said.join("\n").to_lowercase();
    for secret in [account.token.to_lowercase().as_str(), "searchedword", "secretname", "secret@"] {
        assert!(!said.contains(secret), "{secret} was told");
    }
}

#[test]
fn links_lead_to_the_public_url_and_past_the_limit_nothing_is_read() {
    let data = tempfile::tempdir().unwrap();
    let account = Account::make(data.path());
    let mut serve = command(data.path(), &["serve", "--listen", "127.0.0.1:0", "--public-url", "https://people.example/"]);
    let server = Server::spawn(serve.env("CARDFILE_BODY_BYTES", "1000"));
    let item = |name: &str| json!({"source": "CH", "displayName": name, "phoneNumbers": [{"value": "1"}]});
    let body = |items: &[&str]| {
        let items: Vec<_> = items.iter().map(|name| item(name)).collect();
        json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "contacts": items})
    };
    let (mut client, path) = (server.client(), format!("{}/bulk", account.contacts()));
    assert_eq!(client.post(&path, &account.token, &body(&["Alma", "Bruno"])).unwrap().status, 200);
    let page = client.get(&format!("{}/search?limit=1", account.contacts()), Some(&account.token));
    let link = page.header("link").unwrap();
    assert!(link.starts_with("<https://people.example/v1/contacts/"), "{link}");
    let refused = server.client().post(&path, &account.token, &body(&["Long".repeat(300).as_str()])).unwrap();
    assert!((400..500).contains(&refused.status), "{refused:?}");
}
