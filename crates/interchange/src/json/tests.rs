use cardfile_model::{Contact, Entry};
use serde_json::json;
use uuid::Uuid;

use super::*;

const ROOT: Uuid = Uuid::from_u128(1);
const BRANCH: Uuid = Uuid::from_u128(2);

struct Two;

impl Places for Two {
    fn id(&self, number: u32) -> Option<Uuid> {
        [ROOT, BRANCH].get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
    }

    fn number(&self, id: Uuid) -> Option<u32> {
        [(ROOT, 1), (BRANCH, 2)].into_iter().find(|(known, _)| *known == id).map(|(_, number)| number)
    }
}

fn full() -> Contact {
    Contact {
        source: "hr".into(),
        display_name: Some("Ada Quay".into()),
        given_name: Some("Ada".into()),
        family_name: Some("Quay".into()),
        organization: Some("Pier & Co".into()),
        title: Some("Pilot".into()),
        address: Some("1 Harbour Road".into()),
        photo_uri: Some("https://img.example.com/ada".into()),
        preferred_method: Some(Method::Phone),
        emails: vec![Entry { value: "ada@example.com".into(), kind: Some("work".into()), is_primary: Some(true) }],
        phones: vec![Entry { value: "+44 7700 900017".into(), kind: None, is_primary: None }],
        sip_addresses: vec![Entry { value: "sip:ada@example.com".into(), ..Entry::default() }],
        ims: vec![Entry { value: "xmpp:ada@example.com".into(), ..Entry::default() }],
        shared_with: vec![Uuid::from_u128(9)],
        memberships: vec![Membership { organization: 2, roles: vec!["buyer".into()] }],
        is_inactive: true,
        keys: vec![ForeignKey { system: "payroll".into(), value: "17".into() }],
        formers: Vec::new(),
        extensions: [("webex".to_owned(), json!({"schemas": "x"}))].into(),
    }
}

#[test]
fn a_card_keeps_all_its_members_through_json() {
    let person = Person::of_contact(&full(), &Two);
    let text = serde_json::to_string(&person).unwrap();
    let read: Person = serde_json::from_str(&text).unwrap();
    assert_eq!(read.into_contact(&Two).unwrap(), full());
}

#[test]
fn who_was_merged_is_told_and_cannot_be_said() {
    let former = cardfile_model::Former { id: Uuid::from_u128(4), number: 4, change: 9 };
    let person = Person::of_contact(&Contact { formers: vec![former], ..full() }, &Two);
    assert_eq!(serde_json::to_value(&person).unwrap()["merged"], json!([{"id": Uuid::from_u128(4), "number": 4}]));
    assert_eq!(person.into_contact(&Two).unwrap(), full());
}

#[test]
fn a_member_that_is_not_known_is_refused_by_its_name() {
    let error = serde_json::from_str::<Person>(r#"{"displayNam": "Ada"}"#).unwrap_err();
    assert!(error.to_string().contains("displayNam"), "{error}");
    assert!(serde_json::from_str::<PersonPatch>(r#"{"revision": 4}"#).is_err());
}

#[test]
fn an_organization_that_is_not_known_is_refused_where_it_stands() {
    let person = Person { memberships: vec![Seat { organization: Uuid::from_u128(7), roles: Vec::new() }], ..Person::default() };
    let found = person.into_contact(&Two).unwrap_err();
    assert_eq!((found[0].field.as_str(), found[0].rule), ("memberships[0].organization", "known"));
}

#[test]
fn a_patch_keeps_what_it_does_not_name_and_clears_what_is_null() {
    let patch: PersonPatch = serde_json::from_value(json!({
        "title": null,
        "company": "Dock Ltd",
        "phones": null,
        "active": null,
        "memberships": [{"organization": BRANCH}],
        "extensions": {"webex": null, "own": {"a": 1}},
    }))
    .unwrap();
    let mut contact = full();
    patch.into_patch(&Two).unwrap().apply(&mut contact);
    let expected = Contact {
        title: None,
        organization: Some("Dock Ltd".into()),
        phones: Vec::new(),
        is_inactive: false,
        memberships: vec![Membership { organization: 2, roles: Vec::new() }],
        extensions: [("own".to_owned(), json!({"a": 1}))].into(),
        ..full()
    };
    assert_eq!(contact, expected);
}

#[test]
fn a_display_name_follows_the_names_unless_it_is_named() {
    let patched = |patch: serde_json::Value| {
        let mut contact = full();
        serde_json::from_value::<PersonPatch>(patch).unwrap().into_patch(&Two).unwrap().apply(&mut contact);
        contact.display_name
    };
    assert_eq!(patched(json!({"givenName": "Eve"})).as_deref(), Some("Eve Quay"));
    assert_eq!(patched(json!({"givenName": "Eve", "displayName": "E. Q."})).as_deref(), Some("E. Q."));
    assert_eq!(patched(json!({"displayName": null})), None);
}
