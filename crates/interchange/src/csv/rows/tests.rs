use crate::{Card, Format, Item, Options, Unreadable, csv::Mapping, csv::Recognised, read};
use cardfile_model::Violation;

fn items(file: &str, options: Options) -> (Vec<Item>, Option<Unreadable>) {
    let mut items = Vec::new();
    for item in read(Format::Csv, file.as_bytes(), options).unwrap() {
        match item {
            Ok(item) => items.push(item),
            Err(unreadable) => return (items, Some(unreadable)),
        }
    }
    (items, None)
}

fn one(file: &str) -> Result<Card, Vec<Violation>> {
    items(file, Options::default()).0.remove(0).outcome
}

#[test]
fn a_row_that_is_ragged_spoils_no_other() {
    let (items, unreadable) = items("Name,Phone\nA,1\n\nB\n ,\nC,3\r\n", Options::default());
    assert!(unreadable.is_none());
    let told: Vec<_> = items.iter().map(|item| (item.row, item.line, item.raw.as_str(), item.outcome.is_ok())).collect();
    assert_eq!(told, [(1, 2, "A,1", true), (2, 4, "B", false), (3, 6, "C,3", true)]);
    let wrong = items[1].outcome.as_ref().unwrap_err();
    assert_eq!((wrong[0].rule, wrong[0].message.as_str()), ("columns", "there are 1 fields here for 2 columns"));
}

#[test]
fn rows_before_the_first_wanted_are_counted_only() {
    let (items, _) = items("Name\nA\n\"B\nB\"\nC\n", Options { from_row: 3, ..Options::default() });
    assert_eq!(items.iter().map(|item| (item.row, item.line)).collect::<Vec<_>>(), [(3, 5)]);
}

#[test]
fn an_item_above_the_limit_ends_the_stream_and_names_its_line() {
    let options = Options { item_bytes: 8, ..Options::default() };
    let (items, unreadable) = items("Name\n1234567\n12345678\nB\n", options);
    assert_eq!(items.len(), 1);
    assert!(matches!(unreadable, Some(Unreadable::TooLong { line: 3, item_bytes: 8 })));
}

#[test]
fn a_separator_is_announced_or_found_or_said() {
    for file in ["sep=;\r\nName;Tel\r\nA;1\r\n", "Name;Tel\nA;1\n", "sep=\t\nName\tTel\nA\t1\n"] {
        assert_eq!(one(file).unwrap().contact.phones[0].value, "1", "{file:?}");
    }
    let mapping = Mapping::read(r#"{"separator":":","columns":{"Nummer":"phones.mobile","Name":null}}"#).unwrap();
    let (items, _) = items("Name:Nummer\nA:1\n", Options { mapping: Some(mapping), ..Options::default() });
    let contact = &items[0].outcome.as_ref().unwrap().contact;
    assert_eq!((contact.phones[0].kind.as_deref(), contact.display_name.as_deref()), (Some("mobile"), None));
}

#[test]
fn what_is_not_understood_is_kept_under_its_name() {
    let card = one("Name,Shoe size,Shoe size,,Name\nA,42,43,x,B\n").unwrap();
    let kept = serde_json::json!({"Shoe size": "42", "Shoe size (2)": "43", "column 4": "x", "Name (2)": "B"});
    assert_eq!(card.contact.extensions["csv"], kept);
}

#[test]
fn the_first_address_counts_and_another_is_kept() {
    let card = one("Home City,Business City,Business Street\nHove,Leeds,1 High St\n").unwrap();
    assert_eq!(card.contact.address.as_deref(), Some("1 High St, Leeds"));
    assert_eq!(card.contact.extensions["csv"], serde_json::json!({"Home City": "Hove"}));
}

#[test]
fn a_blank_person_and_a_row_in_another_encoding_are_refused() {
    assert_eq!(one("Name,Shoe size\n,42\n").unwrap_err()[0].rule, "filled");
    let far = format!("Name\n{}\n", "Ann\n".repeat(40_000));
    let file = [far.as_bytes(), b"M\xfcller\nLast\n"].concat();
    let items: Vec<Item> = read(Format::Csv, file.as_slice(), Options::default()).unwrap().map(Result::unwrap).collect();
    let wrong: Vec<_> = items.iter().filter(|item| item.outcome.is_err()).collect();
    assert_eq!((wrong.len(), wrong[0].row), (1, 40_001));
    assert_eq!(wrong[0].outcome.as_ref().unwrap_err()[0].rule, "encoding");
}

#[test]
fn whose_columns_these_are_is_told() {
    let of = |file: &str| read(Format::Csv, file.as_bytes(), Options::default()).unwrap().columns().unwrap().recognised;
    assert_eq!(of("First Name,E-mail 1 - Value\n"), Recognised::Google);
    assert_eq!(of("First Name,E-mail Address,Business Phone\n"), Recognised::Outlook);
    assert_eq!(of("First Name,User ID/Email (Required)\n"), Recognised::ControlHub);
    assert_eq!(of("First Name,Mail\n"), Recognised::Other);
}

#[test]
fn google_puts_several_values_into_one_field_and_stars_the_first_choice() {
    let card = one("Name,E-mail 1 - Type,E-mail 1 - Value,Group Membership\nA,* Work,a@example.com ::: b@example.com,* myContacts ::: Team\n").unwrap();
    let told: Vec<_> = card.contact.emails.iter().map(|entry| (entry.value.as_str(), entry.is_primary)).collect();
    assert_eq!(told, [("a@example.com", Some(true)), ("b@example.com", Some(false))]);
    assert_eq!(card.groups, ["myContacts", "Team"]);
}
