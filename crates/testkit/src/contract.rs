//! What every store must do, one function per clause; [`store_contract`](crate::store_contract) makes each a test.
//!
//! A clause gets a [`Harness`] over a fresh, empty store. Its name is the sentence of the contract that it holds the store to.

#![expect(missing_docs, clippy::missing_panics_doc, reason = "a clause's name says what holds, and it panics when it does not")]

pub mod audience;
pub mod batches;
pub mod belonging;
pub mod books;
pub mod claims;
pub mod clients;
pub mod concurrency;
pub mod erase;
pub mod filters;
pub mod groups;
mod harness;
pub mod history;
pub mod jobs;
pub mod log;
pub mod logins;
pub mod members;
pub mod merges;
pub mod once;
pub mod organization_questions;
pub mod organizations;
pub mod paging;
mod place;
pub mod plans;
pub mod purge;
pub mod registry;
pub mod restores;
pub mod revisions;
pub mod sealing;
pub mod shared;
pub mod stubs;
pub mod together;
pub mod trash;
pub mod undo;
pub mod undo_groups;
pub mod undo_organizations;
pub mod writes;

use std::future::Future;

pub use harness::Harness;
use place::Place;

/// No ids.
const NOBODY: [uuid::Uuid; 0] = [];

/// Runs one clause to its end, on two threads so that writers can meet.
///
/// # Panics
/// When the clause does, or there is no runtime to be had.
pub fn run(clause: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime for a test can be made").block_on(clause);
}

/// Holds a store to the contract: one `#[test]` for each clause, and for each seed of the comparison with the judge.
///
/// `open` is an async function that answers a fresh, empty store and what must live as long as it, such as a temporary folder:
/// `async fn open() -> (Arc<dyn Store>, TempDir)`. Invoke it in a module of its own.
#[macro_export]
macro_rules! store_contract {
    ($open:ident) => {
        $crate::store_contract! { @clauses $open
            writes {
                a_created_contact_is_read_back_as_it_was_given
                people_are_numbered_from_one_in_the_order_they_came
                a_patch_changes_what_it_names_and_moves_the_revision
                a_write_that_changes_nothing_leaves_the_card_and_the_log_alone
                a_replacement_takes_the_whole_card_but_not_its_source
                a_deleted_contact_is_not_found_and_its_id_stays_taken
                an_expected_revision_is_judged
                absence_is_expected_only_of_new_contacts
                a_source_that_is_not_the_callers_is_forbidden
                rules_are_judged_on_the_result
                a_result_too_many_people_is_too_large
                unknown_fields_of_a_dialect_survive
            }
            batches {
                outcomes_come_in_request_order_each_on_its_own
                a_batch_takes_all_of_a_member_from_no_more_cards_than_it_may
                later_writes_see_earlier_ones
                all_or_nothing_writes_nothing_when_one_fails
                all_or_nothing_writes_all_when_none_fails
                an_id_created_twice_in_a_batch_exists_already
                two_writes_to_one_contact_touch_it_once
                a_failed_create_consumes_no_number
                an_empty_batch_changes_nothing
                an_unknown_organization_fails_the_whole
                a_thousand_contacts_come_in_one_change
            }
            shared {
                a_group_newly_named_must_stand
                a_group_named_before_may_be_gone
                unknown_groups_are_admitted_on_request
                groups_of_the_whole_tenant_are_known
            }
            trash {
                only_those_named_go
                all_except_spares_those_named
                everyone_goes_and_nobody_is_left
                unknown_and_gone_people_are_passed_over
                a_forbidden_source_stops_the_whole
                people_go_by_number_too
                people_of_another_organization_stay
                nobody_selected_changes_nothing
            }
            restores {
                who_is_in_the_trash_is_found_there_and_nobody_else
                those_selected_come_back_as_they_were
                a_restoring_is_taken_back
                a_source_that_is_not_the_callers_does_not_come_back
                the_trash_of_another_organization_is_left_alone
            }
            revisions {
                those_meant_change_in_one_change
                a_revision_is_taken_back_unless_somebody_was_touched_since
                where_one_would_break_rules_nobody_changes
                more_than_the_limit_are_too_many
                people_get_another_home_together
            }
            claims {
                who_is_not_known_is_made_with_the_keys_it_is_found_by
                a_contact_is_found_by_the_first_key_that_finds_anyone
                a_key_that_finds_several_is_refused
                later_claims_of_a_batch_find_those_made_by_earlier_ones
                only_the_living_within_reach_are_found
                the_same_claim_again_changes_nothing
                sources_differ_and_the_first_ranked_shows
                an_edit_by_hand_outlives_the_same_claim_and_undo_takes_claims_back
                claims_are_judged_as_other_writes_are
                a_thousand_claims_find_the_half_that_is_known
            }
            jobs {
                a_job_is_kept_and_written_on
                a_job_is_written_by_who_read_it_last
                a_job_goes_with_its_files
                jobs_are_found_when_they_are_due
                a_job_learns_in_the_same_transaction_what_was_done
                jobs_forget_what_they_told_when_somebody_is_erased
                jobs_are_no_changes_and_stand_with_the_command_beside_them
                a_tenant_has_so_many_jobs
            }
            merges {
                who_is_merged_is_found_by_every_id_and_number
                who_stays_takes_in_what_the_others_have
                who_stays_takes_the_places_in_groups
                a_merge_taken_back_leaves_everyone_as_they_were
                a_merge_of_a_card_that_changed_since_is_taken_back_by_force
                writes_by_a_former_id_reach_who_stays
                who_was_merged_on_leads_to_the_last
                a_merge_names_each_once_and_not_too_many
                who_took_others_in_is_erased_after_these
            }
            plans {
                a_plan_tells_what_would_happen_and_nothing_does
                a_plan_is_refused_as_the_command_would_be
                no_more_differences_are_told_than_asked_for
                a_command_waits_for_nobody_to_have_been_touched
                a_plan_is_kept_until_it_is_forgotten
                plans_that_have_ended_make_room_for_others
            }
            once {
                a_command_is_done_once_under_a_key
                a_key_is_for_one_request
                what_is_refused_keeps_no_key
                what_changes_nothing_is_done_once_too
                a_key_is_forgotten_after_a_day
                of_the_same_request_at_the_same_time_one_is_done
            }
            filters {
                texts_are_found_within_names_and_addresses_folded
                blanks_round_a_text_do_not_count_and_an_empty_one_finds_everyone
                a_text_is_not_found_across_two_fields
                words_are_found_by_their_beginnings
                addresses_numbers_and_keys_are_found_exactly
                numbers_are_found_by_their_last_digits
                sources_and_ids_are_found
                filters_combine
                groups_and_sharing_are_found
                a_changed_contact_is_found_by_what_it_is_now
                sources_out_of_reach_are_left_out_of_totals
            }
            paging {
                pages_neither_skip_nor_repeat
                a_page_beyond_the_end_is_empty_with_the_total
                a_page_of_nothing_tells_the_total
                names_are_ordered_folded_and_the_nameless_come_last
                names_alike_in_sixteen_bytes_are_ordered_by_number
                numbers_are_ordered_as_they_came
                the_trash_is_in_no_total
                many_ids_are_answered_in_the_order_asked
            }
            audience {
                a_contact_shown_to_nobody_in_particular_is_seen_by_all
                a_contact_shown_to_a_group_is_seen_by_its_members_only
                leaving_the_group_ends_the_sight
                a_deleted_group_shows_nothing_and_a_restored_one_does_again
                totals_count_only_what_is_seen
            }
            groups {
                a_created_group_is_read_back
                names_are_unique_folded_within_the_organization
                a_known_group_id_is_refused
                a_patch_changes_name_and_description
                a_patch_that_changes_nothing_leaves_the_group_as_it_was
                a_group_may_change_the_case_of_its_name
                an_unknown_group_is_not_found
                a_deleted_group_frees_its_name
                groups_are_found_by_name_in_every_order
                groups_page_with_exact_totals
                too_many_groups_are_too_large
                a_parent_must_stand
            }
            belonging {
                people_are_reached_by_where_they_belong
                a_guest_is_seen_and_not_written_from_there
                memberships_change_step_by_step_and_are_undone
                replacing_a_card_leaves_where_it_belongs
                the_last_approver_stays_whatever_would_take_them
                swapping_the_last_approver_in_one_batch_is_no_loss
                nobody_takes_from_themselves
                who_asks_in_an_organization_must_hold_a_role_there
                an_address_is_on_one_card_only_if_wanted
                of_two_creating_one_address_one_wins
                members_are_compared_and_sorted_by_many
                of_two_last_ones_taken_at_once_one_stays
            }
            books {
                contacts_of_organizations_above_are_inherited_on_request
                everyone_and_numbers_mean_the_book_of_the_group
                a_group_counts_who_can_be_reached_how
                groups_of_others_are_listed_on_request
                notes_are_kept_changed_and_taken_away_together
                a_change_of_notes_is_undone_unless_they_changed_since
            }
            clients {
                a_client_is_read_back_as_it_was_given
                a_client_needs_a_free_id_and_a_known_organization
                issued_tokens_stand_for_the_client
                a_refresh_token_is_spent_once
                ended_tokens_are_forgotten_when_new_ones_are_issued
                a_removed_client_loses_its_tokens_and_keeps_its_name
            }
            logins {
                a_log_in_is_read_back_as_it_was_given
                a_log_in_needs_a_free_name_and_a_known_organization
                a_person_has_one_log_in_as_a_shopper
                log_ins_of_one_name_are_found_over_all_tenants
                a_password_is_replaced
                a_shopper_is_renamed_unless_the_name_is_taken
                a_removed_log_in_loses_its_tokens_and_frees_its_name
                the_log_in_of_somebody_who_is_gone_is_removed_and_no_other
                a_new_token_makes_those_forgotten_that_ended
                a_token_is_renewed_while_one_of_its_principal_stands
                all_tokens_of_a_principal_end_together
            }
            members {
                members_join_and_leave_step_by_step
                everyone_but_some_join_and_leave
                members_come_by_number_in_slices
                members_are_called_by_name_or_address
                the_trash_hides_members_and_gives_them_back
                a_patch_is_all_or_nothing
                members_join_by_number
                a_change_of_members_moves_modified_and_says_who_came_and_went
            }
            stubs {
                an_unknown_id_is_passed_over_refused_or_admitted
                an_id_without_a_card_stands_in_groups_only
                a_card_made_later_takes_the_number_of_its_id
                an_id_without_a_card_leaves_a_group_by_id
                unknown_numbers_are_passed_over_or_refused
            }
            together {
                an_organization_is_made_with_the_people_in_it
                an_organization_is_changed_with_the_people_in_it
                nothing_is_left_of_commands_of_which_one_is_refused
                each_command_sees_what_those_before_it_did
                commands_that_change_nothing_leave_no_entry
                of_two_making_one_name_with_people_one_wins
            }
            undo {
                created_people_go
                patched_cards_become_what_they_were
                deleted_people_come_back
                a_batch_of_all_kinds_is_taken_back_at_once
                trashed_people_come_back
                an_undo_is_undone
                a_later_change_of_the_same_person_is_a_conflict
                forced_it_passes_over_those_touched_since
                changes_of_groups_do_not_conflict_with_cards
                an_unknown_change_is_not_found
                an_organization_is_not_undone
                restored_people_are_found_again
            }
            undo_groups {
                a_created_group_goes
                a_deleted_group_comes_back_with_its_members
                a_deleted_group_does_not_take_a_name_back
                a_patch_is_taken_back_whole
                a_name_changed_since_is_stale
                members_touched_since_are_a_conflict
                undone_changes_of_groups_are_undone_again
            }
            purge {
                old_trash_goes_for_good_and_ids_stay_taken
                the_young_and_the_restored_stay
                changes_before_the_term_cannot_be_undone
                groups_forget_the_purged
                it_goes_in_slices
            }
            log {
                every_change_makes_one_entry_without_gaps
                entries_say_who_when_and_what
                entries_say_who_came_and_who_went
                changes_page_by_revision_and_organization
            }
            history {
                a_history_tells_of_every_organization_and_where_the_tenant_stands
                who_left_an_organization_is_told_by_where_they_were
                a_history_says_up_to_where_it_is_forgotten
                ids_are_told_by_number_those_in_the_trash_too
            }
            sealing {
                equal_ids_in_two_tenants_are_two_people
                nothing_is_answered_from_another_tenant
                organizations_of_a_tenant_keep_their_own_people
                an_unknown_tenant_is_empty_and_takes_no_writes
            }
            registry {
                a_new_tenant_has_a_root_of_its_id
                organizations_hang_in_a_tree
                an_id_taken_anywhere_is_refused
                unknown_tenants_and_parents_are_not_found
                an_organization_is_locked_and_opened
                a_token_stands_for_its_principal_until_revoked
                keys_are_listed_until_they_are_revoked
                a_token_needs_an_organization_of_its_tenant
                a_fresh_store_is_ready_and_sound
            }
            organizations {
                a_made_organization_is_read_back_logged_and_attributed
                what_may_not_be_made_is_refused
                names_are_unique_under_one_parent_where_that_is_asked
                a_patch_changes_what_it_names
                an_expectation_of_an_organization_is_judged
                an_organization_moves_with_all_below_it_and_never_below_itself
                books_follow_an_organization_that_moves
                depth_count_and_bytes_are_limited
                an_organization_of_another_tenant_is_not_found
                a_lock_is_seen_and_outlives_a_patch
            }
            organization_questions {
                organizations_are_found_by_every_member
                only_those_below_are_found_as_they_are_now
                organizations_come_in_order_page_by_page
            }
            undo_organizations {
                an_organization_whose_making_is_taken_back_does_no_business
                a_patched_organization_becomes_what_it_was_and_again_what_it_became
                what_is_otherwise_since_is_stale_or_passed_over
                changes_of_other_members_are_no_conflict
                an_organization_goes_back_only_to_where_it_may_be
                a_change_of_an_organization_before_the_term_cannot_be_undone
            }
            erase {
                nothing_finds_who_was_erased_and_the_number_stays_taken
                groups_forget_who_was_erased_at_once
                undo_passes_over_who_was_erased
                an_erasing_is_refused_as_a_delete_would_be
                plans_and_answers_do_not_tell_of_who_was_erased
                who_was_erased_signs_in_nowhere
                those_who_follow_an_organization_hear_of_who_was_erased
                all_that_is_kept_of_a_person_is_held
                a_handing_out_is_logged_and_touches_nobody
            }
            concurrency {
                eight_writers_read_what_they_wrote
                of_two_writers_expecting_one_revision_one_wins
                one_of_many_groups_of_a_name_is_made
            }
        }
        $crate::store_contract! { @seeds $open seed_1 1, seed_2 2, seed_3 3, seed_4 4, seed_5 5, seed_6 6 }
    };
    (@clauses $open:ident $($area:ident { $($clause:ident)* })*) => {
        $(mod $area {
            use super::*;
            $(#[test]
            fn $clause() {
                $crate::contract::run(async {
                    $crate::contract::$area::$clause($crate::contract::Harness::new($open().await)).await;
                });
            })*
        })*
    };
    (@seeds $open:ident $($name:ident $seed:literal),*) => {
        mod judge {
            use super::*;
            $(#[test]
            fn $name() {
                $crate::contract::run(async {
                    let (store, _kept) = $open().await;
                    $crate::random::agrees_with_the_judge(store, $seed, 300).await;
                });
            })*
        }
    };
}
