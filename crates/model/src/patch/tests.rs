use proptest::prelude::*;

use super::*;
use crate::membership::Membership;

fn entry(value: &str, kind: &str, is_primary: Option<bool>) -> Entry {
    Entry { value: value.into(), kind: (!kind.is_empty()).then(|| kind.into()), is_primary }
}

#[test]
fn a_new_primary_takes_it_from_the_former_one() {
    let mut list = vec![entry("1", "work", Some(true))];
    apply_list(vec![ListEdit::Upsert(entry("2", "home", Some(true)))], &mut list);
    assert_eq!(list, [entry("1", "work", Some(false)), entry("2", "home", Some(true))]);
}

#[test]
fn an_equal_entry_only_changes_its_primary_flag() {
    let mut list = vec![entry("1", "work", None)];
    apply_list(vec![ListEdit::Upsert(entry("1", "WORK", Some(true)))], &mut list);
    assert_eq!(list, [entry("1", "work", Some(true))]);
    apply_list(vec![ListEdit::Upsert(entry("1", "work", None))], &mut list);
    assert_eq!(list, [entry("1", "work", Some(true))]);
}

#[test]
fn removing_without_a_kind_removes_every_kind_and_removing_nothing_is_fine() {
    let mut list = vec![entry("1", "work", None), entry("1", "home", None), entry("2", "", None)];
    apply_list(vec![ListEdit::Remove { value: "1".into(), kind: Some("HOME".into()) }], &mut list);
    assert_eq!(list.len(), 2);
    apply_list(vec![ListEdit::Remove { value: "1".into(), kind: None }], &mut list);
    apply_list(vec![ListEdit::Remove { value: "9".into(), kind: None }], &mut list);
    assert_eq!(list, [entry("2", "", None)]);
}

fn assigned(value: Option<&str>, mut list: Vec<Entry>) -> Vec<Entry> {
    let (kind, value) = (Some("mobile".to_owned()), value.map(str::to_owned));
    apply_list(vec![ListEdit::Assign { kind, value }], &mut list);
    list
}

#[test]
fn the_entry_that_is_shown_is_the_one_that_is_written() {
    let of_kind = vec![entry("1", "work", Some(true)), entry("2", "MOBILE", None)];
    assert_eq!(assigned(Some("9"), of_kind), [entry("1", "work", Some(true)), entry("9", "MOBILE", None)]);
    let primary = vec![entry("1", "work", None), entry("2", "home", Some(true))];
    assert_eq!(assigned(Some("9"), primary.clone()), [entry("1", "work", None), entry("9", "home", Some(true))]);
    assert_eq!(assigned(None, primary), [entry("1", "work", None)]);
    assert_eq!(assigned(Some("9"), vec![entry("1", "", None)]), [entry("9", "", None)]);
    assert_eq!(assigned(Some("9"), vec![]), [entry("9", "mobile", Some(true))]);
    assert_eq!(assigned(None, vec![]), []);
}

#[test]
fn a_display_name_follows_the_names_unless_it_was_chosen() {
    let rename = || Patch { follows_names: true, family_name: Edit::Set("Vane".into()), ..Patch::default() };
    let named = |display: Option<&str>| Contact {
        display_name: display.map(str::to_owned),
        given_name: Some("Mara".into()),
        family_name: Some("Oke".into()),
        ..Contact::default()
    };
    for (before, after) in
        [(Some("Mara Oke"), Some("Mara Vane")), (None, Some("Mara Vane")), (Some("The Pilot"), Some("The Pilot"))]
    {
        let mut contact = named(before);
        rename().apply(&mut contact);
        assert_eq!(contact.display_name.as_deref(), after);
        Patch::reverse(&named(before), &contact).apply(&mut contact);
        assert_eq!(contact, named(before));
    }
    let mut kept = named(Some("Mara Oke"));
    Patch { follows_names: false, ..rename() }.apply(&mut kept);
    assert_eq!(kept.display_name.as_deref(), Some("Mara Oke"));
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = ("[a-c]{1,2}", proptest::option::of("work|home"), proptest::option::of(any::<bool>()))
        .prop_map(|(value, kind, is_primary)| Entry { value, kind, is_primary });
    proptest::collection::vec(one, 0..4)
}

fn memberships() -> impl Strategy<Value = Membership> {
    (any::<u32>(), proptest::collection::vec("[a-c]{1,2}", 0..3))
        .prop_map(|(organization, roles)| Membership { organization, roles })
}

fn formers() -> impl Strategy<Value = crate::Former> {
    (any::<u128>(), any::<u32>(), any::<u64>()).prop_map(|(id, number, change)| crate::Former {
        id: Uuid::from_u128(id),
        number,
        change,
    })
}

prop_compose! {
    fn contacts()(
        names in proptest::array::uniform8(proptest::option::of("[a-z]{0,3}")),
        emails in entries(),
        phones in entries(),
        sip_addresses in entries(),
        ims in entries(),
        shared_with in proptest::collection::vec(any::<u128>().prop_map(Uuid::from_u128), 0..3),
        (memberships, is_inactive, formers) in
            (proptest::collection::vec(memberships(), 0..3), any::<bool>(), proptest::collection::vec(formers(), 0..3)),
        extensions in proptest::collection::btree_map("[a-c]", any::<u8>().prop_map(serde_json::Value::from), 0..3),
    ) -> Contact {
        let [display_name, given_name, family_name, organization, title, address, photo_uri, method] = names;
        Contact {
            source: "CH".into(), display_name, given_name, family_name, organization, title, address, photo_uri,
            preferred_method: method.map(|text| if text.is_empty() { Method::Sip } else { Method::Phone }),
            emails, phones, sip_addresses, ims, shared_with, memberships, is_inactive, keys: Vec::new(), formers,
            extensions,
        }
    }
}

proptest! {
    #[test]
    fn the_reverse_patch_takes_a_change_back(before in contacts(), after in contacts()) {
        let reverse = Patch::reverse(&before, &after);
        let stored: Patch = serde_json::from_str(&serde_json::to_string(&reverse).unwrap()).unwrap();
        let mut contact = after;
        stored.apply(&mut contact);
        prop_assert_eq!(contact, before);
    }
}
