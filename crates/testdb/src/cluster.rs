//! A cluster: its directory, its settings, and how it starts and stops.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;

use crate::binaries::{Binaries, Missing, succeed};
use crate::watcher::{DOOR, USERS, WATCHER, watch};

/// Where directories of clusters are made: the path of a socket must fit into about a hundred bytes.
pub(crate) const TEMPORARY: &str = "/tmp";
const PREFIX: &str = "cardfile-pg-";
/// How long a cluster outlives the process that it was private to, if that was killed.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running PostgreSQL: superuser `postgres`, no passwords, locale `C`, encoding UTF-8.
///
/// A private one stops, and is removed, when it is dropped. If its process is killed, a watcher does that seconds later.
#[derive(Debug)]
pub struct Cluster {
    pub(crate) binaries: Binaries,
    directory: PathBuf,
    pub(crate) tcp_port: Option<u16>,
    /// Locked for as long as this process uses the cluster.
    _users: File,
    /// `None` for the shared one.
    own: Option<TempDir>,
}

impl Cluster {
    /// The programs that clusters are made with.
    ///
    /// # Errors
    ///
    /// As [`Binaries::find`].
    pub fn find() -> Result<Binaries, Missing> {
        Binaries::find()
    }

    /// A cluster for one test, with these settings (as in `postgresql.conf`, unquoted). It is as durable as PostgreSQL is by
    /// default, and listens on a Unix socket only.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL, or it does not start.
    #[must_use]
    pub fn private(options: &[(&str, &str)]) -> Self {
        Self::create(options, None)
    }

    /// As [`Cluster::private`], but it listens on a free TCP port of 127.0.0.1 too, and its URLs name that.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL, or it does not start.
    #[must_use]
    pub fn private_on_tcp(options: &[(&str, &str)]) -> Self {
        Self::create(options, Some(free_port()))
    }

    fn create(options: &[(&str, &str)], tcp_port: Option<u16>) -> Self {
        let cluster = Self::prepare(Binaries::find().unwrap_or_else(|missing| panic!("{missing}")), tcp_port);
        init(&cluster.binaries, &cluster.directory);
        cluster.configure(options);
        cluster.start();
        cluster
    }

    /// A private cluster that has a directory and a watcher, but no data yet.
    pub(crate) fn prepare(binaries: Binaries, tcp_port: Option<u16>) -> Self {
        let own = tempfile::Builder::new().prefix(PREFIX).tempdir_in(TEMPORARY).expect("a temporary directory can be made");
        let directory = own.path().to_path_buf();
        hand_over(&binaries, &directory);
        let _door = lock_file(&binaries, &directory, DOOR);
        let _watcher = lock_file(&binaries, &directory, WATCHER);
        let users = lock_file(&binaries, &directory, USERS);
        users.lock_shared().expect("a lock can be taken");
        watch(&binaries, &directory, PATIENCE, &directory);
        Self { binaries, directory, tcp_port, _users: users, own: Some(own) }
    }

    pub(crate) fn of_many(binaries: Binaries, directory: PathBuf, users: File) -> Self {
        Self { binaries, directory, tcp_port: None, _users: users, own: None }
    }

    /// Adds settings, and those that say where it listens.
    pub(crate) fn configure(&self, options: &[(&str, &str)]) {
        configure(&self.directory, options);
        let directory = self.directory.to_str().expect("a temporary path is UTF-8");
        configure(&self.directory, &[("unix_socket_directories", directory)]);
        let port = self.port().to_string();
        let address = if self.tcp_port.is_some() { "127.0.0.1" } else { "" };
        configure(&self.directory, &[("listen_addresses", address), ("port", &port)]);
    }

    /// The port that it listens on, if by TCP; otherwise what the name of its socket ends in.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.tcp_port.unwrap_or(5432)
    }

    /// The directory of everything that this cluster has: its `data`, its socket and its `log`.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where a database of this cluster is reached, for `tokio-postgres` as for the programs of PostgreSQL.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        match self.tcp_port {
            Some(port) => format!("postgres://postgres@127.0.0.1:{port}/{database}"),
            None => self.socket_url(database),
        }
    }

    /// As [`Cluster::url`], by the Unix socket where it listens on TCP too.
    #[must_use]
    pub fn socket_url(&self, database: &str) -> String {
        let directory = self.directory.to_string_lossy().replace('%', "%25").replace('/', "%2F");
        format!("postgres://postgres@{directory}:{}/{database}", self.port())
    }

    /// Starts it after a stop or a crash, and waits until it takes connections.
    ///
    /// # Panics
    ///
    /// If it does not start, with its log.
    pub fn start(&self) {
        let mut start = self.control("start");
        let output = start.arg("-l").arg(self.directory.join("log")).output().expect("pg_ctl can be run");
        let log = || std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "PostgreSQL does not start: {said}\n{}", log());
    }

    /// Stops it in good order: connections are cut, everything is written.
    ///
    /// # Panics
    ///
    /// If it does not run, or does not stop.
    pub fn stop(&self) {
        succeed(self.control("stop").args(["-m", "fast"]));
    }

    /// Stops it as a crash does: all its processes at once, with nothing written that had not been. The next start recovers.
    ///
    /// # Panics
    ///
    /// If it does not run, or does not stop.
    pub fn stop_immediately(&self) {
        succeed(self.control("stop").args(["-m", "immediate"]));
    }

    /// Runs a statement, or several, with `psql`, and returns the rows: a line each, columns parted by `|`.
    ///
    /// # Panics
    ///
    /// If it fails.
    #[expect(clippy::must_use_candidate, reason = "most statements return nothing")]
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let mut psql = self.binaries.command("psql", &self.directory);
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.socket_url(database), "-c", statement]);
        String::from_utf8_lossy(&succeed(&mut psql).stdout).trim_end().to_owned()
    }

    /// Runs a program to its end, one of PostgreSQL's (such as `pg_basebackup`) or of `$PATH`: as the user who owns the cluster
    /// and in its directory.
    ///
    /// # Panics
    ///
    /// If it cannot be run. How it ended is for the caller to see.
    #[must_use]
    pub fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = self.command(program);
        command.args(arguments);
        command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"))
    }

    /// A program that will run as by [`Cluster::run`].
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        self.binaries.command(program, &self.directory)
    }

    pub(crate) fn control(&self, order: &str) -> Command {
        let mut control = self.command("pg_ctl");
        control.args([order, "-w", "-t", "60", "-s", "-D"]).arg(self.data());
        control
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.own.is_some() {
            // It fails if the cluster was stopped before.
            let _ = self.control("stop").args(["-m", "immediate"]).output();
        }
    }
}

/// Makes the files of a cluster.
pub(crate) fn init(binaries: &Binaries, directory: &Path) {
    let mut init = binaries.command("initdb", directory);
    init.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(directory.join("data"));
    succeed(&mut init);
}

/// Adds settings to those that a cluster has.
pub(crate) fn configure(directory: &Path, options: &[(&str, &str)]) {
    let mut lines = String::new();
    for (name, value) in options {
        writeln!(lines, "{name} = '{}'", value.replace('\'', "''")).expect("a string can be written to");
    }
    let file = OpenOptions::new().append(true).open(directory.join("data/postgresql.conf"));
    file.and_then(|mut file| file.write_all(lines.as_bytes())).expect("postgresql.conf can be written");
}

/// A file to lock, made if it is not there.
pub(crate) fn lock_file(binaries: &Binaries, directory: &Path, name: &str) -> File {
    let path = directory.join(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.unwrap_or_else(|error| panic!("{} cannot be opened: {error}", path.display()));
    hand_over(binaries, &path);
    file
}

/// Makes whoever runs PostgreSQL the owner.
pub(crate) fn hand_over(binaries: &Binaries, path: &Path) {
    if let Some((uid, gid)) = binaries.account() {
        std::os::unix::fs::chown(path, Some(uid), Some(gid)).expect("root can give a file away");
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of 127.0.0.1 is free");
    listener.local_addr().expect("a listener has an address").port()
}
