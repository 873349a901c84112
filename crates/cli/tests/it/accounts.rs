//! An account of the commerce door and its people, as each door has them: the same people everywhere, and everywhere protected.

use std::path::Path;

use serde_json::{Value, json};

use crate::http::{Answer, Client};
use crate::process::{Server, command, json as told, run};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const PASSWORD: &str = "s3cret pass";
/// Every door that a person could be taken away through.
const EXEMPT: &str = "webex, address-book, cli";

/// A merchant's account of three: Ida administers, Omar approves, Lin buys.
struct Shop {
    client: Client,
    /// The account's id, at the commerce door and elsewhere.
    account: (String, String),
    /// The tokens of each door.
    webex: String,
    book: String,
    agent: String,
    /// The ids of its people at the commerce door.
    ida: String,
    omar: String,
    /// The change that made Omar.
    made: u64,
    _server: Server,
    data: tempfile::TempDir,
}

fn log_in(client: &mut Client, surface: &str, name: &str) -> String {
    let form = format!("grant_type=password&username={name}&password=s3cret+pass");
    let answer = client.ask("POST", &format!("/{surface}/v1/login"), None, (FORM, &form));
    answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// The last change of an organization.
fn last_change(data: &Path, organization: &str) -> u64 {
    let log = told(data, &["log", "--org", organization]);
    log.as_array().and_then(|log| log.last()?["revision"].as_u64()).unwrap()
}

impl Shop {
    fn open(settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let root = told(data.path(), &["org", "add", "Quayside"])["id"].as_str().unwrap().to_owned();
        for (login, role) in [("mia", "merchant-admin"), ("sam", "agent")] {
            told(data.path(), &["user", "add", "--org", &root, "--login", login, "--role", role, "--password", PASSWORD]);
        }
        let webex = told(data.path(), &["token", "add", "--org", &root])["token"].as_str().unwrap().to_owned();
        let server = Server::start(data.path(), settings);
        let mut client = server.client();
        let admin = log_in(&mut client, "ccadmin", "mia");
        let mut post = |what: &str, body: &Value| {
            let answer = client.ask("POST", &format!("/ccadmin/v1/{what}"), Some(&admin), (JSON, &body.to_string()));
            assert_eq!(answer.status, 200, "{what}: {answer:?}");
            answer.json()["id"].as_str().unwrap().to_owned()
        };
        let account = post("organizations", &json!({"name": "Harbour Tools"}));
        let mut hire = |name: &str, role: &str| {
            let body = json!({"firstName": name, "lastName": "Moor", "email": format!("{name}@harbour.example"),
                "parentOrganization": account, "roles": [{"function": role, "relativeTo": {"id": account}}]});
            post("profiles", &body)
        };
        let (ida, _lin, omar) = (hire("Ida", "admin"), hire("Lin", "buyer"), hire("Omar", "approver"));
        let listed = told(data.path(), &["org", "list"]);
        let found = listed.as_array().unwrap().iter().find(|found| found["name"] == "Harbour Tools").unwrap();
        let id = found["id"].as_str().unwrap().to_owned();
        let made = last_change(data.path(), &id);
        let secret = told(data.path(), &["client", "add", "--org", &id, "--name", "ops"])["client_secret"].clone();
        let form = format!("grant_type=client_credentials&client_id=ops&client_secret={}", secret.as_str().unwrap());
        let book = client.ask("POST", "/Token", None, (FORM, &form)).json()["access_token"].as_str().unwrap().to_owned();
        let agent = log_in(&mut client, "ccagent", "sam");
        Shop { client, account: (account, id), webex, book, agent, ida, omar, made, _server: server, data }
    }

    /// Asks the Webex door about the contacts of the account.
    fn webex(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("/v1/contacts/organizations/{}/contacts{path}", self.account.1);
        self.client.ask(method, &path, Some(&self.webex), (JSON, &body.to_string()))
    }

    fn book(&mut self, method: &str, body: &Value) -> Answer {
        let path = "/api/v3/addressbook/contacts";
        match method {
            "GET" => self.client.get(path, Some(&self.book)),
            _ => self.client.ask(method, path, Some(&self.book), (JSON, &body.to_string())),
        }
    }

    /// Asks the commerce door as an agent on Ida's behalf.
    fn agent(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let context = format!("X-CCAgentContext: {}\r\n", json!({"shopperProfileId": self.ida}));
        self.client.ask_with(&context, method, &format!("/ccagent/v1/{path}"), Some(&self.agent), (JSON, &body.to_string()))
    }

    /// Takes a change back, with these settings.
    fn undo(&self, change: u64, settings: &[(&str, &str)]) -> crate::process::Ended {
        let arguments = ["undo", &change.to_string(), "--org", &self.account.1];
        run(command(self.data.path(), &arguments).envs(settings.iter().copied()))
    }

    /// The people of the account as the Webex door shows them.
    fn people(&mut self) -> Vec<Value> {
        let found = self.webex("GET", "/search", &Value::Null).json();
        found["result"].as_array().unwrap_or_else(|| panic!("{found}")).clone()
    }

    fn ids_of(&mut self, names: &[&str]) -> Vec<String> {
        let people = self.people();
        let is_named = |person: &&Value| names.iter().any(|name| person["firstName"] == *name);
        people.iter().filter(is_named).map(|person| person["contactId"].as_str().unwrap().to_owned()).collect()
    }

    fn delete_in_bulk(&mut self, names: &[&str]) -> Answer {
        let ids = self.ids_of(names);
        assert_eq!(ids.len(), names.len());
        let body = json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "objectIds": ids});
        self.webex("POST", "/bulk/delete", &body)
    }
}

#[test]
fn an_account_has_the_same_people_at_every_door() {
    let mut shop = Shop::open(&[]);
    let names: Vec<Value> = shop.people().iter().map(|person| person["firstName"].clone()).collect();
    assert_eq!(names, ["Ida", "Lin", "Omar"]);
    let book = shop.book("GET", &Value::Null).json();
    let book = &book["ResponseData"]["Detail"];
    assert_eq!((&book["TotalRecords"], &book["Contacts"][2]["FirstName"]), (&json!(3), &json!("Omar")), "{book}");
    let members = shop.agent("GET", "organizationMembers?sort=firstName", &Value::Null).json();
    assert_eq!((&members["totalResults"], &members["items"][2]["id"]), (&json!(3), &json!(shop.omar)), "{members}");

    let lin = shop.ids_of(&["Lin"]).remove(0);
    let patch = json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "source": "CH", "lastName": "Hale"});
    assert_eq!(shop.webex("PATCH", &format!("/{lin}"), &patch).status, 200);
    let members = shop.agent("GET", "organizationMembers?sort=firstName", &Value::Null).json();
    let (item, role) = (&members["items"][1], &members["items"][1]["roles"][0]);
    assert_eq!((&item["lastName"], &role["function"]), (&json!("Hale"), &json!("buyer")), "{members}");
    assert_eq!(role["relativeTo"]["id"], json!(shop.account.0), "{members}");
    assert_eq!(shop.delete_in_bulk(&["Lin"]).status, 200);
    assert_eq!(shop.agent("GET", "organizationMembers", &Value::Null).json()["totalResults"], 2);
}

#[test]
fn the_last_approver_is_taken_away_at_no_door() {
    let mut shop = Shop::open(&[]);
    let before = shop.people();
    let refused = shop.delete_in_bulk(&["Lin", "Omar"]);
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.json()["errors"][0]["description"].as_str().unwrap().contains("last approver"), "{refused:?}");
    let refused = shop.book("DELETE", &json!({"All": true}));
    assert_eq!((refused.status, &refused.json()["Error"]["ErrorCode"]), (403, &json!("NotPermitted")), "{refused:?}");
    let refused = shop.agent("POST", "organizations/removeContacts", &json!({"members": [shop.omar]}));
    assert_eq!((refused.status, &refused.json()["errorCode"]), (400, &json!("100020")), "{refused:?}");
    let refused = shop.undo(shop.made, &[]);
    assert!(refused.code == Some(1) && refused.stderr.contains("last approver"), "{refused:?}");
    assert_eq!(shop.people(), before);
}

#[test]
fn a_door_that_is_exempt_takes_the_last_approver_away() {
    let settings = [("CARDFILE_PROTECTIONS_LAST_APPROVER_EXEMPT", EXEMPT)];
    let mut shop = Shop::open(&settings);
    let data = shop.data.path().to_owned();
    let gone = shop.undo(shop.made, &settings);
    assert_eq!((gone.code, shop.people().len()), (Some(0), 2), "{gone:?}");
    let back = shop.undo(last_change(&data, &shop.account.1), &settings);
    assert_eq!((back.code, shop.people().len()), (Some(0), 3), "{back:?}");
    let refused = shop.agent("POST", "organizations/removeContacts", &json!({"members": [shop.omar]}));
    assert_eq!(refused.json()["errorCode"], "100020", "the commerce door is bound: {refused:?}");
    let refused = shop.book("DELETE", &json!({"All": true}));
    assert_eq!(refused.status, 403, "the last administrator must stay: {refused:?}");
    // The person number is in the commerce door's id.
    let number: u32 = shop.omar.trim_start_matches("bb-").parse().unwrap();
    let deleted = shop.book("DELETE", &json!({"Contacts": [number - 100_000]}));
    assert_eq!((deleted.status, shop.people().len()), (200, 2), "{deleted:?}");
    let back = shop.undo(last_change(&data, &shop.account.1), &settings);
    assert_eq!((back.code, shop.people().len()), (Some(0), 3), "{back:?}");
    let deleted = shop.delete_in_bulk(&["Omar"]);
    assert_eq!((deleted.status, shop.people().len()), (200, 2), "{deleted:?}");
}

#[test]
fn a_door_that_is_not_there_cannot_be_exempt() {
    let data = tempfile::tempdir().unwrap();
    let mut printing = command(data.path(), &["config", "print"]);
    let ended = run(printing.env("CARDFILE_PROTECTIONS_LAST_ADMIN_EXEMPT", "webx"));
    assert!(ended.code == Some(1) && ended.stderr.contains("there is no door `webx`"), "{ended:?}");
}
