//! Work that goes on beside requests, and its files.

use std::sync::Arc;

use cardfile_directory::{Applied, Command, Error, Job, JobEdit, JobState, Piece, Then};
use cardfile_model::{Limits, OrganizationId, Sources};
use serde_json::json;
use uuid::Uuid;

use super::place::create;
use super::{Harness, Place};
use crate::people::person;

impl Place<'_> {
    fn job(&self) -> Job {
        let now = self.harness.clock_now();
        Job {
            id: self.harness.id(),
            organization: self.organization,
            kind: "import".into(),
            state: JobState::Receiving,
            created: now,
            updated: now,
            due: now,
            version: 0,
            document: json!({"é": 1}),
        }
    }

    async fn put(&self, job: &Job, pieces: &[(&str, u32, &[u8])], dropped: &[&str]) -> Result<(), Error> {
        let piece = |(file, part, bytes): &(&str, u32, &[u8])| Piece { file: (*file).into(), part: *part, bytes: bytes.to_vec() };
        let pieces = pieces.iter().map(piece).collect();
        let dropped = dropped.iter().map(|file| (*file).to_owned()).collect();
        self.apply(Command::Job(JobEdit::Put { job: Box::new(job.clone()), pieces, dropped })).await.map(drop)
    }

    async fn piece(&self, job: &Job, file: &str, part: u32) -> Option<Vec<u8>> {
        self.harness.store.job_piece(self.tenant, job.id, file, part).await.expect("a store can be asked")
    }

    async fn kept_job(&self, job: &Job) -> Option<Job> {
        self.harness.store.job(self.tenant, job.id).await.expect("a store can be asked")
    }
}

pub async fn a_job_is_kept_and_written_on(h: Harness) {
    let place = h.tenant().await;
    let job = place.job();
    assert_eq!(h.store.tenants_with_jobs().await.expect("an answer"), []);
    place.put(&job, &[("input", 0, b"a"), ("input", 1, b"b")], &[]).await.expect("it is kept");
    let kept = place.kept_job(&job).await.expect("it is there");
    assert_eq!(kept, Job { version: 1, ..job.clone() });
    let now = h.author().time;
    let next = Job { state: JobState::Running, updated: now, due: now, document: json!([2]), ..kept };
    place.put(&next, &[("results", 0, b"r"), ("input", 1, b"c")], &[]).await.expect("it is written on");
    assert_eq!(place.kept_job(&job).await, Some(Job { version: 2, ..next.clone() }));
    assert_eq!(place.piece(&job, "input", 1).await.as_deref(), Some(&b"c"[..]));
    let last = Job { state: JobState::Done, version: 2, ..next };
    place.put(&last, &[], &["input"]).await.expect("it is written on");
    assert_eq!((place.piece(&job, "input", 0).await, place.piece(&job, "input", 1).await), (None, None));
    assert_eq!(place.piece(&job, "results", 0).await.as_deref(), Some(&b"r"[..]));
    assert_eq!(h.store.tenants_with_jobs().await.expect("an answer"), [place.tenant]);
    h.is_sound().await;
}

pub async fn a_job_is_written_by_who_read_it_last(h: Harness) {
    let place = h.tenant().await;
    let job = place.job();
    place.put(&job, &[], &[]).await.expect("it is kept");
    for version in [0, 2, 9] {
        let refused = place.put(&Job { version, ..job.clone() }, &[("results", 0, b"lost")], &[]).await;
        assert!(matches!(refused, Err(Error::Stale { expected, actual: 1 }) if expected == version), "{version}: {refused:?}");
    }
    assert_eq!(place.piece(&job, "results", 0).await, None);
    let unknown = Job { version: 3, ..place.job() };
    assert!(matches!(place.put(&unknown, &[], &[]).await, Err(Error::Stale { expected: 3, actual: 0 })));
}

pub async fn a_job_goes_with_its_files(h: Harness) {
    let place = h.tenant().await;
    let (job, other) = (place.job(), place.job());
    place.put(&job, &[("input", 0, b"a")], &[]).await.expect("it is kept");
    place.put(&other, &[("input", 0, b"b")], &[]).await.expect("it is kept");
    let remove = |job: &Job| place.apply(Command::Job(JobEdit::Remove { id: job.id }));
    remove(&job).await.expect("it goes");
    assert_eq!((place.kept_job(&job).await, place.piece(&job, "input", 0).await), (None, None));
    assert_eq!(place.piece(&other, "input", 0).await.as_deref(), Some(&b"b"[..]));
    assert_eq!(h.store.tenants_with_jobs().await.expect("an answer"), [place.tenant]);
    remove(&job).await.expect("one that is not there is no error");
    remove(&other).await.expect("it goes");
    assert_eq!(h.store.tenants_with_jobs().await.expect("an answer"), []);
    assert_eq!(h.store.jobs(place.tenant, None).await.expect("an answer"), []);
}

pub async fn jobs_are_found_when_they_are_due(h: Harness) {
    let place = h.tenant().await;
    let now = h.clock_now();
    let later = now + jiff::SignedDuration::from_mins(1);
    let (job, other) = (place.job(), Job { due: later, ..place.job() });
    place.put(&job, &[], &[]).await.expect("it is kept");
    place.put(&other, &[], &[]).await.expect("it is kept");
    let found = async |due| {
        let jobs = h.store.jobs(place.tenant, due).await.expect("a store can be asked");
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(found(None).await, [job.id, other.id]);
    assert_eq!((found(Some(now)).await, found(Some(later)).await), (vec![job.id], vec![job.id, other.id]));
    let put_off = Job { version: 1, due: later + jiff::SignedDuration::from_mins(1), ..job.clone() };
    place.put(&put_off, &[], &[]).await.expect("it is written on");
    assert_eq!(found(Some(later)).await, [other.id]);
}

pub async fn a_job_learns_in_the_same_transaction_what_was_done(h: Harness) {
    let place = h.tenant().await;
    let job = place.job();
    place.put(&job, &[], &[]).await.expect("it is kept");
    let told = |version| {
        let job = Job { version, ..job.clone() };
        Then(Arc::new(move |applied: &Applied| {
            let job = Job { document: json!({"done": applied.outcomes.len(), "at": applied.revision}), ..job.clone() };
            JobEdit::Put { job: Box::new(job), pieces: Vec::new(), dropped: Vec::new() }
        }))
    };
    let write = |ids: &[Uuid]| {
        let writes = ids.iter().zip(1..).map(|(id, number)| create(*id, person(number))).collect();
        Box::new(Command::Write(place.batch(writes)))
    };
    let (first, second) = (h.id(), h.id());
    let applied = place.apply(Command::AndJob { command: write(&[first]), then: told(1) }).await.expect("both are done");
    let kept = place.kept_job(&job).await.expect("it is there");
    assert_eq!((kept.version, kept.document), (2, json!({"done": 1, "at": applied.revision})));
    // A second worker that reads the same comes too late, with all that it would have written.
    let late = place.apply(Command::AndJob { command: write(&[second]), then: told(1) }).await;
    assert!(matches!(late, Err(Error::Stale { expected: 1, actual: 2 })));
    assert!(place.get(first).await.is_some() && place.get(second).await.is_none());
    let nothing = Box::new(Command::Together(Vec::new()));
    place.apply(Command::AndJob { command: nothing, then: told(2) }).await.expect("a job may learn of nothing");
    assert_eq!(place.kept_job(&job).await.expect("it is there").version, 3);
}

pub async fn jobs_are_no_changes_and_stand_with_the_command_beside_them(h: Harness) {
    let place = h.tenant().await;
    let job = place.job();
    let before = place.changes().await;
    place.put(&job, &[], &[]).await.expect("it is kept");
    assert_eq!(place.changes().await, before);
    let put = |version| JobEdit::Put {
        job: Box::new(Job { version, ..job.clone() }),
        pieces: vec![Piece { file: "results".into(), part: 0, bytes: b"r".to_vec() }],
        dropped: Vec::new(),
    };
    let new = h.id();
    let write = || Command::Write(place.batch(vec![create(new, person(1))]));
    let refused = place.apply(Command::Together(vec![write(), Command::Job(put(7))])).await;
    assert!(matches!(refused, Err(Error::Stale { .. })) && place.get(new).await.is_none());
    let done = place.apply(Command::Together(vec![write(), Command::Job(put(1))])).await.expect("both are done");
    assert!(done.is_changed && place.get(new).await.is_some());
    assert_eq!(place.kept_job(&job).await.map(|job| job.version), Some(2));
    let refused = place.apply(Command::Together(vec![Command::Job(put(2)), Command::Job(put(2))])).await;
    assert!(matches!(refused, Err(Error::Stale { expected: 2, actual: 3 })));
    assert_eq!(place.kept_job(&job).await.map(|job| job.version), Some(2));
}

pub async fn a_tenant_has_so_many_jobs(h: Harness) {
    let (place, other) = (h.tenant().await, h.tenant().await);
    let put = async |place: &Place<'_>, job: &Job| {
        let edit = JobEdit::Put { job: Box::new(job.clone()), pieces: Vec::new(), dropped: Vec::new() };
        let author = h.author_within(Limits { tenant_jobs: 1, ..Limits::default() });
        h.store.apply(place.tenant, author, Command::Job(edit)).await
    };
    let job = place.job();
    put(&place, &job).await.expect("it is kept");
    let refused = put(&place, &place.job()).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "tenant_jobs", most: 1 })), "{refused:?}");
    put(&place, &Job { version: 1, ..job }).await.expect("one that is there is written on");
    put(&other, &other.job()).await.expect("others have their own");
    let nowhere = Job { organization: OrganizationId(h.id()), ..place.job() };
    assert!(matches!(place.put(&nowhere, &[], &[]).await, Err(Error::NotFound { .. })));
    assert_eq!(h.store.job(place.tenant, nowhere.id).await.expect("an answer"), None);
}

pub async fn jobs_forget_what_they_told_when_somebody_is_erased(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let (ended, going) = (place.job(), place.job());
    place.put(&Job { state: JobState::Done, ..ended.clone() }, &[("contacts.csv", 0, b"Ada")], &[]).await.expect("it is kept");
    let files: &[(&str, u32, &[u8])] = &[("input", 0, b"Bo"), ("dead-letter-1.json", 0, b"Ada")];
    place.put(&going, files, &[]).await.expect("it is kept");
    let erase = |id| Command::Erase { organization: place.organization, sources: Sources::Any, id };
    place.apply(erase(ids[0])).await.expect("somebody can be erased");
    assert_eq!((place.kept_job(&ended).await, place.piece(&ended, "contacts.csv", 0).await), (None, None));
    assert_eq!(place.kept_job(&going).await.map(|job| job.version), Some(1));
    assert_eq!(place.piece(&going, "dead-letter-1.json", 0).await, None);
    assert_eq!(place.piece(&going, "input", 0).await.as_deref(), Some(&b"Bo"[..]));
    place.put(&Job { version: 1, state: JobState::Done, ..going }, &[], &[]).await.expect("it ends");
    place.apply(erase(ids[1])).await.expect("somebody can be erased");
    assert_eq!(h.store.tenants_with_jobs().await.expect("an answer"), []);
    h.is_sound().await;
}
