//! The process that is measured: `cardfile serve` on a data directory, and what it takes of the machine.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::people::{Id, text};
use crate::process::Process;

/// Longer than anything takes that is waited for.
const PATIENCE: Duration = Duration::from_mins(2);
/// What the server and the endpoint say before their address.
pub const READY: &str = "listening on http://";

/// A process that listens.
pub struct Listener {
    child: Child,
    said: Receiver<String>,
    is_done: bool,
    /// Where.
    pub address: SocketAddr,
}

/// An organization, and who may do everything there.
#[derive(Debug, Clone)]
pub struct Account {
    /// The organization's id; its tenant's, too.
    pub organization: String,
    /// An administrator's bearer token.
    pub token: String,
}

/// The server's binary: it lies beside this one.
fn binary() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("cardfile");
    ensure!(path.exists(), "{} is missing: build it with `cargo build --release -p cardfile`", path.display());
    Ok(path)
}

/// Where a directory is kept.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// In a data directory.
    Data(&'a Path),
    /// In the database of a URL.
    Database(&'a str),
}

impl<'a> From<&'a Path> for Place<'a> {
    fn from(data: &'a Path) -> Self {
        Place::Data(data)
    }
}

/// A command of the binary that is measured.
///
/// # Errors
/// When it is not there.
pub fn cardfile(place: Place<'_>, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(binary()?);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARDFILE_")) {
        command.env_remove(name);
    }
    match place {
        Place::Data(data) => command.args(arguments).arg("--data").arg(data),
        Place::Database(url) => command.args(arguments).args(["--database", url]),
    };
    Ok(command)
}

/// Starts the server on a directory.
///
/// # Errors
/// When it ends, or does not say that it listens.
pub fn serve<'a>(place: impl Into<Place<'a>>) -> Result<Listener> {
    Listener::start(&mut cardfile(place.into(), &["serve", "--listen", "127.0.0.1:0", "--rate-limit", "off"])?)
}

/// Has the command line do something; what it answers.
///
/// # Errors
/// When it refuses.
pub fn json<'a>(place: impl Into<Place<'a>>, arguments: &[&str]) -> Result<Value> {
    let output = cardfile(place.into(), arguments)?.arg("--json").stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "cardfile {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

impl Account {
    /// Makes an organization in a tenant of its own, and a token.
    ///
    /// # Errors
    /// When the command line refuses.
    pub fn make<'a>(place: impl Into<Place<'a>>) -> Result<Self> {
        let place = place.into();
        let said = |value: Value, name: &str| value[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        let organization = said(json(place, &["org", "add", "Bench"])?, "id")?;
        let token = said(json(place, &["token", "add", "--org", &organization])?, "token")?;
        Ok(Account { organization, token })
    }

    /// Makes an organization below this one, which the same token administers.
    ///
    /// # Errors
    /// When the command line refuses.
    pub fn below(&self, data: &Path) -> Result<Self> {
        let made = json(data, &["org", "add", "Account", "--parent", &self.organization])?;
        let organization = made["id"].as_str().context("no id")?.to_owned();
        Ok(Account { organization, token: self.token.clone() })
    }

    /// Makes an administrator's log-in: its name and its password.
    ///
    /// # Errors
    /// When the command line refuses.
    pub fn user(&self, data: &Path) -> Result<(String, String)> {
        let made = json(data, &["user", "add", "--org", &self.organization, "--login", "bench"])?;
        let said = |name: &str| made[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        Ok((said("login")?, said("password")?))
    }

    /// Makes an OAuth client of the organization: its id and secret.
    ///
    /// # Errors
    /// When the command line refuses.
    pub fn client(&self, data: &Path) -> Result<(String, String)> {
        let made = json(data, &["client", "add", "--org", &self.organization])?;
        let said = |name: &str| made[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        Ok((said("client_id")?, said("client_secret")?))
    }

    /// The path of its contacts, followed by `rest`.
    #[must_use]
    pub fn contacts(&self, rest: &str) -> String {
        format!("/v1/contacts/organizations/{}/contacts{rest}", self.organization)
    }

    /// The request for one contact.
    #[must_use]
    pub fn read(&self, id: &Id) -> Vec<u8> {
        crate::client::get(&self.contacts(&format!("/{}", text(id))), &self.token)
    }

    /// The request for a page of a search.
    #[must_use]
    pub fn search(&self, query: &str) -> Vec<u8> {
        crate::client::get(&self.contacts(&format!("/search?{query}")), &self.token)
    }

    /// A request with a body.
    #[must_use]
    pub fn post(&self, rest: &str, body: &str) -> Vec<u8> {
        crate::client::post(&self.contacts(rest), &self.token, body)
    }
}

impl Listener {
    /// Starts a process that says on standard error where it listens.
    ///
    /// # Errors
    /// When it does not.
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let stderr = BufReader::new(child.stderr.take().context("no standard error")?);
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // Nobody may be left to listen.
                let _ = sender.send(line);
            }
        });
        let mut before = Vec::new();
        loop {
            let Ok(line) = said.recv_timeout(PATIENCE) else { bail!("it never said where it listens, but {before:#?}") };
            if let Some((_, address)) = line.split_once(READY) {
                let address = address.trim().parse().with_context(|| format!("`{address}` is no address"))?;
                return Ok(Listener { child, said, is_done: false, address });
            }
            before.push(line);
        }
    }

    /// Ends it as an operator would and waits for its end.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(mut self) -> Result<()> {
        self.is_done = true;
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "it ended with {status}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("it does not stop")
    }

    /// Ends it at once.
    pub fn end(mut self) {
        self.is_done = true;
    }

    /// The process.
    #[must_use]
    pub fn process(&self) -> Process {
        Process::of(self.child.id())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let ended = self.child.try_wait();
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !self.is_done {
            eprintln!("a process was given up; its state: {ended:?}; it said:");
            self.said.iter().for_each(|line| eprintln!("  {line}"));
        }
    }
}
