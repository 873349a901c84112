//! What is written while something goes wrong: people in bulk, those of a bulk sharing a word, and what the server said to it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::harness::{Place, until};
use crate::http::{Answer, Client};
use crate::process::Account;

pub(super) const SCHEMAS: &str = "urn:cisco:codev:identity:contact:core:1.0";
/// People of a bulk.
const PEOPLE: usize = 20;
/// How long a caller rests when told to come back later.
const REST: Duration = Duration::from_millis(20);
/// Longer than a request takes that is answered in time, on a machine that is busy.
const LATE: Duration = Duration::from_secs(10);

/// A bulk that was sent, and who was made by it, if it was acknowledged.
pub(super) struct Bulk {
    word: String,
    made: Option<BTreeSet<String>>,
}

/// A load on a server, and what came of it so far.
#[derive(Default)]
pub(super) struct Load {
    pub(super) created: AtomicUsize,
    /// Requests that were told to come back later.
    pub(super) refused: AtomicUsize,
    /// Requests that the server gave up when their time was over.
    pub(super) late: AtomicUsize,
    /// Clients whose server hung up.
    pub(super) left: AtomicUsize,
    is_over: AtomicBool,
}

/// Ends a load, also when what is done meanwhile fails.
struct Ending<'a>(&'a Load);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Relaxed);
    }
}

impl Load {
    /// Writes from several clients to the server of an address while something is done; answers all that was sent.
    pub(super) fn run(address: &str, account: &Account, clients: usize, meanwhile: impl FnOnce(&Load)) -> (Load, Vec<Bulk>) {
        let load = Load::default();
        let bulks = std::thread::scope(|scope| {
            let writing = |_| scope.spawn(|| load.write(address, account));
            let threads: Vec<_> = (0..clients).map(writing).collect();
            {
                let _ending = Ending(&load);
                meanwhile(&load);
            }
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        (load, bulks)
    }

    /// Waits until so many more bulks were acknowledged.
    pub(super) fn created_more(&self, more: usize) {
        let before = self.created.load(Relaxed);
        until("further people are made", || self.created.load(Relaxed) >= before + more);
    }

    /// Waits until so many more requests were refused.
    pub(super) fn refused_more(&self, more: usize) {
        let before = self.refused.load(Relaxed);
        until("requests are refused", || self.refused.load(Relaxed) >= before + more);
    }

    /// That nothing was noticed of what happened.
    pub(super) fn is_untouched(&self) -> bool {
        [&self.refused, &self.late, &self.left].iter().all(|count| count.load(Relaxed) == 0)
    }

    fn write(&self, address: &str, account: &Account) -> Vec<Bulk> {
        static WORDS: AtomicUsize = AtomicUsize::new(0);
        let (mut client, mut bulks) = (Client::connect(address), Vec::new());
        while !self.is_over.load(Relaxed) {
            let word = format!("z{:06}z", WORDS.fetch_add(1, Relaxed));
            let mut bulk = Bulk { made: None, word };
            let answer = self.ask(|| client.post(&format!("{}/bulk", account.contacts()), &account.token, &people(&bulk.word)));
            let first = answer.as_ref().and_then(|answer| answer.as_ref()).map(|answer| {
                let made = made(answer);
                let first = made.first().cloned().unwrap();
                bulk.made = Some(made);
                first
            });
            bulks.push(bulk);
            if answer.is_none() {
                break;
            }
            if let Some(first) = first {
                self.created.fetch_add(1, Relaxed);
                let read = format!(
                    "GET {}/{first} HTTP/1.1\r\nhost: cardfile.example\r\nauthorization: Bearer {}\r\n\r\n",
                    account.contacts(),
                    account.token
                );
                if self.ask(|| client.send(read.as_bytes()).and_then(|()| client.answer())).is_none() {
                    break;
                }
            }
        }
        bulks
    }

    /// One request: its answer if it was done, nothing of it if it was refused in the right words, nothing at all if the server
    /// hung up.
    #[expect(clippy::option_option, reason = "a refusal is an answer too")]
    fn ask(&self, ask: impl FnOnce() -> std::io::Result<Answer>) -> Option<Option<Answer>> {
        let began = Instant::now();
        let Ok(answer) = ask() else {
            self.left.fetch_add(1, Relaxed);
            return None;
        };
        assert!(began.elapsed() < LATE, "after {:?}: {answer:?}", began.elapsed());
        match answer.status {
            200 | 201 => return Some(Some(answer)),
            503 => {
                assert!(answer.header("retry-after").is_some(), "{answer:?}");
                self.refused.fetch_add(1, Relaxed);
            }
            504 => drop(self.late.fetch_add(1, Relaxed)),
            _ => panic!("{answer:?}"),
        }
        std::thread::sleep(REST);
        Some(None)
    }
}

impl Bulk {
    /// That all who were acknowledged are there, and the others wholly or not at all.
    fn is_settled(&self, client: &mut Client, account: &Account) -> usize {
        let path = format!("{}/search?limit=1000&keyword={}", account.contacts(), self.word);
        let page = client.get(&path, Some(&account.token));
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        let found: BTreeSet<String> = page["result"].as_array().unwrap().iter().map(id).collect();
        match &self.made {
            Some(made) => assert_eq!(&found, made, "{} was acknowledged", self.word),
            None => assert!([0, PEOPLE].contains(&found.len()), "{} is there by half: {found:?}", self.word),
        }
        found.len()
    }
}

/// That nothing acknowledged was lost, nothing is there by half, and nobody is there who should not be.
pub(super) fn settle(place: &Place, address: &str, account: &Account, bulks: &[Bulk]) {
    let mut client = Client::connect(address);
    let living: usize = bulks.iter().map(|bulk| bulk.is_settled(&mut client, account)).sum();
    let all = client.get(&format!("{}/search?limit=1", account.contacts()), Some(&account.token));
    assert_eq!(all.json()["total"], living);
    place.is_whole(account);
}

fn people(word: &str) -> Value {
    let people: Vec<Value> = (0..PEOPLE).map(|at| person(&format!("p{at} {word}"))).collect();
    json!({"schemas": SCHEMAS, "contacts": people})
}

/// A person of a name of their own.
pub(super) fn person(name: &str) -> Value {
    let email = format!("{}@cardfile.example", name.replace(' ', "."));
    json!({"source": "CH", "displayName": name, "emails": [{"value": email, "type": "work"}]})
}

/// Who was made, which is everyone.
fn made(answer: &Answer) -> BTreeSet<String> {
    let answer = answer.json();
    assert_eq!(answer["failedContacts"], json!([]), "{answer}");
    let made: BTreeSet<String> = answer["contacts"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(made.len(), PEOPLE, "{answer}");
    made
}

pub(super) fn id(person: &Value) -> String {
    person["contactId"].as_str().unwrap().to_owned()
}
