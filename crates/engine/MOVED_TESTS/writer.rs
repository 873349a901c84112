//! What becomes of a group when a job or the commit fails.

use std::sync::Arc;

use cardfile_directory::{OrganizationDraft, Reason};
use cardfile_index::terms::Terms;
use cardfile_model::{Numbers, OrganizationId};
use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::connect::{self, Options, Readers};
use crate::sets::SetName;
use crate::turn::Indexed;
use crate::{migrate, organization_write, registry};

const TENANT: TenantId = TenantId(Uuid::from_u128(1));

struct Bench {
    connection: Connection,
    states: Arc<States>,
    readers: Readers,
    _directory: TempDir,
}

impl Bench {
    /// A file with one tenant.
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let mut connection = connect::writer(directory.path(), &Options::default()).expect("a file can be made");
        migrate::migrate(&mut connection).expect("a new file can be migrated");
        let readers = Readers::new(directory.path(), &Options::default());
        let bench = Bench { connection, states: Arc::default(), readers, _directory: directory };
        let (making, made) = job(1, |turn| {
            let draft = OrganizationDraft::new(OrganizationId(TENANT.0), "Root");
            organization_write::add(turn, draft, &registry::operator(Timestamp::UNIX_EPOCH)).map(drop)
        });
        bench.commit(vec![making]);
        answer(made).expect("a tenant can be made");
        bench
    }

    fn commit(&self, group: Vec<Job>) -> Vec<TenantId> {
        commit(&self.connection, &self.states, group)
    }

    /// Who is in the trash, for readers and in the file.
    fn trash(&self) -> Vec<u32> {
        let seen = self.readers.snapshot(|connection| self.states.view(connection, TENANT)?.set(&SetName::Trash));
        let stored = self.readers.with(|connection| crate::sets::load(connection, 1, &SetName::Trash));
        let seen = seen.expect("a set can be read");
        assert_eq!(*seen, stored.expect("a set can be read"), "what is known and what is stored");
        seen.iter().collect()
    }
}

/// The job that puts a number into the trash, and where its outcome arrives.
fn trashing(number: u32) -> (Job, oneshot::Receiver<Result<()>>) {
    job(1, move |turn| trash(turn, number))
}

fn trash(turn: &mut Turn<'_>, number: u32) -> Result<()> {
    let connection = turn.connection;
    turn.draft(TENANT)?.include(connection, &SetName::Trash, &Numbers::from_iter([number]))
}

fn answer<T>(mut answer: oneshot::Receiver<Result<T>>) -> Result<T> {
    answer.try_recv().expect("every job is answered")
}

#[test]
fn a_job_that_fails_takes_nothing_of_the_others_with_it() {
    let bench = Bench::new();
    let (first, first_answer) = trashing(1);
    let (failing, failed) = job(1, |turn| {
        trash(turn, 2)?;
        turn.index(TENANT, 2, Indexed { text: "somebody".into(), terms: Terms::default() });
        Err::<(), _>(Error::internal("on purpose"))
    });
    let (last, last_answer) = trashing(3);
    assert_eq!(bench.commit(vec![first, failing, last]), [TENANT]);
    assert!(matches!(answer(failed), Err(Error::Internal(_))));
    assert!(answer(first_answer).is_ok() && answer(last_answer).is_ok());
    assert_eq!(bench.trash(), [1, 3]);
    let texts: u32 = bench.connection.query_row("SELECT count(*) FROM texts", [], |row| row.get(0)).expect("a count");
    assert_eq!(texts, 0);
}

#[test]
fn a_job_that_panics_fails_alone() {
    let bench = Bench::new();
    let (first, first_answer) = trashing(1);
    let (panicking, panicked) = job(1, |turn| {
        trash(turn, 2)?;
        if turn.published().is_empty() { panic!("on purpose") } else { Ok(()) }
    });
    let (last, last_answer) = trashing(3);
    bench.commit(vec![first, panicking, last]);
    assert!(matches!(answer(panicked), Err(Error::Internal(_))));
    assert!(answer(first_answer).is_ok() && answer(last_answer).is_ok());
    assert_eq!(bench.trash(), [1, 3]);
}

#[test]
fn a_full_disk_fails_the_whole_group_and_leaves_nothing_of_it() {
    let bench = Bench::new();
    let pages: i64 = bench.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a count of pages");
    let limit = |pages: i64| bench.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
    limit(pages + 2).expect("a limit can be set");
    let (first, first_answer) = trashing(1);
    let (filling, filled) = job(1, |turn| {
        for chunk in 0..100 {
            let text = "x".repeat(8000);
            let changes = [(0, Some(text.as_str()))];
            crate::flush::edit_texts(turn.connection, crate::state::person(1, chunk), changes)?;
        }
        Ok(())
    });
    let (last, last_answer) = job(1, |turn| {
        let sql = "INSERT INTO stubs (tenant, number, id)
                   VALUES (1, 7, x'07')";
        turn.connection.execute(sql, []).map_err(fault)?;
        trash(turn, 3)
    });
    assert_eq!(bench.commit(vec![first, filling, last]), []);
    for failed in [answer(first_answer), answer(filled), answer(last_answer)] {
        assert!(matches!(failed, Err(Error::Unavailable { .. })), "{failed:?}");
    }
    assert_eq!(bench.trash(), [0; 0]);
    let stubs: u32 = bench.connection.query_row("SELECT count(*) FROM stubs", [], |row| row.get(0)).expect("a count");
    assert_eq!(stubs, 0, "nothing is written outside of the transaction");

    limit(1_000_000).expect("a limit can be set");
    let (again, again_answer) = trashing(4);
    bench.commit(vec![again]);
    assert!(answer(again_answer).is_ok());
    assert_eq!(bench.trash(), [4]);
}

#[test]
fn what_could_not_be_finished_is_not_known_either() {
    let bench = Bench::new();
    let other = TenantId(Uuid::from_u128(2));
    let (making, made) = job(1, move |turn| {
        let draft = OrganizationDraft::new(OrganizationId(other.0), "Other");
        organization_write::add(turn, draft, &registry::operator(Timestamp::UNIX_EPOCH)).map(drop)
    });
    bench.commit(vec![making]);
    answer(made).expect("a tenant can be made");
    let texts = "INSERT INTO texts (chunk, bytes)
                 VALUES (?1, x'00')";
    bench.connection.execute(texts, [crate::state::person(2, 0)]).expect("a text can be spoilt");

    // Tenants are finished in no particular order, so that the sound one comes first at times.
    for _ in 0..20 {
        let (first, first_answer) = trashing(1);
        let (spoilt, spoilt_answer) = job(1, move |turn| {
            turn.draft(other)?.touch();
            turn.index(other, 1, Indexed { text: "somebody".into(), terms: Terms::default() });
            Ok(())
        });
        assert_eq!(bench.commit(vec![first, spoilt]), []);
        assert!(answer(first_answer).is_err() && answer(spoilt_answer).is_err());
        assert_eq!(bench.trash(), [0; 0]);
        let (last, last_answer) = job(1, |turn| {
            turn.draft(TENANT)?.touch();
            Ok(())
        });
        // By another process, which makes the next version and tells nobody here.
        commit(&bench.connection, &States::default(), vec![last]);
        assert!(answer(last_answer).is_ok());
        assert_eq!(bench.trash(), [0; 0], "the version that failed is not taken for the one that came after");
    }
}

#[test]
fn who_waits_for_a_transaction_that_cannot_begin_is_told_why() {
    let bench = Bench::new();
    let file = bench.connection.path().expect("a file has a path").to_owned();
    let other = Connection::open(file).expect("a file can be opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("a transaction can begin");
    bench.connection.busy_timeout(std::time::Duration::ZERO).expect("a timeout can be set");
    let (first, first_answer) = trashing(1);
    bench.commit(vec![first]);
    let failed = answer(first_answer);
    assert!(matches!(failed, Err(Error::Unavailable { reason: Reason::Overloaded, .. })), "{failed:?}");
}
