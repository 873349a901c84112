//! What is written is read back as the same contact.

use cardfile_interchange::{Format, Options, WriteOptions, Writer, read};
use cardfile_model::{Contact, Entry, Method, Record};
use proptest::prelude::*;
use uuid::Uuid;

pub(crate) fn record(contact: Contact) -> Record {
    let epoch = jiff::Timestamp::UNIX_EPOCH;
    Record { id: Uuid::from_u128(7), number: 1, revision: 1, created: epoch, modified: epoch, contact }
}

pub(crate) fn written(format: Format, contacts: &[Contact]) -> Vec<u8> {
    let mut writer = Writer::new(format, Vec::new(), WriteOptions::default()).unwrap();
    for contact in contacts {
        writer.write(&record(contact.clone())).unwrap();
    }
    writer.finish().unwrap()
}

pub(crate) fn contacts(format: Format, file: &[u8]) -> Vec<Contact> {
    let cards = read(format, file, Options::default()).unwrap().map(|item| item.unwrap().outcome.unwrap());
    cards.map(|card| card.contact).collect()
}

/// The core members, without what formats keep beside them.
pub(crate) fn core(contact: &Contact) -> Contact {
    Contact { extensions: std::collections::BTreeMap::new(), keys: Vec::new(), source: String::new(), ..contact.clone() }
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-zA-Zäßñ€日0-9;,:\"'\\\\$=+-]([a-zA-Zäßñ€日 0-9;,:\"'\\\\$=+-]{0,60}[a-z])?")
}

fn list(value: &'static str) -> impl Strategy<Value = Vec<Entry>> {
    let kind = prop::option::of(prop::sample::select(vec!["work", "home", "mobile", "fax", "other"]));
    let entry = (value, kind).prop_map(|(value, kind)| Entry { value, kind: kind.map(str::to_owned), is_primary: None });
    (prop::collection::vec(entry, 0..7), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(mut list, at, is_marked)| {
        if is_marked && !list.is_empty() {
            let at = at.index(list.len());
            list[at].is_primary = Some(true);
        }
        list
    })
}

prop_compose! {
    fn contact()(
        display_name in "[A-Z][a-zü, ]{0,80}[a-z]", given_name in text(), family_name in text(), organization in text(), title in text(),
        address in text(), phones in list("\\+44 1632 96[0-9]{4}"), emails in list("[a-z]{1,9}@example\\.com"),
        sip_addresses in list("sip:[a-z]{1,9}@example\\.com"), ims in list("xmpp:[a-z]{1,9}@example\\.com"), is_inactive in any::<bool>(),
        has_photo in any::<bool>(), likes_mail in any::<bool>(),
    ) -> Contact {
        Contact {
            display_name: Some(display_name), given_name, family_name, organization, title, address, phones, emails, sip_addresses, ims,
            is_inactive, photo_uri: has_photo.then(|| "https://example.com/a.png".to_owned()),
            preferred_method: likes_mail.then_some(Method::Email), ..Contact::default()
        }
    }
}

/// LDAP knows numbers by kind, not in one order.
fn sorted(mut contact: Contact) -> Contact {
    contact.phones.sort_by(|a, b| (&a.kind, &a.value).cmp(&(&b.kind, &b.value)));
    contact
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn every_format_gives_the_core_back(contact in contact()) {
        for format in Format::ALL {
            let file = written(format, std::slice::from_ref(&contact));
            let back = contacts(format, &file);
            prop_assert_eq!(back.len(), 1, "{:?}", format);
            prop_assert_eq!(sorted(core(&back[0])), sorted(contact.clone()), "{:?}: {}", format, String::from_utf8_lossy(&file));
        }
    }
}

#[test]
fn a_received_card_goes_out_byte_for_byte_and_edited_keeps_what_is_unknown() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Oke;Ann;Bea;Dr.;\r\nFN:Ann Oke\r\nitem1.TEL;type=pref:555 0100\r\nitem1.X-ABLabel:Boat\r\nNOTE:x\r\nORG:A;Unit\r\nEND:VCARD\r\n";
    let mut contact = contacts(Format::Vcard, text.as_bytes()).remove(0);
    assert_eq!(contact.phones[0].kind.as_deref(), Some("Boat"));
    assert_eq!(written(Format::Vcard, std::slice::from_ref(&contact)), text.as_bytes());
    contact.family_name = Some("Ho".into());
    contact.phones.clear();
    let edited = String::from_utf8(written(Format::Vcard, &[contact])).unwrap();
    let expected = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ho;Ann;Bea;Dr.;\r\nFN:Ann Oke\r\nNOTE:x\r\nORG:A;Unit\r\nEND:VCARD\r\n";
    assert_eq!(edited, expected);
}

#[test]
fn a_js_card_keeps_what_is_unknown_when_it_is_edited() {
    let text = r#"{"@type":"Card","name":{"full":"Ann"},"notes":{"1":{"note":"x"}},"uid":"u"}"#;
    let mut contact = contacts(Format::JsContact, text.as_bytes()).remove(0);
    assert_eq!(written(Format::JsContact, std::slice::from_ref(&contact)), format!("{text}\n").as_bytes());
    contact.display_name = Some("Bea".into());
    let edited = String::from_utf8(written(Format::JsContact, &[contact])).unwrap();
    assert_eq!(edited, format!("{}\n", text.replace("Ann", "Bea")));
}

#[test]
fn what_a_row_has_no_columns_for_is_not_lost() {
    let mut contact = Contact { display_name: Some("A".into()), shared_with: vec![Uuid::from_u128(3)], ..Contact::default() };
    contact.emails = (0..9).map(|at| Entry { value: format!("{at}@example.com"), ..Entry::default() }).collect();
    contact.extensions.insert("csv".into(), serde_json::json!({"Shoe size": "42"}));
    assert_eq!(contacts(Format::Csv, &written(Format::Csv, std::slice::from_ref(&contact))), [contact.clone()]);
    let options = WriteOptions { columns: vec!["Shoe size".into()], has_mark: true, separator: b';', ..WriteOptions::default() };
    let mut writer = Writer::new(Format::Csv, Vec::new(), options).unwrap();
    writer.write(&record(contact.clone())).unwrap();
    let file = writer.finish().unwrap();
    assert!(file.starts_with("\u{feff}uid;".as_bytes()));
    assert_eq!(contacts(Format::Csv, &file), [contact]);
}

#[test]
fn a_formula_is_disarmed_when_asked_for() {
    let contact = Contact { display_name: Some("=cmd()".into()), ..Contact::default() };
    for (is_guarded, expected) in [(false, ",=cmd(),"), (true, ",'=cmd(),")] {
        let mut writer = Writer::new(Format::Csv, Vec::new(), WriteOptions { is_guarded, ..WriteOptions::default() }).unwrap();
        writer.write(&record(contact.clone())).unwrap();
        assert!(String::from_utf8(writer.finish().unwrap()).unwrap().contains(expected));
    }
}

#[test]
fn another_reader_of_vcards_understands_what_is_written() {
    let phones = vec![Entry { value: "+44 1632 960001".into(), kind: Some("mobile".into()), is_primary: Some(true) }];
    let contact = Contact { display_name: Some("Müller, \"Ann\"; x".into()), phones, ..Contact::default() };
    let text = String::from_utf8(written(Format::Vcard, &[contact])).unwrap();
    let card = calcard::vcard::VCard::parse(&text).unwrap();
    let value = |name| card.property(&name).and_then(|property| property.values.first()?.as_text());
    assert_eq!(value(calcard::vcard::VCardProperty::Fn), Some("Müller, \"Ann\"; x"));
    assert_eq!(value(calcard::vcard::VCardProperty::Tel), Some("+44 1632 960001"));
}
