//! Commands that are done once under a key.

use std::sync::Arc;

use cardfile_directory::{Applied, Author, Command, Error, Kind, Once, Result};
use jiff::SignedDuration;
use uuid::Uuid;

use super::place::{create, entitle};
use super::{Harness, Place};
use crate::people::person;

fn under(author: Author, principal: u128, (key, request): (&str, u8)) -> Author {
    let answer = Arc::new(|applied: &Applied| format!("{} {}", applied.revision, applied.outcomes.len()).into_bytes());
    let once = Once { principal: Uuid::from_u128(principal), key: key.to_owned(), fingerprint: [request; 32], answer };
    Author { once: Some(once), ..author }
}

impl Place<'_> {
    async fn once(&self, principal: u128, once: (&str, u8), command: Command) -> Result<Applied> {
        let author = under(self.harness.author(), principal, once);
        self.harness.store.apply(self.tenant, author, command).await
    }

    fn somebody(&self) -> Command {
        Command::Write(self.batch(vec![create(self.harness.id(), person(1))]))
    }
}

pub async fn a_command_is_done_once_under_a_key(h: Harness) {
    let place = h.tenant().await;
    let first = place.once(1, ("k", 1), place.somebody()).await.expect("it is done");
    assert_eq!((first.revision, first.receipt), (2, None));
    let again = place.once(1, ("k", 1), place.somebody()).await.expect("it is answered");
    assert_eq!((again.receipt.as_deref(), again.is_changed, again.outcomes.len()), (Some(&b"2 1"[..]), false, 0));
    assert_eq!(place.find(cardfile_model::Filter::All).await.len(), 1);
    for (principal, key) in [(2, "k"), (1, "K")] {
        let other = place.once(principal, (key, 1), place.somebody()).await.expect("keys are of one principal, and as they are");
        assert_eq!(other.receipt, None);
    }
    h.is_sound().await;
}

pub async fn a_key_is_for_one_request(h: Harness) {
    let place = h.tenant().await;
    place.once(1, ("k", 1), place.somebody()).await.expect("it is done");
    let refused = place.once(1, ("k", 2), place.somebody()).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Once, .. })), "{refused:?}");
    assert_eq!(place.find(cardfile_model::Filter::All).await.len(), 1);
}

pub async fn what_is_refused_keeps_no_key(h: Harness) {
    let place = h.tenant().await;
    let missing = Command::DeleteGroup { id: h.id() };
    assert!(place.once(1, ("k", 1), missing).await.is_err());
    let done = place.once(1, ("k", 2), place.somebody()).await.expect("the key is free");
    assert_eq!(done.receipt, None);
}

pub async fn what_changes_nothing_is_done_once_too(h: Harness) {
    let place = h.tenant().await;
    let idle = || Command::Write(place.batch(vec![entitle(h.id(), "Cook")]));
    let first = place.once(1, ("k", 1), idle()).await.expect("it is answered");
    assert_eq!((first.is_changed, first.receipt), (false, None));
    let again = place.once(1, ("k", 1), idle()).await.expect("it is answered");
    assert_eq!(again.receipt.as_deref(), Some(&b"1 1"[..]));
}

pub async fn a_key_is_forgotten_after_a_day(h: Harness) {
    let place = h.tenant().await;
    place.once(1, ("k", 1), place.somebody()).await.expect("it is done");
    h.clock.advance(SignedDuration::from_hours(23));
    assert!(place.once(1, ("k", 1), place.somebody()).await.expect("it is answered").receipt.is_some());
    h.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(place.once(1, ("k", 1), place.somebody()).await.expect("it is done again").receipt, None);
    assert_eq!(place.find(cardfile_model::Filter::All).await.len(), 2);
}

pub async fn of_the_same_request_at_the_same_time_one_is_done(h: Harness) {
    let place = h.tenant().await;
    let (left, right) = tokio::join!(place.once(1, ("k", 1), place.somebody()), place.once(1, ("k", 1), place.somebody()));
    let receipts = [left, right].map(|applied| applied.expect("it is answered").receipt);
    assert_eq!(receipts.iter().flatten().collect::<Vec<_>>(), [b"2 1"]);
    assert_eq!(place.find(cardfile_model::Filter::All).await.len(), 1);
}
