//! What filters find.

use cardfile_directory::Command;
use cardfile_model::{Contact, Edit, Entry, Expect, Filter, ForeignKey, ListEdit, Patch, Sources, Write};
use uuid::Uuid;

use super::place::{create, delete};
use super::{Harness, Place};
use crate::people::person;

fn entry(value: &str) -> Entry {
    Entry { value: value.into(), ..Entry::default() }
}

fn card(display: Option<&str>, given: Option<&str>, family: Option<&str>, email: &str) -> Contact {
    Contact {
        source: "CH".into(),
        display_name: display.map(str::to_owned),
        given_name: given.map(str::to_owned),
        family_name: family.map(str::to_owned),
        emails: vec![entry(email)],
        ..Contact::default()
    }
}

/// Three people: with all names, with a display name only, with an address only.
async fn three(place: &Place<'_>) -> [Uuid; 3] {
    let mara = card(Some("Måra  VINTER-Quill"), Some("Mara"), Some("Vinter"), "M.Vinter@Quay.example");
    let ship = card(Some("Σοφία & Søn 2nd"), None, None, "office@søn.example");
    let bare = card(None, None, None, "Reception");
    [place.create(mara).await.id, place.create(ship).await.id, place.create(bare).await.id]
}

fn contains(text: &str) -> Filter {
    Filter::Contains(text.into())
}

fn prefixes(text: &str) -> Filter {
    Filter::WordPrefixes(text.into())
}

pub async fn texts_are_found_within_names_and_addresses_folded(h: Harness) {
    let place = h.tenant().await;
    let [mara, ship, bare] = three(&place).await;
    for text in ["mara", "MÅRA vinter-q", "ara v", "nter", "ｍara", "quay.EXAMPLE", "m.vinter@"] {
        assert_eq!(place.find(contains(text)).await, [mara], "{text}");
    }
    for text in ["σοφια", "ΣΟΦΊΑ", "& søn", "@søn", "2ND"] {
        assert_eq!(place.find(contains(text)).await, [ship], "{text}");
    }
    assert_eq!(place.find(contains("cept")).await, [bare]);
    assert_eq!(place.find(contains(".example")).await, [mara, ship]);
    assert_eq!(place.find(contains("nobody")).await, super::NOBODY);
    assert_eq!(place.find(contains("mara  vinter")).await, [mara], "white space is one blank");
}

pub async fn blanks_round_a_text_do_not_count_and_an_empty_one_finds_everyone(h: Harness) {
    let place = h.tenant().await;
    let everyone = three(&place).await;
    assert_eq!(place.find(contains(" \t office ")).await, [everyone[1]]);
    for text in ["", "  ", "\u{1f}"] {
        assert_eq!(place.find(contains(text)).await, everyone);
        assert_eq!(place.find(prefixes(text)).await, everyone);
    }
    assert_eq!(place.find(prefixes("&-.")).await, everyone, "a text without words");
}

pub async fn a_text_is_not_found_across_two_fields(h: Harness) {
    let place = h.tenant().await;
    let id = place.create(card(Some("Ada Reed"), Some("Bo"), Some("Lind"), "c@d.example")).await.id;
    assert_eq!(place.find(contains("bo lind")).await, [id]);
    for text in ["reed bo", "reedbo", "lind c", "lindc", "reed\u{1f}bo"] {
        assert_eq!(place.find(contains(text)).await, super::NOBODY, "{text}");
    }
}

pub async fn words_are_found_by_their_beginnings(h: Harness) {
    let place = h.tenant().await;
    let [mara, ship, bare] = three(&place).await;
    for text in ["mar", "VINT", "quill", "qui mar", "måra, vinter", "m vint", "v v v"] {
        assert_eq!(place.find(prefixes(text)).await, [mara], "{text}");
    }
    for text in ["σοφ", "sø 2", "office"] {
        assert_eq!(place.find(prefixes(text)).await, [ship], "{text}");
    }
    assert_eq!(place.find(prefixes("rec")).await, [bare]);
    for text in ["ara", "quay", "mara x", "example"] {
        assert_eq!(place.find(prefixes(text)).await, super::NOBODY, "{text}");
    }
}

pub async fn addresses_numbers_and_keys_are_found_exactly(h: Harness) {
    let place = h.tenant().await;
    let key = ForeignKey { system: "crm".into(), value: "K-1".into() };
    let phones = vec![entry("+47 22-55 01.01"), entry("(400) 123")];
    let id = place.create(Contact { phones, keys: vec![key], ..card(Some("Ada"), None, None, "Ada.Reed@Quay.example") }).await.id;
    place.populate(20).await;
    for filter in [
        Filter::Email("ada.reed@QUAY.example".into()),
        Filter::Email(" áda.reed@quay.example ".into()),
        Filter::Phone("+4722550101".into()),
        Filter::Phone("400-1.2 3".into()),
        Filter::Key { system: "crm".into(), value: "K-1".into() },
    ] {
        assert_eq!(place.find(filter.clone()).await, [id], "{filter:?}");
    }
    for filter in [
        Filter::Email("reed@quay.example".into()),
        Filter::Phone("22550101".into()),
        Filter::Phone("4722550101".into()),
        Filter::Key { system: "crm".into(), value: "k-1".into() },
        Filter::Key { system: "K-1".into(), value: "crm".into() },
    ] {
        assert_eq!(place.find(filter.clone()).await, super::NOBODY, "{filter:?}");
    }
}

pub async fn numbers_are_found_by_their_last_digits(h: Harness) {
    let place = h.tenant().await;
    let with = |phones: &[&str]| Contact {
        phones: phones.iter().map(|value| entry(value)).collect(),
        ..card(Some("Ada"), None, None, "a@b")
    };
    let full = place.create(with(&["+47 22-55 01.02", "Reception"])).await.id;
    let extended = place.create(with(&["+44 7700 900017 ext. 4711", "4711"])).await.id;
    let short = place.create(with(&["102", "+1 (555) 22 55 01 02"])).await.id;
    let ends = |end: &str| Filter::PhoneEnds(end.into());
    for end in ["02", "1-0.2", "102"] {
        assert_eq!(place.find(ends(end)).await, [full, short], "{end}");
    }
    assert_eq!(place.find(ends("5550102")).await, super::NOBODY);
    for (end, found) in [
        ("2550102", vec![full, short]),
        ("22550102", vec![full, short]),
        ("+47 22 55 01 02", vec![full]),
        ("522550102", vec![short]),
        ("147 22 55 01 02", vec![]),
        ("711", vec![extended]),
        ("174711", vec![extended]),
        ("+44 7700 900017 4711", vec![extended]),
        ("900017", vec![]),
        ("Reception", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(place.find(ends(end)).await, found, "{end}");
    }
    assert_eq!(place.find(Filter::Not(Box::new(ends("2")))).await, [extended]);
    let phones = vec![ListEdit::Remove { value: "+47 22-55 01.02".into(), kind: None }];
    let patch = Patch { phones, ..Patch::default() };
    place.one(Write::Patch { id: full, expect: Expect::Any, patch: Box::new(patch) }).await.expect("it is there");
    assert_eq!(place.find(ends("2550102")).await, [short], "a number that is no more");
    h.is_sound().await;
}

pub async fn sources_and_ids_are_found(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let foreign = place.create(Contact { source: "Elsewhere".into(), ..person(9) }).await.id;
    assert_eq!(place.find(Filter::Source("Elsewhere".into())).await, [foreign]);
    assert_eq!(place.find(Filter::Source("CH".into())).await, ids);
    assert_eq!(place.find(Filter::Source("Nowhere".into())).await, super::NOBODY);
    assert_eq!(place.find(Filter::Ids(vec![foreign, h.id(), ids[1], ids[1]])).await, [ids[1], foreign]);
    assert_eq!(place.find(Filter::Ids(Vec::new())).await, super::NOBODY);
}

pub async fn filters_combine(h: Harness) {
    let place = h.tenant().await;
    let [mara, ship, bare] = three(&place).await;
    let not = |filter| Filter::Not(Box::new(filter));
    assert_eq!(place.find(not(contains("mara"))).await, [ship, bare]);
    assert_eq!(place.find(Filter::And(vec![contains("example"), not(prefixes("mar"))])).await, [ship]);
    assert_eq!(place.find(Filter::Or(vec![contains("recep"), prefixes("mar"), Filter::Ids(vec![mara])])).await, [mara, bare]);
    assert_eq!(place.find(Filter::And(Vec::new())).await, [mara, ship, bare]);
    assert_eq!(place.find(Filter::Or(Vec::new())).await, super::NOBODY);
    assert_eq!(place.find(not(Filter::All)).await, super::NOBODY);
    assert_eq!(place.find(not(not(Filter::Ids(vec![bare])))).await, [bare]);
}

pub async fn groups_and_sharing_are_found(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(5).await;
    let group = place.create_group("Harbour", &[ids[1], ids[4], h.id()]).await.id;
    let other = place.create_group("Other", &[]).await.id;
    let shown = place.create(Contact { shared_with: vec![group], ..person(8) }).await.id;
    let both = place.create(Contact { shared_with: vec![other, group], ..person(9) }).await.id;
    assert_eq!(place.find(Filter::MemberOf(group)).await, [ids[1], ids[4]]);
    assert_eq!(place.find(Filter::MemberOf(h.id())).await, super::NOBODY);
    assert_eq!(place.find(Filter::SharedWithAny(vec![group])).await, [shown, both]);
    assert_eq!(place.find(Filter::SharedWithAny(vec![h.id(), other])).await, [both]);
    assert_eq!(place.find(Filter::SharedWithAny(Vec::new())).await, super::NOBODY);
    place.apply(Command::DeleteGroup { id: group }).await.expect("it stands");
    assert_eq!(place.find(Filter::MemberOf(group)).await, super::NOBODY);
    assert_eq!(place.find(Filter::SharedWithAny(vec![group])).await, [shown, both], "ids stay on contacts");
}

pub async fn a_changed_contact_is_found_by_what_it_is_now(h: Harness) {
    let place = h.tenant().await;
    let id = place.create(card(Some("Ada Reed"), None, None, "ada@quay.example")).await.id;
    let patch = Patch { display_name: Edit::Set("Bo Lind".into()), ..Patch::default() };
    place.one(Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }).await.expect("it is there");
    for (filter, is_found) in [
        (contains("bo lind"), true),
        (prefixes("lin"), true),
        (contains("ada@"), true),
        (contains("reed"), false),
        (prefixes("reed"), false),
    ] {
        assert_eq!(place.find(filter.clone()).await.len(), usize::from(is_found), "{filter:?}");
    }
    place.one(delete(id)).await.expect("it is there");
    assert_eq!(place.find(contains("bo")).await, super::NOBODY);
    assert_eq!(place.find(Filter::Email("ada@quay.example".into())).await, super::NOBODY);
    h.is_sound().await;
}

pub async fn sources_out_of_reach_are_left_out_of_totals(h: Harness) {
    let place = h.tenant().await;
    let writes = (1..=6).map(|n| Contact { source: if n % 2 == 0 { "A" } else { "B" }.into(), ..person(n) });
    place.write(writes.map(|contact| create(h.id(), contact)).collect()).await;
    let mut query = place.query(Filter::All);
    query.sources = Sources::Only(vec!["A".into(), "C".into()]);
    let page = place.page(query.clone()).await;
    assert_eq!(page.total, 3);
    assert!(page.records.iter().all(|record| record.contact.source == "A"));
    query.sources = Sources::Only(Vec::new());
    assert_eq!(place.page(query).await.total, 0);
}
