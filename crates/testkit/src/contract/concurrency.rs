//! Many at once.

use std::sync::Arc;

use cardfile_directory::{Command, Error, Outcome};
use cardfile_model::{Audience, Edit, Expect, Filter, Patch, Write};
use tokio::task::JoinSet;

use super::Harness;
use super::place::{create, delete};
use crate::people::person;

pub async fn eight_writers_read_what_they_wrote(h: Harness) {
    const ROUNDS: u32 = 25;
    let place = h.tenant().await;
    let (tenant, organization) = (place.tenant, place.organization);
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let store = Arc::clone(&h.store);
        let turns: Vec<_> = (0..ROUNDS)
            .map(|round| {
                let id = h.id();
                let contact = person(writer * ROUNDS + round + 1);
                (id, contact.clone(), [place.batch(vec![create(id, contact)]), place.batch(vec![delete(id)])])
            })
            .collect();
        let (author, query) = (h.author(), place.query(Filter::All));
        writers.spawn(async move {
            for (id, contact, [making, deleting]) in turns {
                let made = store.apply(tenant, author.clone(), Command::Write(making)).await.expect("it can be made");
                assert!(matches!(made.outcomes[..], [Ok(Outcome::Created(_))]));
                let read = store.get(tenant, organization, Audience::Everything, &[id]).await.expect("it can be read");
                assert_eq!(read[0].as_ref().map(|record| &record.contact), Some(&contact));
                let mut query = query.clone();
                query.filter = Filter::Email(contact.emails[0].value.clone());
                let found = store.find(tenant, query.clone()).await.expect("it can be found");
                assert_eq!((found.total, found.records[0].id), (1, id));
                if contact.emails.len() == 1 {
                    store.apply(tenant, author.clone(), Command::Write(deleting)).await.expect("it can be deleted");
                    let found = store.find(tenant, query).await.expect("it can be looked for");
                    assert_eq!(found.total, 0);
                }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.expect("a writer reads what it wrote");
    }
    let changes = place.changes().await;
    assert!(changes.iter().zip(1..).all(|(change, revision)| change.revision == revision), "no gaps");
    assert_eq!(changes.len(), 1 + 8 * 25 + 8 * 25 / 2);
    assert_eq!(place.find(Filter::All).await.len(), 100);
    h.is_sound().await;
}

pub async fn of_two_writers_expecting_one_revision_one_wins(h: Harness) {
    let place = h.tenant().await;
    let record = place.create(person(1)).await;
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let patch = Patch { title: Edit::Set(format!("Writer {writer}")), ..Patch::default() };
        let expect = Expect::At(record.revision);
        let batch = place.batch(vec![Write::Patch { id: record.id, expect, patch: Box::new(patch) }]);
        let (store, author, tenant) = (Arc::clone(&h.store), h.author(), place.tenant);
        writers.spawn(async move {
            store.apply(tenant, author, Command::Write(batch)).await.expect("each stands alone").outcomes.remove(0)
        });
    }
    let outcomes = writers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::Stale { .. }))).count(), 7);
}

pub async fn one_of_many_groups_of_a_name_is_made(h: Harness) {
    let place = h.tenant().await;
    let mut writers = JoinSet::new();
    for _ in 0..8 {
        let (store, author, tenant) = (Arc::clone(&h.store), h.author(), place.tenant);
        let draft = place.draft("Harbour", &[]);
        writers.spawn(async move { store.apply(tenant, author, Command::CreateGroup(draft)).await });
    }
    let outcomes = writers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Error::AlreadyExists { .. }))));
    h.is_sound().await;
}
