use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::contact::{Entry, Method};

fn claim(source: &str, title: Option<&str>, precedence: &[&str]) -> Claim {
    Claim {
        source: source.into(),
        contact: Contact { title: title.map(str::to_owned), ..Contact::default() },
        clears: if title.is_some() { Vec::new() } else { vec!["title".into()] },
        precedence: precedence.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// A card that `hr` told of, which is a cook there.
fn cook() -> Contact {
    claim("hr", Some("Cook"), &[]).card()
}

fn title(card: &Contact) -> Option<&str> {
    card.title.as_deref()
}

fn entitled(before: &Contact, title: Option<&str>) -> Contact {
    let mut after = Contact { title: title.map(str::to_owned), ..before.clone() };
    Claim::edited_by_hand(before, &mut after);
    after
}

#[test]
fn a_card_that_one_source_tells_of_keeps_nothing_twice() {
    let card = cook();
    assert_eq!(card.extensions["claims"], json!({"hr": {}}));
    let again = claim("hr", Some("Baker"), &[]).merged(&card);
    assert_eq!((title(&again), &again.extensions), (Some("Baker"), &card.extensions));
}

#[test]
fn the_first_of_the_precedence_counts_and_the_losing_word_is_kept() {
    let order = &["crm", "hr"];
    let card = claim("crm", Some("Chef"), order).merged(&cook());
    assert_eq!(title(&card), Some("Chef"));
    assert_eq!(card.extensions["claims"], json!({"crm": {"title": "Chef"}, "hr": {"title": "Cook"}}));
    assert_eq!(card.source, "hr", "whose card it is does not change");
    let card = claim("hr", Some("Baker"), order).merged(&card);
    assert_eq!(title(&card), Some("Chef"));
    let card = claim("crm", None, order).merged(&card);
    assert_eq!(title(&card), Some("Baker"), "the next one's word shows");
    assert_eq!(card.extensions, cook().extensions);
}

#[test]
fn who_is_named_comes_before_who_is_not() {
    let card = claim("crm", Some("Chef"), &["hr"]).merged(&cook());
    assert_eq!(title(&card), Some("Cook"));
    assert_eq!(title(&claim("crm", Some("Chef"), &["crm"]).merged(&card)), Some("Chef"), "also when that was told before");
}

#[test]
fn of_sources_alike_the_last_new_word_counts() {
    let card = claim("crm", Some("Chef"), &[]).merged(&cook());
    assert_eq!(title(&card), Some("Chef"));
    let card = claim("hr", Some("Cook"), &[]).merged(&card);
    assert_eq!(title(&card), Some("Chef"), "what was said before is no news");
    let card = claim("web", Some("Boss"), &[]).merged(&card);
    let card = claim("hr", Some("Baker"), &[]).merged(&card);
    assert_eq!(title(&card), Some("Baker"));
    assert_eq!(card.extensions["claims-latest"], json!({"title": ["hr", "web", "crm"]}));
    let card = claim("hr", None, &[]).merged(&card);
    assert_eq!(title(&card), Some("Boss"));
}

#[test]
fn an_edit_by_hand_stays_until_the_word_that_counts_is_another() {
    let card = entitled(&cook(), Some("Harbour Cook"));
    assert_eq!(card.extensions["claims-by-hand"], json!({"title": "Cook"}));
    let same = claim("hr", Some("Cook"), &[]).merged(&card);
    assert_eq!(same, card);
    let order = &["hr", "crm"];
    let lower = claim("crm", Some("Chef"), order).merged(&card);
    assert_eq!(title(&lower), Some("Harbour Cook"), "who does not count changes nothing");
    assert_eq!(lower.extensions["claims"], json!({"crm": {"title": "Chef"}, "hr": {"title": "Cook"}}));
    let other = claim("hr", Some("Baker"), order).merged(&lower);
    assert_eq!((title(&other), other.extensions.get("claims-by-hand")), (Some("Baker"), None));
    let higher = claim("crm", Some("Chef"), &["crm"]).merged(&card);
    assert_eq!(title(&higher), Some("Chef"));
    let cleared = claim("hr", None, &[]).merged(&card);
    assert_eq!(title(&cleared), None);
}

#[test]
fn what_was_added_or_removed_by_hand_stays_too() {
    let gone = entitled(&cook(), None);
    assert_eq!(title(&claim("hr", Some("Cook"), &[]).merged(&gone)), None);
    let nobody = claim("hr", None, &[]);
    let added = entitled(&nobody.card(), Some("Pilot"));
    assert_eq!(title(&nobody.merged(&added)), Some("Pilot"));
    assert_eq!(entitled(&added, None), nobody.card(), "an edit that is turned back is forgotten");
}

#[test]
fn an_edit_by_hand_says_nothing_of_claims() {
    let mut forged = Contact { source: "hr".into(), title: Some("Cook".into()), ..Contact::default() };
    forged.extensions.insert("claims".into(), json!({"crm": {"title": "Chef"}}));
    let mut after = forged.clone();
    Claim::edited_by_hand(&cook(), &mut after);
    assert_eq!(after.extensions["claims"], json!({"hr": {}}));
    let mut after = forged;
    Claim::edited_by_hand(&Contact::default(), &mut after);
    assert!(after.extensions.is_empty(), "a card that nobody claimed keeps nothing");
}

#[test]
fn what_is_on_a_card_that_nobody_claimed_is_its_sources_word() {
    let card = Contact { source: "CH".into(), title: Some("Cook".into()), ..Contact::default() };
    let claimed = claim("crm", Some("Chef"), &["CH"]).merged(&card);
    assert_eq!(title(&claimed), Some("Cook"));
    assert_eq!(claimed.extensions["claims"], json!({"CH": {"title": "Cook"}, "crm": {"title": "Chef"}}));
    let claimed = claim("CH", None, &["CH"]).merged(&claimed);
    assert_eq!(title(&claimed), Some("Chef"));
}

#[test]
fn keys_are_joined_and_lists_are_one_member() {
    let key = |value: &str| ForeignKey { system: "crm".into(), value: value.into() };
    let entry = |value: &str| Entry { value: value.into(), kind: Some("work".into()), is_primary: Some(true) };
    let mut one = claim("hr", Some("Cook"), &[]);
    (one.contact.keys, one.contact.emails) = (vec![key("1")], vec![entry("a@quay.example")]);
    let mut two = claim("crm", Some("Cook"), &["hr"]);
    (two.contact.keys, two.contact.emails) = (vec![key("2"), key("1")], vec![entry("b@quay.example")]);
    two.contact.preferred_method = Some(Method::Phone);
    let card = two.merged(&one.card());
    assert_eq!(
        (card.keys.as_slice(), card.emails.as_slice()),
        ([key("1"), key("2")].as_slice(), [entry("a@quay.example")].as_slice())
    );
    assert_eq!(card.preferred_method, Some(Method::Phone));
    let kept = json!([{"value": "b@quay.example", "type": "work", "primary": true}]);
    assert_eq!(card.extensions["claims"]["crm"]["emails"], kept);
    let cleared = Claim { contact: Contact::default(), clears: vec!["emails".into()], ..one };
    assert_eq!(cleared.merged(&card).emails, [entry("b@quay.example")]);
}

#[test]
fn what_a_dialect_knows_is_the_own_sources_to_replace() {
    let with = |source: &str, value: i32| {
        let mut claim = claim(source, Some("Cook"), &[]);
        claim.contact.extensions.insert("vcard".into(), json!(value));
        claim.contact.extensions.insert("claims".into(), json!("forged"));
        claim
    };
    let card = with("hr", 1).card();
    assert_eq!(card.extensions["claims"], json!({"hr": {}}));
    assert_eq!(with("crm", 2).merged(&card).extensions["vcard"], json!(1));
    assert_eq!(with("hr", 2).merged(&card).extensions["vcard"], json!(2));
    assert_eq!(with("crm", 2).merged(&cook()).extensions["vcard"], json!(2));
}

#[test]
fn what_cannot_be_read_says_nothing() {
    let mut card = cook();
    for extension in EXTENSIONS {
        card.extensions.insert(extension.into(), json!([1, {"x": 2}]));
    }
    let claimed = claim("crm", Some("Chef"), &["hr"]).merged(&card);
    assert_eq!(title(&claimed), Some("Cook"));
}

/// What somebody says: of which source, and of some members.
fn any_claim() -> impl Strategy<Value = Claim> {
    let text = || proptest::option::of("[ab]");
    let emails = proptest::collection::vec("[ab]@x", 0..2);
    let clears = proptest::sample::subsequence(Claim::MEMBERS.to_vec(), 0..3);
    let precedence = proptest::sample::subsequence(vec!["s", "r", "q"], 0..=3).prop_shuffle();
    ("[qrs]", text(), text(), emails, clears, precedence).prop_map(|(source, title, given_name, emails, clears, precedence)| {
        let emails = emails.into_iter().map(|value| Entry { value, ..Entry::default() }).collect();
        let contact = Contact { given_name, title, emails, ..Contact::default() };
        let clears = clears.into_iter().map(str::to_owned).collect();
        Claim { source, contact, clears, precedence: precedence.into_iter().map(str::to_owned).collect() }
    })
}

fn all(claims: &[Claim]) -> Contact {
    let (first, others) = claims.split_first().expect("there is one at least");
    others.iter().fold(first.card(), |card, claim| claim.merged(&card))
}

proptest! {
    #[test]
    fn the_same_claim_twice_changes_nothing(claims in proptest::collection::vec(any_claim(), 1..6), hand in proptest::option::of("[ab]")) {
        let card = entitled(&all(&claims), hand.as_deref());
        let last = claims.last().expect("there is one at least");
        let once = last.merged(&card);
        prop_assert_eq!(last.merged(&once), once);
    }

    #[test]
    fn saying_again_what_was_said_undoes_no_edit(claims in proptest::collection::vec(any_claim(), 1..6), hand in proptest::option::of("[ab]")) {
        let last = claims.last().expect("there is one at least");
        let card = last.merged(&all(&claims));
        let edited = entitled(&card, hand.as_deref());
        prop_assert_eq!(last.merged(&edited).title, hand);
    }

    #[test]
    fn where_all_are_ranked_the_order_of_claims_does_not_matter(
        claims in proptest::collection::vec(any_claim(), 3..=3),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
        rank in Just(vec!["q", "r", "s"]).prop_shuffle(),
    ) {
        let rank: Arc<[String]> = rank.into_iter().map(str::to_owned).collect();
        let named = ["q", "r", "s"].into_iter().zip(claims);
        let claims: Vec<Claim> = named
            .map(|(source, claim)| Claim { source: source.into(), precedence: Arc::clone(&rank), clears: Vec::new(), ..claim })
            .collect();
        let one = all(&claims);
        let other = all(&order.into_iter().map(|at| claims[at].clone()).collect::<Vec<_>>());
        for member in &MEMBERS {
            prop_assert_eq!((member.read)(&one), (member.read)(&other), "{}", member.name);
        }
    }
}
