//! The disk of the database is full.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering::Relaxed;

use cardfile_testdb::Cluster;
use tempfile::TempDir;

use super::harness::{HASTY, Place};
use super::load::{Load, settle};

const CLIENTS: usize = 4;
const SIZE: &str = "size=64m";

/// A disk that is soon full.
struct Disk(TempDir);

impl Disk {
    /// None where nothing may be mounted.
    fn mount() -> Option<Self> {
        let disk = Disk(TempDir::new_in("/tmp").unwrap());
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(disk.0.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(disk)
    }

    fn filler(&self) -> std::path::PathBuf {
        self.0.path().join("filler")
    }

    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        let mut size = 1 << 20;
        while size > 0 {
            match file.write_all(&vec![0; size]) {
                Ok(()) => {}
                Err(_) => size /= 2,
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[test]
fn a_full_disk_refuses_for_as_long_as_it_is_full() {
    let Some(disk) = Disk::mount() else {
        eprintln!("skipped: a small disk takes the right to mount one");
        return;
    };
    let cluster = Cluster::private(&[]);
    let space = disk.0.path().join("space");
    std::fs::create_dir(&space).unwrap();
    give(disk.0.path(), cluster.directory());
    give(&space, cluster.directory());
    cluster.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", space.display()));
    cluster.sql("postgres", "CREATE DATABASE cards TABLESPACE small");
    let place = Place::at(cluster.url("cards"));
    place.migrate();
    let account = place.account();
    let server = place.serve(HASTY);
    let (load, bulks) = Load::run(&server.address, &account, CLIENTS, |load| {
        for _ in 0..2 {
            load.created_more(5);
            disk.fill();
            load.refused_more(2 * CLIENTS);
            std::fs::remove_file(disk.filler()).unwrap();
            load.created_more(5);
        }
    });
    assert_eq!((load.late.load(Relaxed), load.left.load(Relaxed)), (0, 0), "late, left");
    settle(&place, &server.address, &account, &bulks);
    drop(cluster);
}

/// Makes the owner of a model the owner of a directory.
fn give(directory: &Path, model: &Path) {
    let status = Command::new("chown").arg("--reference").args([model, directory]).status().unwrap();
    assert!(status.success());
}
