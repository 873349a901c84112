//! The database goes away and comes back.

use std::sync::atomic::Ordering::Relaxed;

use cardfile_testdb::Cluster;

use super::harness::{HASTY, Place};
use super::load::{Load, settle};

const CLIENTS: usize = 4;

#[test]
fn a_database_that_crashes_and_recovers_loses_nothing() {
    goes_away_and_comes_back(Cluster::stop_immediately);
}

#[test]
fn requests_that_wait_while_the_database_restarts_are_told_to_come_back() {
    goes_away_and_comes_back(Cluster::stop);
}

fn goes_away_and_comes_back(go_away: fn(&Cluster)) {
    let cluster = Cluster::private(&[]);
    let place = Place::make(&cluster);
    let account = place.account();
    let server = place.serve(HASTY);
    let (load, bulks) = Load::run(&server.address, &account, CLIENTS, |load| {
        for _ in 0..2 {
            load.created_more(10);
            go_away(&cluster);
            load.refused_more(2 * CLIENTS);
            assert_eq!(server.client().get("/readyz", None).status, 503);
            assert_eq!(server.client().get("/healthz", None).status, 200);
            cluster.start();
        }
        load.created_more(10);
    });
    assert_eq!((load.late.load(Relaxed), load.left.load(Relaxed)), (0, 0), "late, left");
    assert_eq!(server.client().get("/readyz", None).status, 200);
    settle(&place, &server.address, &account, &bulks);
    assert!(server.stop().0.success());
}
