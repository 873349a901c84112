//! Texts and words out of the ordinary, and pages at the ends of their range.

use cardfile_model::{Contact, Entry, Filter, Order, Sources};
use cardfile_testkit::contract::run;

use crate::place::{Place, named};

fn with_addresses(addresses: &[&str]) -> Contact {
    let emails = addresses.iter().map(|address| Entry { value: (*address).into(), kind: None, is_primary: None }).collect();
    Contact { source: "Own".into(), emails, ..Contact::default() }
}

#[test]
fn texts_of_all_scripts_are_found_folded() {
    run(async {
        let place = Place::new().await;
        let names = [
            "Straße",
            "ﬁne ﬂour",
            "İstanbul",
            "e\u{301}te\u{301}",
            "👩\u{200d}🚀 Star",
            "שלום עולם",
            "港子 青波",
            "100%_sure'; --\\",
            "a\u{0}b\u{1f}c\u{1e}d\te",
            "Ǆungla",
            "ａｂｃ",
            "Ω",
        ];
        place.create(names.map(named)).await;
        for (needle, number) in [
            ("straße", 1),
            ("ß", 1),
            ("fine", 2),
            ("FLOUR", 2),
            ("ﬂ", 2),
            ("istanbul", 3),
            ("İ", 3),
            ("ÉTÉ", 4),
            ("👩\u{200d}🚀", 5),
            ("🚀", 5),
            ("ולם", 6),
            ("子 青", 7),
            ("波", 7),
            ("%_", 8),
            ("'; --", 8),
            ("\\", 8),
            ("b c d e", 9),
            ("DŽUNGLA", 10),
            ("abc", 11),
            ("ω", 12),
        ] {
            let found = place.find(Filter::Contains(needle.into())).await;
            assert!(found.contains(&number), "{needle:?} in {:?}: {found:?}", names[number as usize - 1]);
        }
        assert_eq!(place.find(Filter::Contains("100_".into())).await, [0; 0]);
        assert_eq!(place.find(Filter::Contains("\u{1f}".into())).await.len(), names.len());
        place.is_sound().await;
    });
}

#[test]
fn the_longest_texts_are_found_from_end_to_end() {
    run(async {
        let place = Place::new().await;
        let long = "é".repeat(1023) + "x";
        let wide = "界".repeat(1024);
        let addresses: Vec<String> = (0..20).map(|n| format!("{}{n}@b.example", "a".repeat(900))).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        place.create([named(&long), named(&wide), with_addresses(&addresses), named("short")]).await;
        assert_eq!(place.find(Filter::Contains("ex".into())).await, [1, 3]);
        assert_eq!(place.find(Filter::Contains(long.clone())).await, [1]);
        assert_eq!(place.find(Filter::Contains(format!("{long}x"))).await, [0; 0]);
        assert_eq!(place.find(Filter::Contains("z".repeat(100_000))).await, [0; 0]);
        assert_eq!(place.find(Filter::Contains(wide.clone())).await, [2]);
        for length in [65, 66, 67, 68, 198, 199, 200, 201, 202, 1023] {
            assert_eq!(place.find(Filter::WordPrefixes("e".repeat(length))).await, [1], "{length}");
            assert_eq!(place.find(Filter::WordPrefixes("界".repeat(length))).await, [2], "{length}");
            assert_eq!(place.find(Filter::WordPrefixes(format!("{}y", "e".repeat(length)))).await, [0; 0], "{length}");
        }
        assert_eq!(place.find(Filter::WordPrefixes(format!("{}19", "a".repeat(900)))).await, [3]);
        assert_eq!(place.find(Filter::WordPrefixes("b".into())).await, [0; 0], "domains are no words");
        assert_eq!(place.find(Filter::Email(addresses[19].to_uppercase())).await, [3]);
        place.is_sound().await;
    });
}

#[test]
fn an_address_without_an_at_sign_is_an_address() {
    run(async {
        let place = Place::new().await;
        place.create([with_addresses(&["reception"]), with_addresses(&["a@b@c"]), with_addresses(&["@only"])]).await;
        assert_eq!(place.find(Filter::Email("Reception".into())).await, [1]);
        assert_eq!(place.find(Filter::WordPrefixes("recep".into())).await, [1]);
        assert_eq!(place.find(Filter::Email("A@b@c".into())).await, [2]);
        assert_eq!(place.find(Filter::WordPrefixes("b".into())).await, [0; 0]);
        assert_eq!(place.find(Filter::Email("@only".into())).await, [3]);
        assert_eq!(place.find(Filter::Contains("only".into())).await, [3]);
        place.is_sound().await;
    });
}

#[test]
fn sources_of_any_name_are_kept_apart() {
    run(async {
        let place = Place::new().await;
        let sources = ["", "a/b", "\u{10ffff}\u{10ffff}", "x'; --", "%", "\u{1}"];
        place.create(sources.map(|source| Contact { source: source.into(), ..named("Somebody") })).await;
        for (number, source) in (1..).zip(sources) {
            assert_eq!(place.find(Filter::Source(source.into())).await, [number], "{source:?}");
            let mut query = place.query(Filter::All);
            query.sources = Sources::Only(vec![source.into()]);
            let found: Vec<u32> = place.page(query).await.records.iter().map(|record| record.number).collect();
            assert_eq!(found, [number], "{source:?}");
        }
        place.is_sound().await;
    });
}

#[test]
fn pages_at_the_ends_of_their_range_are_answered() {
    run(async {
        let place = Place::new().await;
        place.create((0..5).map(|n| named(&format!("A name that is longer than the key, {}", 5 - n)))).await;
        for order in [Order::Name, Order::Number] {
            for filter in [Filter::All, Filter::Contains("name".into()), Filter::Contains("5".into())] {
                let all = place.find(filter.clone()).await;
                for (offset, limit) in [(0, usize::MAX), (1, usize::MAX), (u64::MAX, usize::MAX), (u64::MAX, 1), (4, 1), (0, 0)] {
                    let mut query = place.query(filter.clone());
                    (query.order, query.offset, query.limit) = (order, offset, limit);
                    let page = place.page(query).await;
                    let found: Vec<u32> = page.records.iter().map(|record| record.number).collect();
                    let from = usize::try_from(offset).expect("64 bits").min(all.len());
                    let expected: Vec<u32> = all[from..].iter().copied().take(limit).collect();
                    assert_eq!((found, page.total), (expected, all.len() as u64), "{order:?} {offset} {limit}");
                }
            }
        }
    });
}
