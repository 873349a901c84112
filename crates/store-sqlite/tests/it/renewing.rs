//! An index that an earlier version of this software made.

use cardfile_model::Filter;
use cardfile_testkit::contract::run;
use cardfile_testkit::person;

use crate::place::Place;

/// Live segments whose index is not what is made now.
const OLD: &str = "SELECT count(*) FROM segments WHERE state = 1 AND form <> 1";

/// Everyone who has their first phone number by its end.
async fn found_by_end(place: &Place, count: u32) -> usize {
    let mut found = 0;
    for n in 1..=count {
        let number = &person(n).phones[0].value;
        let end = &number[number.len() - 7..];
        found += place.find(Filter::PhoneEnds(end.into())).await.len();
    }
    found
}

#[test]
fn an_index_of_an_old_form_is_built_anew_when_the_store_is_opened() {
    run(async {
        let place = Place::new().await;
        for first in [1, 201, 401] {
            place.populate(first, 200).await;
        }
        place.store.close();
        // Blocks of nothing but ends of numbers were not there.
        place.file().execute("DELETE FROM blocks WHERE first_term >= x'41'", []).expect("blocks can be taken away");
        let place = place.reopened();
        assert!(found_by_end(&place, 600).await < 300, "nothing is missed, so that nothing is tried");
        assert!(!place.findings().await.is_empty());
        place.store.close();
        place.file().execute("UPDATE segments SET form = 0", []).expect("the form can be changed");
        let place = place.reopened();
        assert_eq!(place.ask(OLD), 0);
        assert_eq!(found_by_end(&place, 600).await, 600);
        place.is_sound().await;
    });
}

#[test]
fn a_small_segment_of_an_old_form_is_not_folded_into() {
    run(async {
        let place = Place::new().await;
        place.populate(1, 20).await;
        place.file().execute("UPDATE segments SET form = 0", []).expect("the form can be changed");
        let place = place.reopened();
        assert_eq!(place.ask(OLD), 0, "what was built anew would be of the old form");
        place.populate(21, 1).await;
        assert_eq!(place.ask("SELECT count(*) FROM segments WHERE state = 1"), 1, "others are folded into as before");
        assert_eq!(found_by_end(&place, 21).await, 21);
        place.is_sound().await;
    });
}
