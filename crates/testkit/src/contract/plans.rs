//! What a command would do, commands that depend on nobody being touched, and plans that are kept.

use cardfile_directory::{Command, Error, KeptPlan, Planned, Trash};
use cardfile_model::{Filter, Limits, Numbers, OrganizationId, Selection, Sources, Write};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::place::{create, delete, entitle, joining};
use super::{Harness, Place};
use crate::people::person;

impl Place<'_> {
    async fn plan(&self, command: Command, most: usize) -> Planned {
        self.harness.store.plan(self.tenant, self.harness.author(), command, most).await.expect("it could be done")
    }

    fn writes(&self, writes: Vec<Write>) -> Command {
        Command::Write(self.batch(writes))
    }

    fn everyone_goes(&self) -> Command {
        let (organization, sources) = (self.organization, Sources::Any);
        Command::Trash(Trash { organization, sources, selection: Selection::all() })
    }

    fn kept(&self, hours: i64) -> KeptPlan {
        let created = self.harness.clock_now();
        let expires = created + SignedDuration::from_hours(hours);
        KeptPlan { id: self.harness.id(), organization: self.organization, created, expires, document: json!({"verb": "é"}) }
    }
}

pub async fn a_plan_tells_what_would_happen_and_nothing_does(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let (before, log) = (place.get_all(&ids).await, place.changes().await);
    let new = h.id();
    let command = place.writes(vec![entitle(ids[0], "Cook"), create(new, person(9)), delete(ids[2])]);
    let planned = place.plan(command.clone(), 10).await;
    assert_eq!((planned.revision, planned.applied.revision), (2, 2));
    assert_eq!((planned.touched, planned.came, planned.went), ([1, 3, 4].into(), [4].into(), [3].into()));
    assert_eq!((planned.applied.counts.changed, planned.applied.outcomes.len()), (1, 3));
    let told: Vec<_> = planned.differences.iter().map(|found| (found.id, found.number, found.before.is_some())).collect();
    assert_eq!(told, [(ids[0], 1, true), (new, 4, false)]);
    assert_eq!(planned.differences[0].after.title.as_deref(), Some("Cook"));
    assert_eq!(planned.differences[0].before.as_ref(), before[0].as_ref().map(|record| &record.contact));
    assert_eq!((place.get_all(&ids).await, place.changes().await), (before, log));
    assert_eq!(place.get(new).await, None);
    let applied = place.apply(command).await.expect("it can be done as it was planned");
    assert_eq!((applied.revision, place.get(new).await.map(|record| record.number)), (3, Some(4)));
    h.is_sound().await;
}

pub async fn a_plan_is_refused_as_the_command_would_be(h: Harness) {
    let place = h.tenant().await;
    let nowhere = Place { organization: OrganizationId(h.id()), ..place };
    let refused = h.store.plan(place.tenant, h.author(), nowhere.everyone_goes(), 0).await;
    assert!(matches!(refused, Err(Error::NotFound { .. })));
    let planned = place.plan(place.writes(vec![entitle(h.id(), "Cook")]), 0).await;
    assert!(planned.applied.outcomes[0].is_err() && planned.touched.is_empty());
}

pub async fn no_more_differences_are_told_than_asked_for(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let writes = || place.writes(ids.iter().map(|id| entitle(*id, "Cook")).collect());
    assert_eq!(place.plan(writes(), 2).await.differences.len(), 2);
    assert_eq!(place.plan(writes(), 0).await.differences, []);
}

pub async fn a_command_waits_for_nobody_to_have_been_touched(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let since = place.last_change().await.revision;
    let unless = |since, touched: Numbers| Command::Unless { since, touched, command: Box::new(place.everyone_goes()) };
    place.write(vec![entitle(ids[0], "Cook")]).await;
    let group = place.create_group("Crew", &[]).await.id;
    place.edit_members(group, vec![joining(&[ids[1]])]).await;
    for touched in [1, 2] {
        let refused = place.apply(unless(since, [touched, 3].into())).await;
        assert!(matches!(refused, Err(Error::Stale { expected, actual: 5 }) if expected == since), "{touched}: {refused:?}");
    }
    assert_eq!(place.find(Filter::All).await, ids);
    let applied = place.apply(unless(since, [3].into())).await.expect("that one was not touched");
    assert_eq!(applied.touched, 3);
    h.is_sound().await;
}

pub async fn a_plan_is_kept_until_it_is_forgotten(h: Harness) {
    let (place, other) = (h.tenant().await, h.tenant().await);
    let plan = place.kept(1);
    let before = place.changes().await.len();
    let kept = place.apply(Command::KeepPlan(Box::new(plan.clone()))).await.expect("a plan can be kept");
    assert!(!kept.is_changed && place.changes().await.len() == before, "that is no change of the directory");
    let read = |tenant, id: Uuid| h.store.kept_plan(tenant, id);
    assert_eq!(read(place.tenant, plan.id).await.expect("an answer"), Some(plan.clone()));
    assert_eq!(read(other.tenant, plan.id).await.expect("an answer"), None);
    for _ in 0..2 {
        place.apply(Command::ForgetPlan { id: plan.id }).await.expect("one that is not there is no error");
        assert_eq!(read(place.tenant, plan.id).await.expect("an answer"), None);
    }
}

pub async fn plans_that_have_ended_make_room_for_others(h: Harness) {
    let place = h.tenant().await;
    let author = || h.author_within(Limits { tenant_plans: 1, ..Limits::default() });
    let keep = |plan: &KeptPlan| Command::KeepPlan(Box::new(plan.clone()));
    let first = place.kept(1);
    h.store.apply(place.tenant, author(), keep(&first)).await.expect("there is room for one");
    let refused = h.store.apply(place.tenant, author(), keep(&place.kept(1))).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "tenant_plans", most: 1 })), "{refused:?}");
    h.clock.advance(SignedDuration::from_hours(2));
    let next = place.kept(1);
    h.store.apply(place.tenant, author(), keep(&next)).await.expect("the first one has ended");
    assert_eq!(h.store.kept_plan(place.tenant, first.id).await.expect("an answer"), None);
}
