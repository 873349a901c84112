use cardfile_http::json;
use cardfile_http::json::Object;
use cardfile_model::{Edit, Entry, ListEdit, Method, OrganizationId, Record};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::wire::Card;

fn card(text: &str) -> Card<'_> {
    json::read::<Object<Card<'_>>>(text).unwrap().0
}

fn created(text: &str) -> cardfile_model::Contact {
    creation(card(text), "CH".into()).unwrap()
}

fn answered(contact: cardfile_model::Contact) -> Value {
    let time = Timestamp::UNIX_EPOCH;
    let record = Record { id: Uuid::from_u128(7), number: 1, revision: 1, created: time, modified: time, contact };
    serde_json::to_value(super::contact(&record, OrganizationId(Uuid::from_u128(9)))).unwrap()
}

#[test]
fn kinds_are_kept_in_lower_case_and_e_mail_kinds_answered_in_upper_case() {
    let contact = created(
        r#"{"emails":[{"value":"a","type":"Work"}],"phoneNumbers":[{"value":"1","type":"MOBILE"}],
        "sipAddresses":[{"value":"s","type":"Cloud-Calling"}]}"#,
    );
    assert_eq!(contact.emails[0].kind.as_deref(), Some("work"));
    let answer = answered(contact);
    assert_eq!(answer["emails"][0]["type"], "WORK");
    assert_eq!(answer["phoneNumbers"][0]["type"], "mobile");
    assert_eq!(answer["sipAddresses"][0]["type"], "Cloud-Calling");
}

#[test]
fn a_kind_that_a_closed_list_does_not_know_is_refused() {
    for text in [r#"{"emails":[{"value":"a","type":"fax"}]}"#, r#"{"phoneNumbers":[{"value":"a","type":""}]}"#] {
        assert!(creation(card(text), "CH".into()).is_err(), "{text}");
    }
    assert!(creation(card(r#"{"ims":[{"value":"a","type":"work"}]}"#), "CH".into()).is_ok());
}

#[test]
fn a_change_tells_absent_null_and_value_apart() {
    let change = patch(card(r#"{"title":null,"firstName":"","emails":[],"phoneNumbers":null,"groupIds":[]}"#), None).unwrap();
    assert_eq!((&change.title, &change.display_name), (&Edit::Clear, &Edit::Keep));
    assert_eq!(change.given_name, Edit::Set(String::new()));
    assert_eq!((change.emails.len(), change.phones.len()), (0, 0));
    assert_eq!(change.shared_with, Some(Vec::new()));
    assert!(patch(card("{}"), None).unwrap().is_empty());
}

#[test]
fn entries_of_a_change_are_added_or_deleted_in_order() {
    let text = r#"{"ims":[{"value":"a","operation":"DELETE"},{"value":"b","primary":true}]}"#;
    let wanted = [
        ListEdit::Remove { value: "a".into(), kind: None },
        ListEdit::Upsert(Entry { value: "b".into(), kind: None, is_primary: Some(true) }),
    ];
    assert_eq!(patch(card(text), None).unwrap().ims, wanted);
    assert!(patch(card(r#"{"ims":[{"value":"a","operation":"replace"}]}"#), None).is_err());
    assert!(creation(card(r#"{"ims":[{"value":"a","operation":"replace"}]}"#), "CH".into()).is_ok());
}

#[test]
fn the_preferred_method_is_read_in_any_case_and_must_be_known() {
    assert_eq!(created(r#"{"primaryContactMethod":"SipAddress"}"#).preferred_method, Some(Method::Sip));
    assert!(creation(card(r#"{"primaryContactMethod":"FAX"}"#), "CH".into()).is_err());
    for (name, method) in METHODS {
        let contact = cardfile_model::Contact { preferred_method: Some(*method), ..Default::default() };
        assert_eq!(answered(contact)["primaryContactMethod"], *name);
    }
}

#[test]
fn members_without_a_value_are_left_out_of_an_answer() {
    let answer = answered(cardfile_model::Contact { source: "CH".into(), ..Default::default() });
    let names: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(names, ["contactId", "isMigration", "meta", "orgId", "schemas", "source"]);
}

#[test]
fn group_ids_are_read_in_every_spelling_and_collapse() {
    let id = Uuid::from_u128(5);
    let spelled = crate::ids::of_group(id, OrganizationId(id));
    let text = format!(r#"{{"groupIds":["{id}","{id}:{id}","{spelled}"]}}"#);
    assert_eq!(created(&text).shared_with, [id]);
    assert!(creation(card(r#"{"groupIds":["x"]}"#), "CH".into()).is_err());
}

fn entry(kinds: &'static [Kind]) -> impl Strategy<Value = Value> {
    let kind = proptest::option::of(0..kinds.len());
    ("\\PC{1,12}", kind, proptest::option::of(Just(false))).prop_map(move |(value, kind, primary)| {
        let mut entry = json!({ "value": value });
        if let Some(kind) = kind {
            entry["type"] = kinds[kind].1.into();
        }
        if let Some(primary) = primary {
            entry["primary"] = primary.into();
        }
        entry
    })
}

fn texts() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &["displayName", "firstName", "lastName", "companyName", "title", "avatarURL", "address"];
    proptest::collection::hash_map(proptest::sample::select(NAMES), "[^{\\\\]{1,20}", 0..NAMES.len())
        .prop_map(|texts| serde_json::to_value(texts).unwrap())
}

proptest! {
    #[test]
    fn what_was_sent_is_answered(
        texts in texts(),
        emails in proptest::collection::vec(entry(EMAIL_KINDS), 0..4),
        phones in proptest::collection::vec(entry(PHONE_KINDS), 0..4),
        method in proptest::option::of(0..METHODS.len()),
        groups in proptest::collection::hash_set(any::<u128>().prop_map(Uuid::from_u128), 0..3),
    ) {
        let mut sent = texts;
        for (name, list) in [("emails", emails), ("phoneNumbers", phones)] {
            if !list.is_empty() {
                sent[name] = list.into();
            }
        }
        if let Some(method) = method {
            sent["primaryContactMethod"] = METHODS[method].0.into();
        }
        if !groups.is_empty() {
            sent["groupIds"] = serde_json::to_value(groups).unwrap();
        }
        let mut answer = answered(created(&sent.to_string()));
        for given in ["schemas", "contactId", "meta", "orgId", "isMigration", "source"] {
            prop_assert!(answer.as_object_mut().unwrap().remove(given).is_some());
        }
        prop_assert_eq!(&answer, &sent);
        // As a change to an empty card, it says the same.
        let mut changed = cardfile_model::Contact { source: "CH".into(), ..Default::default() };
        patch(card(&sent.to_string()), None).unwrap().apply(&mut changed);
        prop_assert_eq!(changed.display_name, created(&sent.to_string()).display_name);
    }
}
