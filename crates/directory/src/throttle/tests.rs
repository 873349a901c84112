use super::*;

const TERM: SignedDuration = SignedDuration::from_mins(15);

fn throttle() -> Throttle {
    Throttle::new(3, 5, TERM)
}

fn guesser(name: &str, address: &str) -> Guesser {
    Guesser::new(Surface::Admin, name, Some(address.parse().unwrap()))
}

fn fail(throttle: &Throttle, guesser: &Guesser, times: usize) {
    for _ in 0..times {
        throttle.failed(guesser, Timestamp::UNIX_EPOCH);
    }
}

fn rest(throttle: &Throttle, guesser: &Guesser, now: Timestamp) -> Option<u64> {
    match throttle.admit(guesser, now) {
        Ok(()) => None,
        Err(Error::Throttled { retry_after }) => Some(retry_after.as_secs()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn an_account_is_closed_after_its_failures_until_the_window_ends() {
    let (throttle, mia) = (throttle(), guesser("mia", "192.0.2.1"));
    fail(&throttle, &mia, 2);
    assert_eq!(rest(&throttle, &mia, Timestamp::UNIX_EPOCH), None);
    fail(&throttle, &mia, 1);
    assert_eq!(rest(&throttle, &mia, Timestamp::UNIX_EPOCH), Some(900));
    let nearly = Timestamp::UNIX_EPOCH + TERM - SignedDuration::from_millis(1);
    assert_eq!(rest(&throttle, &mia, nearly), Some(1));
    assert_eq!(rest(&throttle, &mia, Timestamp::UNIX_EPOCH + TERM), None);
    throttle.failed(&mia, Timestamp::UNIX_EPOCH + TERM);
    assert_eq!(rest(&throttle, &mia, Timestamp::UNIX_EPOCH + TERM), None, "a new window has begun");
}

#[test]
fn accounts_are_told_apart_by_surface_and_name() {
    let throttle = throttle();
    fail(&throttle, &guesser("mia", "192.0.2.1"), 3);
    assert_eq!(rest(&throttle, &guesser("lin", "192.0.2.1"), Timestamp::UNIX_EPOCH), None);
    assert_eq!(rest(&throttle, &Guesser::new(Surface::Agent, "mia", None), Timestamp::UNIX_EPOCH), None);
    assert!(rest(&throttle, &Guesser::new(Surface::Admin, "mia", None), Timestamp::UNIX_EPOCH).is_some());
}

#[test]
fn an_address_is_closed_whatever_names_it_tried() {
    let throttle = throttle();
    for name in ["a", "b", "c", "d", "e"] {
        fail(&throttle, &guesser(name, "2001:db8::1"), 1);
    }
    assert!(rest(&throttle, &guesser("f", "2001:db8::2"), Timestamp::UNIX_EPOCH).is_some(), "of the same network");
    assert_eq!(rest(&throttle, &guesser("f", "2001:db8:0:1::1"), Timestamp::UNIX_EPOCH), None);
    throttle.succeeded(&guesser("a", "2001:db8::1"));
    assert!(rest(&throttle, &guesser("a", "2001:db8::1"), Timestamp::UNIX_EPOCH).is_some(), "success frees no address");
}

#[test]
fn success_frees_the_account() {
    let (throttle, mia) = (throttle(), guesser("mia", "192.0.2.1"));
    fail(&throttle, &mia, 2);
    throttle.succeeded(&mia);
    fail(&throttle, &mia, 2);
    assert_eq!(rest(&throttle, &mia, Timestamp::UNIX_EPOCH), None);
}

#[test]
fn one_address_of_ipv4_is_one_however_it_is_written() {
    let throttle = throttle();
    fail(&throttle, &guesser("a", "192.0.2.1"), 2);
    fail(&throttle, &guesser("b", "::ffff:192.0.2.1"), 3);
    assert!(rest(&throttle, &guesser("c", "192.0.2.1"), Timestamp::UNIX_EPOCH).is_some());
}

#[test]
fn a_flood_of_names_is_forgotten_before_an_account_that_is_guessed_at() {
    let (throttle, mia) = (throttle(), Guesser::new(Surface::Store, "mia", None));
    fail(&throttle, &mia, 3);
    for n in 0..=MOST_KEYS {
        fail(&throttle, &Guesser::new(Surface::Store, &n.to_string(), None), 1);
    }
    assert!(throttle.windows().len() <= MOST_KEYS);
    assert!(rest(&throttle, &mia, Timestamp::UNIX_EPOCH).is_some());
    let late = Timestamp::UNIX_EPOCH + TERM;
    for n in 0..MOST_KEYS {
        throttle.failed(&Guesser::new(Surface::Agent, &n.to_string(), None), late);
    }
    assert!(throttle.windows().len() <= MOST_KEYS);
}
