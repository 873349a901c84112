//! A pooler in transaction mode stands between servers and their database.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use cardfile_testdb::Cluster;

use super::harness::{Place, until};
use super::load::{Load, settle};

/// Far fewer than the servers make to the pooler.
const POOLED: u16 = 3;

/// A pgbouncer that runs until this is dropped.
struct Pooler {
    child: Child,
    port: u16,
}

impl Pooler {
    fn start(program: &Path, cluster: &Cluster) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let directory = cluster.directory().display();
        let settings = format!(
            "[databases]
             cards = host={directory} port={} dbname=cards user=postgres
             [pgbouncer]
             listen_addr = 127.0.0.1
             listen_port = {port}
             unix_socket_dir =
             auth_type = any
             pool_mode = transaction
             default_pool_size = {POOLED}
             max_client_conn = 200",
            cluster.port()
        );
        let file = cluster.directory().join("pgbouncer.ini");
        let lines: Vec<&str> = settings.lines().map(str::trim).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        let mut command = cluster.command(program.to_str().unwrap());
        let child = command.arg(&file).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let pooler = Pooler { child, port };
        until("the pooler listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        pooler
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    directories.map(|directory| directory.join("pgbouncer")).find(|program| program.is_file())
}

#[test]
fn servers_work_through_a_pooler_in_transaction_mode() {
    let Some(program) = find() else {
        eprintln!("skipped: there is no pgbouncer on this machine");
        return;
    };
    let cluster = Cluster::private(&[]);
    cluster.sql("postgres", "CREATE DATABASE cards");
    let pooler = Pooler::start(&program, &cluster);
    let url = format!("postgres://postgres@127.0.0.1:{}/cards", pooler.port);
    let place = Place::at(url).with("CARDFILE_POSTGRES_PREPARED_STATEMENTS", "false");
    place.migrate();
    let account = place.account();
    let server = place.serve(&[]);
    let mut all = Vec::new();
    let (load, bulks) = Load::run(&server.address, &account, 6, |load| {
        load.created_more(10);
        // It comes, and commands run, while the pooler's connections are in use.
        let other = place.serve(&[]);
        let (further, bulks) = Load::run(&other.address, &account, 6, |further| {
            for _ in 0..3 {
                place.token(&account.organization);
            }
            load.created_more(40);
            further.created_more(40);
        });
        assert!(further.is_untouched());
        all.extend(bulks);
    });
    assert!(load.is_untouched());
    all.extend(bulks);
    settle(&place, &server.address, &account, &all);
}
