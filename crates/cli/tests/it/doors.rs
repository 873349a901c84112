//! Two doors of one directory: what is written at one is read at the other.

use serde_json::{Value, json};

use crate::http::Client;
use crate::process::{Account, Server, json as told};

const JSON: &str = "application/json";

/// A client of both doors.
struct Visitor {
    client: Client,
    account: Account,
    /// The token of the address book.
    access: String,
    _server: Server,
    _data: tempfile::TempDir,
}

impl Visitor {
    fn enter() -> Self {
        let data = tempfile::tempdir().unwrap();
        let account = Account::make(data.path());
        let made = told(data.path(), &["client", "add", "--org", &account.organization, "--name", "ops@pike.example"]);
        let server = Server::start(data.path(), &[]);
        let mut client = server.client();
        let secret = made["client_secret"].as_str().unwrap();
        let form = format!("grant_type=client_credentials&client_id=ops%40pike.example&client_secret={secret}");
        let issued = client.ask("POST", "/TOKEN", None, ("application/x-www-form-urlencoded", &form));
        let access = issued.json()["access_token"].as_str().unwrap().to_owned();
        Visitor { client, account, access, _server: server, _data: data }
    }

    /// Asks the address book; answers the detail.
    fn book(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("/API/{path}");
        let answer = match method {
            "GET" => self.client.get(&path, Some(&self.access)),
            _ => self.client.ask(method, &path, Some(&self.access), (JSON, &body.to_string())),
        };
        assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
        answer.json()["ResponseData"]["Detail"].take()
    }

    /// Asks the Webex door about contacts.
    fn webex(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("{}{path}", self.account.contacts());
        let answer = match method {
            "GET" => self.client.get(&path, Some(&self.account.token)),
            _ => self.client.ask(method, &path, Some(&self.account.token), (JSON, &body.to_string())),
        };
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    fn found(&mut self, keyword: &str) -> Value {
        let found = self.webex("GET", &format!("/search?keyword={keyword}"), &Value::Null);
        assert_eq!(found["total"], 1, "{found}");
        found["result"][0].clone()
    }
}

#[test]
fn what_the_address_book_writes_is_read_at_the_webex_door() {
    let mut visitor = Visitor::enter();
    let ada = json!({"FirstName": "Ada", "LastName": "Quist", "MobilePhone": "00 44 7700 900017", "EmailAddress": "ada@pike.example",
        "Validated": true});
    let made = visitor.book("POST", "v4/addressbook/contacts", &json!({"contacts": [ada]}));
    let number = made[0]["PersonNumber"].as_u64().unwrap();

    let card = visitor.found("quist");
    assert_eq!(
        (&card["displayName"], &card["firstName"], &card["lastName"]),
        (&json!("Ada Quist"), &json!("Ada"), &json!("Quist"))
    );
    assert_eq!(card["phoneNumbers"], json!([{"type": "mobile", "value": "+447700900017", "primary": true}]));
    assert_eq!((&card["emails"][0]["value"], &card["source"]), (&json!("ada@pike.example"), &json!("CH")));

    visitor.book("PATCH", "v2/addressbook/contacts", &json!([{"PersonNumber": number, "LastName": "Ash", "EmailAddress": ""}]));
    let card = visitor.found("ash");
    assert_eq!((&card["displayName"], card["emails"].as_array().map_or(0, Vec::len)), (&json!("Ada Ash"), 0));

    visitor.book("DELETE", "v3/addressbook/contacts", &json!({"All": true}));
    let left = visitor.webex("GET", "/search", &Value::Null);
    assert_eq!(left["total"], 0, "{left}");
}

#[test]
fn what_the_webex_door_writes_is_read_in_the_address_book_and_survives_being_edited_there() {
    let mut visitor = Visitor::enter();
    let ilse = json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "source": "CH", "displayName": "Front desk",
        "firstName": "Ilse", "lastName": "Brandt", "title": "Pilot",
        "emails": [{"value": "ilse@pike.example", "type": "work"}, {"value": "own@pike.example", "type": "home", "primary": true}],
        "phoneNumbers": [{"value": "+4940550101", "type": "work", "primary": true}, {"value": "+49170550102", "type": "mobile"}]});
    let before = visitor.webex("POST", "", &ilse);
    let shown = visitor.book("GET", "v3/addressbook/contacts?MobilePhone=0049%20170%20550102", &Value::Null);
    let mut shown = shown["Contacts"][0].clone();
    assert_eq!((&shown["FirstName"], &shown["LastName"]), (&json!("Ilse"), &json!("Brandt")));
    assert_eq!((&shown["MobilePhone"], &shown["EmailAddress"]), (&json!("+49170550102"), &json!("own@pike.example")));

    let path = format!("v1/addressbook/contacts/{}", shown["PersonNumber"]);
    visitor.book("PUT", &path, &shown);
    let id = before["contactId"].as_str().unwrap();
    let mut after = visitor.webex("GET", &format!("/{id}"), &Value::Null);
    after["meta"] = before["meta"].clone();
    assert_eq!(after, before, "written back as it was read, nothing changes");

    shown["MobilePhone"] = json!("+49170550103");
    shown["LastName"] = json!("Brand");
    visitor.book("PUT", &path, &shown);
    let after = visitor.webex("GET", &format!("/{id}"), &Value::Null);
    assert_eq!(
        (&after["displayName"], &after["lastName"], &after["title"]),
        (&json!("Front desk"), &json!("Brand"), &json!("Pilot"))
    );
    assert_eq!(after["phoneNumbers"][0], before["phoneNumbers"][0]);
    assert_eq!(after["phoneNumbers"][1]["value"], "+49170550103");
    assert_eq!(after["emails"], before["emails"]);

    visitor.webex("DELETE", &format!("/{id}"), &Value::Null);
    let book = visitor.book("GET", "v3/addressbook/contacts", &Value::Null);
    assert_eq!(book["TotalRecords"], 0, "{book}");
}

#[test]
fn a_card_with_a_display_name_alone_has_it_as_first_name_and_keeps_it_when_a_last_name_comes() {
    let mut visitor = Visitor::enter();
    let desk = json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "source": "CH", "displayName": "Night porter",
        "phoneNumbers": [{"value": "1234", "type": "work"}]});
    visitor.webex("POST", "", &desk);
    let shown = visitor.book("GET", "v1/addressbook/contacts/1", &Value::Null);
    assert_eq!(
        (&shown["FirstName"], &shown["LastName"], &shown["MobilePhone"]),
        (&json!("Night porter"), &Value::Null, &json!("1234"))
    );

    visitor.book("PATCH", "v2/addressbook/contacts", &json!([{"PersonNumber": 1, "LastName": "Hale"}]));
    let shown = visitor.book("GET", "v1/addressbook/contacts/1", &Value::Null);
    assert_eq!((&shown["FirstName"], &shown["LastName"]), (&json!("Night porter"), &json!("Hale")));
}

#[test]
fn a_number_that_opted_out_is_known_to_be_somebody_s_however_the_card_writes_it() {
    let mut visitor = Visitor::enter();
    let desk = json!({"schemas": "urn:cisco:codev:identity:contact:core:1.0", "source": "CH", "displayName": "Night porter",
        "phoneNumbers": [{"value": "0049 170 550103", "type": "work"}]});
    visitor.webex("POST", "", &desk);
    visitor.book("POST", "v1/addressbook/stoplog", &json!([{"Destination": "+49 170 550103", "Reason": "asked to"}]));
    for query in ["", "?PersonNumbers=1"] {
        let log = visitor.book("GET", &format!("v2/addressbook/stoplog{query}"), &Value::Null);
        let entry = &log["Contacts"][0];
        assert_eq!((&log["TotalRecords"], &entry["Destination"]), (&json!(1), &json!("+49170550103")), "{query}");
        assert_eq!((&entry["PersonNumber"], &entry["FirstName"]), (&json!(1), &json!("Night porter")), "{query}");
    }
}
