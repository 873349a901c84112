//! Runs the binary: a command to its end, or a server until it is stopped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use crate::http::Client;

/// Longer than anything here takes, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A command on a data directory, cut off from the environment's settings.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardfile"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARDFILE_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("CARDFILE_DATA", data);
    command
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(command: &mut Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs a command that must succeed, and reads its JSON.
pub(crate) fn json(data: &Path, arguments: &[&str]) -> Value {
    let ended = run(command(data, arguments).arg("--json"));
    assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

/// An organization and a token of its administrator.
pub(crate) struct Account {
    pub(crate) organization: String,
    pub(crate) token: String,
}

impl Account {
    pub(crate) fn make(data: &Path) -> Self {
        let organization = json(data, &["org", "add", "Harrow & Pike"])["id"].as_str().unwrap().to_owned();
        let token = json(data, &["token", "add", "--org", &organization])["token"].as_str().unwrap().to_owned();
        Account { organization, token }
    }

    /// The path of its contacts at the Webex door.
    pub(crate) fn contacts(&self) -> String {
        format!("/v1/contacts/organizations/{}/contacts", self.organization)
    }
}

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    lines: Receiver<String>,
    reader: Option<JoinHandle<()>>,
    /// What it said so far on standard error.
    pub(crate) said: Vec<String>,
}

impl Server {
    /// `cardfile serve` on a free port.
    pub(crate) fn start(data: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = command(data, &["serve", "--listen", "127.0.0.1:0"]);
        command.envs(settings.iter().copied());
        Self::spawn(&mut command)
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        let reader = std::thread::spawn(move || {
            for line in stderr.lines() {
                // Nobody listens any more once the test has ended.
                let _ = sender.send(line.unwrap());
            }
        });
        let mut server = Server { child, address: String::new(), lines, reader: Some(reader), said: Vec::new() };
        let ready = server.wait_for("listening on http");
        ready.split_once("://").unwrap().1.clone_into(&mut server.address);
        server
    }

    /// Waits until it says a line with this text.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(error) => panic!("`{text}` was never said ({error}), but {:#?}", self.said),
            }
        }
    }

    /// Its standard output, if it was asked to be kept.
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.address)
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Kills it as a crash would.
    pub(crate) fn crash(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end, and for all it has to say.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        let mut said = std::mem::take(&mut self.said);
        said.extend(self.lines.try_iter());
        (status, said)
    }

    pub(crate) fn stop(self) -> (ExitStatus, Vec<String>) {
        self.signal("TERM");
        self.wait()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
