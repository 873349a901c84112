//! The one cluster of all test processes of this workspace.

use std::fs::{DirBuilder, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use crate::admin;
use crate::binaries::{Binaries, id};
use crate::cluster::{Cluster, TEMPORARY, hand_over, init, lock_file};
use crate::database::CLONE;
use crate::watcher::{DOOR, USERS, WATCHER, watch};

/// How long the cluster outlives the last process that used it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Memory that is used as a disk.
const MEMORY: &str = "/dev/shm";
/// How much of it must be free.
const ROOM_KIB: u64 = 4 << 20;

/// Nothing of it is worth keeping, so nothing waits for a disk. Statistics are as `ANALYZE` left them, so that plans do not
/// change with the time of day.
const OPTIONS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("max_connections", "300"),
    ("shared_buffers", "128MB"),
    ("autovacuum", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("max_wal_size", "512MB"),
    ("checkpoint_timeout", "1h"),
    ("log_checkpoints", "off"),
];

impl Cluster {
    /// The cluster that all test processes of this workspace and user share. Whoever comes first starts it; it stops, and its
    /// data is removed, when nobody has used it for a minute. What is left of one that crashed is cleared away first.
    ///
    /// It loses what it has if the machine crashes, and runs no autovacuum. Its data lies in `/dev/shm` where that has room.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL, or it does not start.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Cluster> = LazyLock::new(join);
        &SHARED
    }
}

fn join() -> Cluster {
    let binaries = Binaries::find().unwrap_or_else(|missing| panic!("{missing}"));
    let directory = make_directory(&binaries);
    let door = lock_file(&binaries, &directory, DOOR);
    door.lock().expect("a lock can be taken");
    let users = lock_file(&binaries, &directory, USERS);
    let _watcher = lock_file(&binaries, &directory, WATCHER);
    let is_alone = is_alone(&users);
    users.lock_shared().expect("a lock can be taken");
    let cluster = Cluster::of_many(binaries, directory, users);
    if UnixStream::connect(cluster.directory().join(format!(".s.PGSQL.{}", cluster.port()))).is_err() {
        begin(&cluster);
    } else if is_alone {
        drop_leftovers(&cluster);
    }
    watch(&cluster.binaries, cluster.directory(), PATIENCE, &cluster.data());
    cluster
}

/// Whether no other process uses the cluster. Nobody can begin to meanwhile: the door is locked.
fn is_alone(users: &File) -> bool {
    let is_alone = users.try_lock().is_ok();
    if is_alone {
        users.unlock().expect("a lock can be let go");
    }
    is_alone
}

/// Starts it anew: one that crashed had not written everything.
fn begin(cluster: &Cluster) {
    let data = cluster.data();
    let name = cluster.directory().file_name().expect("the directory has a name");
    let in_memory = Path::new(MEMORY).join(name);
    if data.exists() {
        // One that still runs, but is not reached; it fails if there is none.
        let _ = cluster.control("stop").args(["-m", "immediate"]).output();
    }
    // What is not there need not be removed; what cannot be is refused by `initdb`.
    let _ = std::fs::remove_file(cluster.directory().join("log"));
    let _ = std::fs::remove_dir_all(&in_memory);
    let _ = std::fs::remove_file(&data).or_else(|_| std::fs::remove_dir_all(&data));
    if has_room() && DirBuilder::new().mode(0o700).create(&in_memory).is_ok() {
        hand_over(&cluster.binaries, &in_memory);
        std::os::unix::fs::symlink(&in_memory, &data).expect("a link can be made");
    }
    init(&cluster.binaries, cluster.directory());
    cluster.configure(OPTIONS);
    cluster.start();
}

/// Whether the data may lie in memory, where a database is cloned several times as fast as on a busy disk.
fn has_room() -> bool {
    let output = Command::new("df").args(["-Pk", MEMORY]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free = text.lines().nth(1).filter(|line| line.starts_with("tmpfs")).and_then(|line| line.split_whitespace().nth(3));
    free.and_then(|kib| kib.parse::<u64>().ok()).is_some_and(|kib| kib >= ROOM_KIB)
}

/// Drops the databases of processes that were killed.
fn drop_leftovers(cluster: &Cluster) {
    let url = cluster.url("postgres");
    let query = format!("SELECT datname FROM pg_database WHERE starts_with(datname, '{CLONE}')");
    for name in admin::names(&url, &query).unwrap_or_default() {
        let _ = admin::execute(&url, &[&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]);
    }
}

/// `/tmp/cardfile-pg-<uid>-<hash>`, which nobody else can look into. Only locks and the log are left there when the cluster is gone.
fn make_directory(binaries: &Binaries) -> PathBuf {
    let uid = id(&["-u"]).expect("`id -u` tells who this is");
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_MANIFEST_DIR"), OPTIONS, binaries.directory()).hash(&mut hasher);
    let directory = Path::new(TEMPORARY).join(format!("cardfile-pg-{uid}-{:016x}", hasher.finish()));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
    made.unwrap_or_else(|error| panic!("{} cannot be made: {error}", directory.display()));
    let owner = std::fs::symlink_metadata(&directory).expect("a directory that was made is there").uid();
    let account = binaries.account().map(|(uid, _)| uid);
    assert!(owner == uid || Some(owner) == account, "{} belongs to somebody else", directory.display());
    hand_over(binaries, &directory);
    directory
}
