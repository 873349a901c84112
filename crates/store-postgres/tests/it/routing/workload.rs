//! Enough of everything that each statement is sent.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cardfile_directory::{Command, Registry, Store, Trash};
use cardfile_engine::Database;
use cardfile_engine::transfer::{Settings, transfer};
use cardfile_model::{Edit, Expect, Filter, OrganizationPatch, Patch, Selection, Sources, TenantId, Write};
use cardfile_store_postgres::Options;
use cardfile_testkit::contract::{
    Harness, books, clients, erase, filters, groups, history, jobs, log, logins, members, merges, once, organizations, paging,
    plans, purge, registry, shared, stubs, trash, undo, undo_groups, undo_organizations, writes,
};
use cardfile_testkit::random;
use uuid::Uuid;

use super::Watched;
use crate::moving::broken::Breaking;
use crate::moving::populated::Populated;
use crate::place;
use crate::tenant::Tenant;

/// What was sent so far.
type Sent = Arc<Mutex<BTreeSet<String>>>;

/// A store whose statements are kept in the end.
struct Kept(Watched, Sent);

impl Drop for Kept {
    fn drop(&mut self) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).extend(self.0.store().database().statements());
    }
}

async fn open(sent: &Sent) -> (Arc<dyn Store>, Kept) {
    let watched = Watched::new().await;
    (watched.store(), Kept(watched, Arc::clone(sent)))
}

/// Has clauses of the contract run, each on a store of its own.
macro_rules! clauses {
    ($sent:ident: $($area:ident { $($clause:ident)* })*) => {
        $($($area::$clause(Harness::new(open(&$sent).await)).await;)*)*
    };
}

/// Every statement that a store sends.
pub async fn statements() -> BTreeSet<String> {
    let sent = Sent::default();
    clauses! { sent:
        writes { a_created_contact_is_read_back_as_it_was_given }
        shared { groups_of_the_whole_tenant_are_known }
        trash { everyone_goes_and_nobody_is_left }
        filters { groups_and_sharing_are_found }
        paging { numbers_are_ordered_as_they_came many_ids_are_answered_in_the_order_asked }
        groups { groups_are_found_by_name_in_every_order names_are_unique_folded_within_the_organization }
        books { groups_of_others_are_listed_on_request notes_are_kept_changed_and_taken_away_together }
        clients { a_client_is_read_back_as_it_was_given a_refresh_token_is_spent_once a_removed_client_loses_its_tokens_and_keeps_its_name }
        logins {
            a_person_has_one_log_in_as_a_shopper
            log_ins_of_one_name_are_found_over_all_tenants
            a_password_is_replaced
            a_shopper_is_renamed_unless_the_name_is_taken
            the_log_in_of_somebody_who_is_gone_is_removed_and_no_other
            a_token_is_renewed_while_one_of_its_principal_stands
            all_tokens_of_a_principal_end_together
        }
        plans { a_plan_is_kept_until_it_is_forgotten a_command_waits_for_nobody_to_have_been_touched }
        erase { plans_and_answers_do_not_tell_of_who_was_erased }
        jobs { jobs_forget_what_they_told_when_somebody_is_erased jobs_are_found_when_they_are_due a_job_is_kept_and_written_on a_job_goes_with_its_files }
        merges { who_stays_takes_the_places_in_groups writes_by_a_former_id_reach_who_stays }
        once { a_command_is_done_once_under_a_key }
        members { members_are_called_by_name_or_address }
        stubs { an_unknown_id_is_passed_over_refused_or_admitted an_id_without_a_card_stands_in_groups_only a_card_made_later_takes_the_number_of_its_id }
        undo { a_later_change_of_the_same_person_is_a_conflict }
        undo_groups { a_deleted_group_comes_back_with_its_members }
        purge { groups_forget_the_purged }
        history {
            a_history_tells_of_every_organization_and_where_the_tenant_stands
            ids_are_told_by_number_those_in_the_trash_too
        }
        log { entries_say_who_when_and_what changes_page_by_revision_and_organization }
        registry { a_token_stands_for_its_principal_until_revoked keys_are_listed_until_they_are_revoked organizations_hang_in_a_tree }
        organizations { names_are_unique_under_one_parent_where_that_is_asked books_follow_an_organization_that_moves }
        undo_organizations { an_organization_goes_back_only_to_where_it_may_be }
    }
    let (store, kept) = open(&sent).await;
    random::agrees_with_the_judge(store, 7, 100).await;
    drop(kept);
    many(&sent).await;
    moves(&sent).await;
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    sent.clone()
}

/// Writes so many people that the index is merged, and does what it takes many people for.
async fn many(sent: &Sent) {
    let database = place::database();
    let tenant = Tenant::new(place::open(database.url()).await).await;
    let first = tenant.populate(1, 100).await;
    for round in 1..6 {
        tenant.populate(round * 100 + 1, 100).await;
    }
    let begun = Instant::now();
    let is_buried = |sql: &String| sql.starts_with("DELETE FROM segments");
    while !tenant.store.database().statements().iter().any(is_buried) {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing is merged");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let patch = Patch { title: Edit::Set("Cook".to_owned()), ..Patch::default() };
    let patched = first.iter().map(|id| Write::Patch { id: *id, expect: Expect::Any, patch: Box::new(patch.clone()) });
    tenant.write(patched.collect()).await.expect("people can be changed");
    let (organization, sources, id) = (tenant.organization(), Sources::Any, first[7]);
    tenant.apply(Command::Erase { organization, sources, id }).await.expect("somebody can be erased");
    let is_looked_into = |sql: &String| sql.starts_with("SELECT head");
    while !tenant.store.database().statements().iter().any(is_looked_into) {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing is written anew");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (id, expect) = (tenant.organization(), Expect::Any);
    let patch = OrganizationPatch { name: Some("Harbour".to_owned()), has_unique_name: true, ..OrganizationPatch::default() };
    tenant.apply(Command::PatchOrganization { id, expect, patch: Box::new(patch) }).await.expect("the root can be renamed");
    tenant.store.rebuild_index().await.expect("the index can be built anew");
    let opened = Arc::clone(&tenant.store);
    let renewing = tokio::task::spawn_blocking(move || opened.renew_index());
    renewing.await.expect("it does not panic").expect("the index can be looked at");
    let (organization, sources, selection) = (tenant.organization(), Sources::Any, Selection::all());
    tenant.apply(Command::Trash(Trash { organization, sources, selection })).await.expect("people can go to the trash");
    let before = tenant.later();
    while tenant.store.purge(before).await.expect("a store can purge") > 0 {}
    tenant.is_sound().await;
    // Numbers that lie so far apart that two connections look through the texts.
    let client = place::client(database.url()).await;
    tenant.populate(601, 1).await;
    client.batch_execute("UPDATE tenants SET next_person = 40000").await.expect("a counter can be moved");
    tenant.populate(602, 1).await;
    assert_eq!(tenant.count(Filter::Contains("people.example".to_owned())).await, 2);
    sent.lock().unwrap_or_else(PoisonError::into_inner).extend(tenant.store.database().statements());
}

/// Moves a directory into a database, again while it changes, and into a file; counts requests, and forgets them.
async fn moves(sent: &Sent) {
    let (file, database) = (tempfile::tempdir().expect("a temporary directory can be made"), place::database());
    drop(Populated::new(file.path(), 13, 60).await);
    let options = Options::default();
    let to = cardfile_store_postgres::database(database.url(), options).await.expect("a database can be opened");
    let from =
        cardfile_store_sqlite::reading(file.path(), cardfile_store_sqlite::Options::default()).expect("a file can be read");
    let (into, settings) = (Arc::clone(&to), Settings { rows: 7, bytes: 1_000, tries: 5 });
    for most in [3, 40, usize::MAX] {
        let (from, into) = (Arc::clone(&from), Arc::clone(&into));
        let shared: Arc<dyn Database> = into;
        let moving = move || transfer(&*from, &Breaking::after(&shared, most, true), settings, &mut |_| {}).is_ok();
        tokio::task::spawn_blocking(moving).await.expect("a move does not panic");
    }
    let permits = to.permits().expect("a database counts for all");
    let (tenant, principal) = (TenantId(Uuid::from_u128(1)), Uuid::from_u128(2));
    permits.take(tenant, principal, 1, 10).await.expect("permits can be taken");
    permits.forget(tenant).await.expect("permits can be forgotten");
    sent.lock().unwrap_or_else(PoisonError::into_inner).extend(to.statements());
}

#[test]
fn statements_that_are_not_prepared_are_known_too() {
    cardfile_testkit::contract::run(async {
        let database = place::database();
        let options = Options { prepared_statements: false, ..Options::default() };
        let store = cardfile_store_postgres::open(database.url(), options).await.expect("the store can be opened");
        assert_eq!(store.tenants().await.expect("there may be tenants"), []);
        let sent = store.database().statements();
        assert!(sent.iter().any(|sql| sql.contains("FROM signposts") && sql.contains("tenant_id = $1")), "{sent:?}");
    });
}
