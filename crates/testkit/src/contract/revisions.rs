//! One patch for many people.

use cardfile_directory::{Applied, Command, Error, Result, Revision};
use cardfile_model::{ChangeKind, Edit, Limits, ListEdit, MembershipEdit, Numbers, Patch, Selection, Sources};

use super::place::entitle;
use super::{Harness, Place};

fn titled(title: &str) -> Patch {
    Patch { title: Edit::Set(title.into()), ..Patch::default() }
}

impl Place<'_> {
    fn revision(&self, numbers: impl Into<Numbers>, patch: Patch) -> Command {
        let (organization, sources) = (self.organization, Sources::Any);
        Command::Revise(Box::new(Revision {
            organization,
            sources,
            numbers: numbers.into(),
            admits_unknown_groups: false,
            patch,
        }))
    }

    async fn revise(&self, numbers: impl Into<Numbers>, patch: Patch) -> Result<Applied> {
        self.apply(self.revision(numbers, patch)).await
    }
}

pub async fn those_meant_change_in_one_change(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    place.trash(Selection::ids([ids[3]])).await;
    let applied = place.revise([1, 2, 4, 99], titled("Cook")).await.expect("people can change");
    assert_eq!((applied.touched, applied.counts.changed), (2, 2), "who is in the trash, or never was, is passed over");
    let titles: Vec<_> =
        place.get_all(&ids).await.into_iter().map(|record| record.and_then(|record| record.contact.title)).collect();
    assert_eq!(&titles[..2], [Some("Cook".to_owned()), Some("Cook".to_owned())]);
    assert_ne!(titles[2].as_deref(), Some("Cook"));
    let change = place.last_change().await;
    assert_eq!((change.kind, change.touched), (ChangeKind::Revise, Numbers::from([1, 2])));
    let again = place.revise([1, 2], titled("Cook")).await.expect("nothing is to be done");
    assert!(!again.is_changed);
    h.is_sound().await;
}

pub async fn a_revision_is_taken_back_unless_somebody_was_touched_since(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let before: Vec<_> = place.get_all(&ids).await.into_iter().flatten().map(|record| record.contact).collect();
    let applied = place.revise([1, 2], titled("Cook")).await.expect("people can change");
    place.undo(applied.revision).await.expect("nobody was touched since");
    let after: Vec<_> = place.get_all(&ids).await.into_iter().flatten().map(|record| record.contact).collect();
    assert_eq!(after, before);
    let applied = place.revise([1, 2], titled("Baker")).await.expect("people can change");
    place.write(vec![entitle(ids[0], "Chef")]).await;
    assert!(matches!(place.undo(applied.revision).await, Err(Error::Stale { .. })));
}

pub async fn where_one_would_break_rules_nobody_changes(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let before = place.get_all(&ids).await;
    let cleared = vec![ListEdit::Replace(Vec::new())];
    let nameless = Patch { emails: cleared.clone(), phones: cleared.clone(), sip_addresses: cleared, ..Patch::default() };
    assert!(matches!(place.revise([1, 2], nameless).await, Err(Error::Invalid(_))), "source CH wants a way to reach people");
    assert_eq!(place.get_all(&ids).await, before);
}

pub async fn more_than_the_limit_are_too_many(h: Harness) {
    let place = h.tenant().await;
    place.populate(3).await;
    let within = |revised_people| h.author_within(Limits { revised_people, ..Limits::default() });
    let revise = || place.revision([1, 2, 3], titled("Cook"));
    let refused = h.store.apply(place.tenant, within(2), revise()).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "revised_people", most: 2 })), "{refused:?}");
    assert_eq!(h.store.apply(place.tenant, within(3), revise()).await.expect("so many may change").touched, 3);
}

pub async fn people_get_another_home_together(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let ids = place.populate(3).await;
    let settled = Patch { memberships: vec![MembershipEdit::Settle(2)], ..Patch::default() };
    place.revise([1, 3], settled).await.expect("people can move");
    assert_eq!(place.find(cardfile_model::Filter::All).await, [ids[1]]);
    assert_eq!(below.find(cardfile_model::Filter::All).await, [ids[0], ids[2]]);
    let passed = place.revise([1], titled("Cook")).await.expect("who is at home elsewhere is passed over");
    assert!(!passed.is_changed);
    h.is_sound().await;
}
