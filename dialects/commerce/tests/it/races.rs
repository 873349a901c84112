//! What must hold when two ask at the same moment.

use std::sync::Arc;

use cardfile_model::{Expect, MembershipEdit, Patch, Write};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::harness::{Harness, membership};

/// Rounds of each race.
const ROUNDS: usize = 1500;
const REMOVE: &str = "/ccagent/v1/organizations/removeContacts";

fn give(id: Uuid, roles: &[&str]) -> Write {
    let memberships = vec![MembershipEdit::Replace(vec![membership(2, roles)])];
    Write::Patch { id, expect: Expect::Any, patch: Box::new(Patch { memberships, ..Patch::default() }) }
}

over_lasting_stores! {
    of_two_administrators_removing_each_other_one_stays: super::ROUNDS,
    of_two_approvers_removed_by_two_requests_one_stays: super::ROUNDS,
    who_was_taken_out_is_changed_no_more: super::ROUNDS,
}

/// Has two requests made at once, each by one and about another; answers the codes of their refusals.
async fn at_once(harness: &Arc<Harness>, removals: [(&str, &str); 2]) -> Vec<String> {
    let mut requests = JoinSet::new();
    for (by, about) in removals {
        let (harness, by, about) = (Arc::clone(harness), by.to_owned(), about.to_owned());
        requests.spawn(async move {
            let (status, answer) = harness.ask("POST", REMOVE, &by, &json!({"members": [about]})).await;
            if status == 200 { String::new() } else { answer["errorCode"].as_str().unwrap_or("none").to_owned() }
        });
    }
    requests.join_all().await.into_iter().filter(|code| !code.is_empty()).collect()
}

async fn of_two_administrators_removing_each_other_one_stays(harness: Arc<Harness>, rounds: usize) {
    let [ida, eve] = ["IDA", "EVE"].map(|name| harness.known(name));
    let ids = ["IDA_UUID", "EVE_UUID"].map(|name| harness.known(name).parse::<Uuid>().expect("it is one"));
    for round in 0..rounds {
        let refused = at_once(&harness, [(&ida, &eve), (&eve, &ida)]).await;
        let is_told = refused.iter().all(|code| ["100091", "100001", "100020"].contains(&code.as_str()));
        assert!(refused.len() == 1 && is_told, "round {round}: {refused:?}");
        harness.write(ids.map(|id| give(id, &["admin"])).into()).await;
    }
}

async fn of_two_approvers_removed_by_two_requests_one_stays(harness: Arc<Harness>, rounds: usize) {
    let [ida, eve, omar, lin] = ["IDA", "EVE", "OMAR", "LIN"].map(|name| harness.known(name));
    let ids = ["OMAR_UUID", "LIN_UUID"].map(|name| harness.known(name).parse::<Uuid>().expect("it is one"));
    for round in 0..rounds {
        harness.write(ids.map(|id| give(id, &["approver"])).into()).await;
        let refused = at_once(&harness, [(&ida, &omar), (&eve, &lin)]).await;
        assert_eq!(refused, ["100020"], "round {round}");
    }
}

async fn who_was_taken_out_is_changed_no_more(harness: Arc<Harness>, rounds: usize) {
    let [ida, eve, lin] = ["IDA", "EVE", "LIN"].map(|name| harness.known(name));
    let id = harness.known("LIN_UUID").parse::<Uuid>().expect("it is one");
    let (member, profile) = (format!("/ccagent/v1/organizationMembers/{lin}"), format!("/ccadmin/v1/profiles/{lin}"));
    for round in 0..rounds {
        let memberships = vec![MembershipEdit::Replace(vec![membership(2, &["buyer"])])];
        let patch = Patch { memberships, is_inactive: Some(false), ..Patch::default() };
        harness.write(vec![Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }]).await;
        let (harness_too, eve, member) = (Arc::clone(&harness), eve.clone(), member.clone());
        let change = tokio::spawn(async move { harness_too.ask("PUT", &member, &eve, &json!({"active": false})).await });
        let (removed, _) = harness.ask("POST", REMOVE, &ida, &json!({"members": [lin]})).await;
        let (changed, answer) = change.await.expect("it does not panic");
        let (_, left) = harness.administer("GET", &profile, &json!(null)).await;
        assert_eq!(removed, 200, "round {round}");
        let is_member = answer["roles"].as_array().is_some_and(|roles| !roles.is_empty());
        assert!(changed == 200 && is_member || answer["errorCode"] == "22010", "round {round}: {answer}");
        assert_eq!(left["active"], changed != 200, "round {round}: {answer}");
    }
}
