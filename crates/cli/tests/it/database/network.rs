//! The network between a server and its database fails.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use cardfile_testdb::Cluster;

use super::harness::{HASTY, Place};
use super::load::{Load, settle};
use super::proxy::Proxy;
use crate::process::{Account, Server};

const CLIENTS: usize = 4;

/// A server whose database is behind a network that may fail.
struct Scene {
    proxy: Proxy,
    place: Place,
    account: Account,
    server: Server,
    _cluster: Cluster,
}

impl Scene {
    fn set() -> Self {
        let cluster = Cluster::private_on_tcp(&[]);
        let place = Place::make(&cluster);
        let proxy = Proxy::start(cluster.port());
        let server = Place::at(format!("postgres://postgres@127.0.0.1:{}/cards", proxy.port)).serve(HASTY);
        Scene { proxy, account: place.account(), server, place, _cluster: cluster }
    }

    fn load(&self, meanwhile: impl FnOnce(&Load)) -> Load {
        let (load, bulks) = Load::run(&self.server.address, &self.account, CLIENTS, meanwhile);
        settle(&self.place, &self.server.address, &self.account, &bulks);
        load
    }
}

#[test]
fn connections_that_are_cut_are_made_anew() {
    let scene = Scene::set();
    let load = scene.load(|load| {
        for _ in 0..8 {
            load.created_more(3);
            scene.proxy.cut();
        }
        load.created_more(3);
        scene.proxy.refuse(true);
        scene.proxy.cut();
        load.refused_more(2 * CLIENTS);
        scene.proxy.refuse(false);
        load.created_more(5);
    });
    assert_eq!((load.late.load(Relaxed), load.left.load(Relaxed)), (0, 0), "late, left");
}

#[test]
fn a_network_that_stalls_holds_nobody_longer_than_a_request_may_take() {
    let scene = Scene::set();
    scene.load(|load| {
        load.created_more(5);
        scene.proxy.stall(true);
        // Who waits for an answer, and then who wants a connection.
        load.refused_more(2 * CLIENTS);
        scene.proxy.stall(false);
        load.created_more(5);
    });
}

#[test]
fn connections_that_are_lost_without_a_word_are_given_up() {
    let scene = Scene::set();
    scene.load(|load| {
        for _ in 0..2 {
            load.created_more(5);
            let began = Instant::now();
            scene.proxy.lose();
            load.created_more(2 * CLIENTS);
            assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
        }
    });
}

#[test]
fn a_host_that_takes_connections_and_says_nothing_is_passed_over() {
    let cluster = Cluster::private_on_tcp(&[]);
    let account = Place::make(&cluster).account();
    let silent = Proxy::start(cluster.port());
    silent.stall(true);
    let url = format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{}/cards", silent.port, cluster.port());
    let place = Place::at(url).with("CARDFILE_POSTGRES_CONNECT_TIMEOUT_SECS", "1");
    let server = place.serve(&[]);
    let (load, bulks) = Load::run(&server.address, &account, CLIENTS, |load| load.created_more(5));
    assert!(load.is_untouched());
    settle(&place, &server.address, &account, &bulks);
}
