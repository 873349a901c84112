//! One of two servers is killed.

use cardfile_testdb::Cluster;

use super::harness::Place;
use super::load::{Load, settle};

#[test]
fn a_server_goes_on_when_another_one_is_killed_in_the_middle_of_writing() {
    let cluster = Cluster::private(&[]);
    let place = Place::make(&cluster);
    let account = place.account();
    let survivor = place.serve(&[]);
    let mut all = Vec::new();
    let (load, bulks) = Load::run(&survivor.address, &account, 2, |load| {
        for _ in 0..3 {
            let victim = place.serve(&[]);
            let address = victim.address.clone();
            let (_, bulks) = Load::run(&address, &account, 3, |doomed| {
                doomed.created_more(6);
                victim.crash();
            });
            all.extend(bulks);
            load.created_more(6);
        }
    });
    assert!(load.is_untouched());
    all.extend(bulks);
    settle(&place, &survivor.address, &account, &all);
}
