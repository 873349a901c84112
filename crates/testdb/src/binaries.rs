//! Where the programs of PostgreSQL are, and as whom they run.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The oldest major version that will do.
const OLDEST: u32 = 15;

/// Why there is no PostgreSQL to test with.
#[derive(Debug, thiserror::Error)]
#[error(
    "{reason}: install PostgreSQL 15 or newer (on Debian: `apt-get install postgresql`), or set CARDFILE_PG_BIN to its bin directory"
)]
pub struct Missing {
    reason: String,
}

/// The programs of one PostgreSQL installation.
#[derive(Clone, Debug)]
pub struct Binaries {
    directory: PathBuf,
    /// Who runs them, as uid and gid, where that is not whoever runs the test: the server refuses root.
    account: Option<(u32, u32)>,
}

impl Binaries {
    /// Looks into `$CARDFILE_PG_BIN` if that is set; otherwise into `$PATH`, then into the highest version of
    /// `/usr/lib/postgresql/*/bin`. Whoever is root gets them run as the system user `postgres`, or else `nobody`.
    ///
    /// # Errors
    ///
    /// If there are none or only older ones than version 15, in words that say what to install.
    pub fn find() -> Result<Self, Missing> {
        let directory = find_directory()?;
        let is_root = id(&["-u"]) == Some(0);
        let account = is_root.then(|| ["postgres", "nobody"].into_iter().find_map(account_of)).flatten();
        if is_root && account.is_none() {
            let reason = "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`".to_owned();
            return Err(Missing { reason });
        }
        Ok(Self { directory, account })
    }

    /// The directory of the programs.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Who owns the files of a cluster, as uid and gid; `None` for whoever runs the test.
    pub(crate) fn account(&self) -> Option<(u32, u32)> {
        self.account
    }

    /// A program that will run in a directory, as whoever may run PostgreSQL, and without its variables in the environment.
    /// A program that PostgreSQL does not bring is taken from `$PATH`.
    pub(crate) fn command(&self, program: &str, directory: &Path) -> Command {
        let path = self.directory.join(program);
        let mut command = if path.is_file() { Command::new(path) } else { Command::new(program) };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C").current_dir(directory);
        if let Some((uid, gid)) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// Runs to the end.
///
/// # Panics
///
/// If it cannot be run or fails, with what it wrote.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    output
}

fn find_directory() -> Result<PathBuf, Missing> {
    let missing = |reason: String| Missing { reason };
    if let Some(directory) = std::env::var_os("CARDFILE_PG_BIN") {
        let directory = PathBuf::from(directory);
        return match version(&directory) {
            Some(version) if version >= OLDEST => Ok(directory),
            Some(version) => Err(missing(format!("CARDFILE_PG_BIN holds PostgreSQL {version}"))),
            None => Err(missing(format!("CARDFILE_PG_BIN, {}, holds no PostgreSQL server", directory.display()))),
        };
    }
    let mut found: Vec<(u32, PathBuf)> =
        in_path().chain(in_usr_lib()).filter_map(|directory| Some((version(&directory)?, directory))).collect();
    if let Some(first) = found.iter().position(|(version, _)| *version >= OLDEST) {
        return Ok(found.swap_remove(first).1);
    }
    Err(missing(match found.first() {
        Some((version, directory)) => format!("{} holds PostgreSQL {version} only", directory.display()),
        None => "there is no PostgreSQL server on this machine".to_owned(),
    }))
}

/// Where the links in `$PATH` lead: a directory may link to the server without linking to all that comes with it.
fn in_path() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    directories
        .into_iter()
        .filter_map(|directory| directory.join("postgres").canonicalize().ok()?.parent().map(Path::to_path_buf))
}

/// The highest version first.
fn in_usr_lib() -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &Path| path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
    let mut versions: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((number(&entry.path())?, entry.path().join("bin")))).collect();
    versions.sort_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, directory)| directory)
}

/// The major version of what a directory holds; `None` if a program is missing there that is needed.
fn version(directory: &Path) -> Option<u32> {
    let is_complete = ["initdb", "pg_ctl", "psql", "pg_basebackup"].iter().all(|name| directory.join(name).is_file());
    let output = Command::new(directory.join("postgres")).arg("--version").output().ok().filter(|_| is_complete)?;
    major(&String::from_utf8_lossy(&output.stdout))
}

/// The major version in such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, or `17devel`.
fn major(text: &str) -> Option<u32> {
    let rest = text.split_once("(PostgreSQL) ")?.1;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn account_of(name: &str) -> Option<(u32, u32)> {
    Some((id(&["-u", name])?, id(&["-g", name])?))
}

/// What `id` says, as whose.
pub(crate) fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Missing, major};

    #[test]
    fn the_major_version_is_read_from_what_the_server_says_of_itself() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(major("another program 3\n"), None);
    }

    #[test]
    fn what_is_missing_is_said_with_how_to_get_it() {
        let text = Missing { reason: "there is none".to_owned() }.to_string();
        assert!(text.contains("install PostgreSQL 15 or newer (on Debian: `apt-get install postgresql`)"), "{text}");
    }
}
