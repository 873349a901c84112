//! Another machine takes the database over.

use cardfile_testdb::Cluster;

use super::harness::{HASTY, Place, until};
use super::load::{Load, settle};

#[test]
fn servers_find_the_standby_that_took_over_and_lose_nothing() {
    // A process that crashes leaves to the kernel what it wrote, and a copy that is not flushed starts sooner.
    let primary = Cluster::private_on_tcp(&[("fsync", "off")]);
    let account = Place::make(&primary).account();
    let standby = primary.standby();
    primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.sql("postgres", "SELECT pg_reload_conf()");
    let state = "SELECT sync_state FROM pg_stat_replication";
    until("commits wait for the standby", || primary.sql("postgres", state) == "sync");
    let url = |one: &Cluster, other: &Cluster| {
        let (one, other) = (one.port(), other.port());
        format!("postgres://postgres@127.0.0.1:{one},127.0.0.1:{other}/cards?target_session_attrs=read-write")
    };
    let place = Place::at(url(&primary, &standby));
    let server = place.serve(HASTY);
    // Whoever names the standby first passes over it as long as it only reads.
    let other = Place::at(url(&standby, &primary)).serve(HASTY);
    let mut all = Vec::new();
    let (_, bulks) = Load::run(&server.address, &account, 2, |load| {
        let (_, bulks) = Load::run(&other.address, &account, 2, |further| {
            load.created_more(10);
            further.created_more(10);
            primary.stop_immediately();
            load.refused_more(4);
            further.refused_more(4);
            standby.promote();
            load.created_more(10);
            further.created_more(10);
        });
        all.extend(bulks);
    });
    all.extend(bulks);
    settle(&place, &server.address, &account, &all);
    settle(&place, &other.address, &account, &all);
}
