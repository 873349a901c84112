//! What is written while the server is killed: batches of people, created, grouped, changed and deleted as a whole.

use std::sync::mpsc::Sender;

use serde_json::{Value, json};

use crate::http::Client;
use crate::process::Account;

const SCHEMAS: &str = "urn:cisco:codev:identity:contact:core:1.0";
/// People of a batch, a request each time.
const PEOPLE: usize = 40;

/// How far a batch has come. Each step is one request, so one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Absent,
    Created,
    /// They are the members of a group of their own, from here on.
    Grouped,
    Changed,
    Deleted,
}

/// People who share their fate.
#[derive(Debug)]
pub(super) struct Batch {
    round: u64,
    /// A word that only these people have in their name.
    word: String,
    /// As far as the server has said.
    acknowledged: State,
    /// As far as it was asked.
    asked: State,
}

impl Batch {
    pub(super) fn is_of(&self, round: u64) -> bool {
        self.round == round
    }

    pub(super) fn acknowledged(&self) -> usize {
        self.acknowledged as usize
    }

    pub(super) fn living(&self) -> usize {
        if matches!(self.acknowledged, State::Absent | State::Deleted) { 0 } else { PEOPLE }
    }

    /// Looks what became of it: what was acknowledged, or what was asked last, and that wholly. From then on it stays so.
    pub(super) fn settle(&mut self, client: &mut Client, account: &Account) {
        let path = format!("{}/search?limit=1000&keyword={}", account.contacts(), self.word);
        let page = client.get(&path, Some(&account.token));
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        let people = page["result"].as_array().unwrap();
        assert_eq!(page["total"], people.len(), "{self:?}");
        let has_title = |title: &str| people.iter().all(|person| person["title"] == title);
        let members = self.members(client, account);
        let found = match (people.len(), members) {
            (0, None) => State::Absent,
            (PEOPLE, None) if has_title("new") => State::Created,
            (PEOPLE, Some(PEOPLE)) if has_title("new") => State::Grouped,
            (PEOPLE, Some(PEOPLE)) if has_title("changed") => State::Changed,
            (0, Some(0)) => State::Deleted,
            _ => panic!("{self:?} is there by half: {} people, {members:?} in their group", people.len()),
        };
        assert!(found == self.acknowledged || found == self.asked, "{self:?} was found {found:?}");
        (self.acknowledged, self.asked) = (found, found);
    }

    /// How many are in their group, if there is one.
    fn members(&self, client: &mut Client, account: &Account) -> Option<usize> {
        let path = format!("/v1/groups?filter=displayName%20eq%20%22{}%22", self.word);
        let page = client.get(&path, Some(&account.token)).json();
        let group = page["groups"].as_array().unwrap().first()?;
        Some(usize::try_from(group["memberSize"].as_u64().unwrap()).unwrap())
    }
}

/// Writes batches over one connection until the server is gone.
pub(super) struct Loader<'a> {
    client: Client,
    account: &'a Account,
    round: u64,
    number: u64,
    heard: Sender<()>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(client: Client, account: &'a Account, (round, number): (u64, u64), heard: Sender<()>) -> Self {
        Loader { client, account, round, number, heard }
    }

    pub(super) fn run(mut self) -> Vec<Batch> {
        let mut batches = Vec::new();
        // Every loader goes through its batches to another step, so that every step is cut off now and then.
        for turn in 0_u64.. {
            let word = format!("z{:02}{:02}{turn:06}z", self.round, self.number);
            let mut batch = Batch { round: self.round, word, acknowledged: State::Absent, asked: State::Absent };
            let steps = 1 + (turn + self.number) % 4;
            let is_alive = self.write(&mut batch, steps);
            batches.push(batch);
            if !is_alive {
                break;
            }
        }
        batches
    }

    /// Takes a batch through its first steps; answers whether the server is still there.
    fn write(&mut self, batch: &mut Batch, steps: u64) -> bool {
        let mut made = Value::Null;
        for (state, _) in [State::Created, State::Grouped, State::Changed, State::Deleted].into_iter().zip(0..steps) {
            let (bulk, groups) = (format!("{}/bulk", self.account.contacts()), "/v1/groups".to_owned());
            let (path, body) = match state {
                State::Created => (bulk, json!({"schemas": SCHEMAS, "contacts": people(&batch.word)})),
                State::Grouped => (groups, json!({"displayName": batch.word, "members": members(&made)})),
                State::Changed => (bulk, json!({"schemas": SCHEMAS, "contacts": changed(&made)})),
                State::Deleted => (bulk + "/delete", json!({"schemas": SCHEMAS, "objectIds": ids(&made)})),
                State::Absent => unreachable!("no step leads there"),
            };
            batch.asked = state;
            let Ok(answer) = self.client.post(&path, &self.account.token, &body) else { return false };
            assert!([200, 201].contains(&answer.status), "{answer:?}");
            if state == State::Created || state == State::Changed {
                let answer = answer.json();
                assert_eq!(answer["failedContacts"], json!([]), "{answer}");
                made = answer;
            }
            batch.acknowledged = state;
            // The one who kills listens until it does.
            let _ = self.heard.send(());
        }
        true
    }
}

fn people(word: &str) -> Vec<Value> {
    let person = |at: usize| {
        json!({
            "source": "CH",
            "displayName": format!("Person {at} {word}"),
            "title": "new",
            "emails": [{"value": format!("p{at}.{word}@cardfile.example"), "type": "work"}],
        })
    };
    (0..PEOPLE).map(person).collect()
}

fn ids(made: &Value) -> Vec<&Value> {
    made["contacts"].as_array().unwrap().iter().map(|person| &person["contactId"]).collect()
}

fn changed(made: &Value) -> Vec<Value> {
    ids(made).into_iter().map(|id| json!({"contactId": id, "title": "changed"})).collect()
}

fn members(made: &Value) -> Vec<Value> {
    ids(made).into_iter().map(|id| json!({"id": id})).collect()
}
