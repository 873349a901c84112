use proptest::prelude::*;

use super::*;
use crate::wire::Given;

fn faults(bulk: &Bulk<'_>) -> Vec<Option<String>> {
    let items = bulk.contacts.as_ref().unwrap();
    items.iter().map(|item| item.card.as_ref().err().map(|fault| fault.member.clone())).collect()
}

#[test]
fn a_fault_in_one_item_leaves_the_others_alone() {
    let text = r#"{"schemas":"s","contacts":[{"source":"CH","title":"a"},{"source":"CH","title":5},[],{"emails":[{"value":1}]},
        {"source":"CH","title":"a","title":"b"}]}"#;
    let bulk = Bulk::read(text).unwrap();
    let found = faults(&bulk);
    assert_eq!(found[0], None);
    assert_eq!(found[1].as_deref(), Some("title"));
    assert_eq!(found[2].as_deref(), Some(""));
    assert_eq!(found[3].as_deref(), Some("emails[0].value"));
    assert!(found[4].is_some(), "a member that comes twice is a fault of its item");
    let items = bulk.contacts.unwrap();
    assert_eq!(items[1].head.source.as_deref(), Some("CH"));
    assert_eq!(items[3].head.source, None);
}

#[test]
fn both_ways_of_reading_agree_on_what_is_well_formed() {
    let good = r#"{"source":"CH","displayName":"M\u00e5ra","title":null,"emails":[{"value":"a","type":"work"}],"x":{"y":[1]}}"#;
    let fast = format!(r#"{{"contacts":[{good}]}}"#);
    let slow = format!(r#"{{"contacts":[{good},5]}}"#);
    let (fast, slow) = (Bulk::read(&fast).unwrap().contacts.unwrap(), Bulk::read(&slow).unwrap().contacts.unwrap());
    assert_eq!(fast[0], slow[0]);
    assert_eq!(fast[0], Item::read(good).unwrap());
    let card = fast[0].card.as_ref().unwrap();
    assert_eq!(card.display_name, Given::Value("Måra".into()));
    assert_eq!((&card.title, &card.first_name), (&Given::Null, &Given::Absent));
}

#[test]
fn an_envelope_without_an_array_has_no_items() {
    for text in [r#"{"schemas":"s"}"#, r#"{"schemas":"s","contacts":{}}"#, r#"{"schemas":"s","contacts":null}"#] {
        let bulk = Bulk::read(text).unwrap();
        assert_eq!((bulk.schemas.as_deref(), bulk.contacts.unwrap_err().member.as_str()), (Some("s"), "contacts"), "{text}");
    }
    for text in ["", "{", "[]", r#"["s",[]]"#, "5", r#"{"contacts":[}"#, r#"{"contacts":[]} x"#] {
        assert!(Bulk::read(text).is_err(), "{text}");
    }
}

#[test]
fn an_empty_id_is_none_and_an_id_that_is_no_text_is_still_one() {
    assert_eq!(Item::read(r#"{"contactId":""}"#).unwrap().head.contact_id, None);
    assert_eq!(Item::read(r#"{"contactId":5}"#).unwrap().head.contact_id.as_deref(), Some("5"));
}

#[test]
fn ids_to_delete_are_texts() {
    let read = BulkDelete::read(r#"{"schemas":"s","objectIds":["a"]}"#).unwrap();
    assert_eq!(read.object_ids.unwrap(), [Text("a".into())]);
    let read = BulkDelete::read(r#"{"objectIds":["a",5]}"#).unwrap();
    assert_eq!(read.object_ids.unwrap_err().member, "objectIds[1]");
}

/// Texts that look like requests, cut and mixed.
fn scraps() -> impl Strategy<Value = String> {
    const SCRAPS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\ud83d",
        "\"contacts\"",
        "\"schemas\"",
        "\"source\"",
        "\"contactId\"",
        "\"emails\"",
        "\"value\"",
        "\"type\"",
        "\"addressInfo\"",
        "\"CH\"",
        "null",
        "true",
        "1e999",
        "-",
        "\"é\"",
        "\"\\u0000\"",
    ];
    proptest::collection::vec(proptest::sample::select(SCRAPS), 0..40).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn no_body_breaks_the_reader(text in scraps()) {
        let envelope = format!(r#"{{"contacts":[{text}]}}"#);
        for body in [&text, &envelope] {
            let _ = Item::read(body);
            let _ = BulkDelete::read(body);
            let _ = crate::wire::group(body);
            for item in Bulk::read(body).ok().and_then(|bulk| bulk.contacts.ok()).unwrap_or_default() {
                if let Ok(card) = item.card {
                    let _ = crate::map::creation(*card.clone(), String::new());
                    let _ = crate::map::patch(*card, None);
                }
            }
        }
    }
}
