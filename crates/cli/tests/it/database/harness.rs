//! A database that is prepared, and servers and commands on it.

use std::process::Command;
use std::time::{Duration, Instant};

use cardfile_testdb::Cluster;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Account, Server, command, run};

/// How long something may take that comes soon, on a machine that is busy.
const SOON: Duration = Duration::from_secs(40);

/// Servers that do not wait long for a database that does not answer.
pub(super) const HASTY: &[(&str, &str)] = &[
    ("CARDFILE_POSTGRES_CONNECT_TIMEOUT_SECS", "1"),
    ("CARDFILE_POSTGRES_STATEMENT_TIMEOUT_SECS", "2"),
    ("CARDFILE_REQUEST_TIMEOUT", "5s"),
];

/// Where servers and commands find their database.
pub(super) struct Place {
    data: TempDir,
    pub(super) url: String,
    settings: Vec<(String, String)>,
}

impl Place {
    /// The database `cards` of a cluster, new and prepared.
    pub(super) fn make(cluster: &Cluster) -> Self {
        cluster.sql("postgres", "CREATE DATABASE cards");
        let place = Place::at(cluster.url("cards"));
        place.migrate();
        place
    }

    /// A database that is there.
    pub(super) fn at(url: String) -> Self {
        Place { data: TempDir::new().unwrap(), url, settings: Vec::new() }
    }

    /// With a setting for servers and commands alike.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn migrate(&self) {
        let ended = run(&mut self.command(&["migrate"]));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.data.path(), arguments);
        command.env("CARDFILE_DATABASE", &self.url).env("CARDFILE_RATE_LIMIT", "off");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command that must succeed, and reads its JSON.
    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        let ended = run(self.command(arguments).arg("--json"));
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        serde_json::from_str(&ended.stdout).unwrap()
    }

    pub(super) fn serve(&self, settings: &[(&str, &str)]) -> Server {
        Server::spawn(self.command(&["serve", "--listen", "127.0.0.1:0"]).envs(settings.iter().copied()))
    }

    /// An organization and a token of its administrator.
    pub(super) fn account(&self) -> Account {
        let organization = self.json(&["org", "add", "Harrow & Pike"])["id"].as_str().unwrap().to_owned();
        let token = self.token(&organization);
        Account { organization, token }
    }

    pub(super) fn token(&self, organization: &str) -> String {
        self.json(&["token", "add", "--org", organization])["token"].as_str().unwrap().to_owned()
    }

    /// That everything agrees with everything, and the log counts up without gaps.
    pub(super) fn is_whole(&self, account: &Account) {
        assert_eq!(self.json(&["check"]), json!({"findings": []}));
        let log = self.json(&["log", "--org", &account.organization, "--limit", "1000000"]);
        let revisions: Vec<u64> = log.as_array().unwrap().iter().map(|change| change["revision"].as_u64().unwrap()).collect();
        assert!(revisions.iter().zip(1..).all(|(revision, expected)| *revision == expected), "{revisions:?}");
    }
}

/// Waits until something holds.
pub(super) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < SOON, "{what}: not within {SOON:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
