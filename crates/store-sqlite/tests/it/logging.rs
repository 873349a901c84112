//! The write-ahead log: how long it grows, and when it is copied back.

use std::time::Duration;

use cardfile_model::Filter;
use cardfile_store_sqlite::Options;
use cardfile_testkit::contract::run;

use crate::place::{Place, named};

fn log_bytes(place: &Place) -> u64 {
    std::fs::metadata(place.directory.path().join("cardfile.db-wal")).map_or(0, |log| log.len())
}

async fn write_much(place: &Place) {
    let filler = "x".repeat(1000);
    place.create((0..300).map(|n| named(&format!("Person {n} {filler}")))).await;
}

#[test]
fn under_load_the_log_stays_within_its_bounds() {
    run(async {
        let place = Place::with(Options { wal_mib: 4, ..Options::default() }).await;
        let mut most = 0;
        for _ in 0..25 {
            write_much(&place).await;
            place.find(Filter::All).await;
            most = most.max(log_bytes(&place));
        }
        assert!(most < 16 << 20, "{most} bytes");
    });
}

#[test]
fn after_a_long_read_the_log_is_short_again() {
    run(async {
        let place = Place::with(Options { wal_mib: 4, ..Options::default() }).await;
        write_much(&place).await;
        let reader = place.file();
        let mut held = reader.prepare_cached("SELECT person FROM contacts").expect("a question can be asked");
        let mut rows = held.query([]).expect("a question is answered");
        assert!(rows.next().expect("a row can be read").is_some());
        for _ in 0..15 {
            write_much(&place).await;
        }
        let long = log_bytes(&place);
        assert!(long > 4 << 20, "the log must grow while somebody reads what is older: {long} bytes");
        drop(rows);
        drop(held);
        drop(reader);
        for _ in 0..100 {
            place.create([named("Somebody")]).await;
            if log_bytes(&place) <= 8 << 20 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} bytes, and {long} at most", log_bytes(&place));
    });
}
