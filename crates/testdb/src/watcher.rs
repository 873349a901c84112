//! A shell that outlives the tests, to end a cluster that nobody uses any more, even if every process of theirs was killed.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::binaries::Binaries;

/// Whoever looks whether a cluster runs, starts it or removes it holds this one.
pub(crate) const DOOR: &str = "door.lock";
/// Every process that uses a cluster shares this one until its end.
pub(crate) const USERS: &str = "users.lock";
/// The watcher of a cluster holds this one.
pub(crate) const WATCHER: &str = "watcher.lock";

/// `$1` is the directory of the cluster, `$2` are the seconds for which nobody must have used it, `$3` is `pg_ctl` and `$4` is
/// what to remove, with what that links to. What goes on in the background has its lock already when the rest ends, and lets go of the door last of all:
/// whoever comes through it next finds no watcher.
const SCRIPT: &str = r#"
command -v flock >/dev/null || exit 0
exec 9<"$1/watcher.lock" 8<"$1/door.lock" 7<"$1/users.lock" || exit 0
flock -n 9 || exit 0
(
    idle=0
    while :; do
        sleep 1
        if flock -n 7; then flock -u 7; idle=$((idle + 1)); else idle=0; fi
        [ "$idle" -ge "$2" ] || continue
        flock 8
        if flock -n 7; then
            "$3" stop -D "$1/data" -m immediate
            rm -rf "$(readlink -f "$4")" "$4"
            flock -u 7
            flock -u 9
            flock -u 8
            exit 0
        fi
        flock -u 8
        idle=0
    done
) &
"#;

/// Makes sure that a cluster is stopped, and `remove` is removed, once nobody has used it for `patience`.
pub(crate) fn watch(binaries: &Binaries, directory: &Path, patience: Duration, remove: &Path) {
    let lock = File::open(directory.join(WATCHER)).expect("the lock of the watcher can be opened");
    if lock.try_lock().is_err() {
        return;
    }
    drop(lock);
    let mut watcher = binaries.command("sh", directory);
    watcher.args(["-c", SCRIPT, "cardfile-testdb-watcher"]);
    watcher.arg(directory).arg(patience.as_secs().to_string()).arg(binaries.directory().join("pg_ctl")).arg(remove);
    watcher.current_dir("/").process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    watcher.status().expect("a shell can be run");
}
