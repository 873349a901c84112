use serde_json::json;

use super::*;

fn sent(kind: &str, more: &Value) -> Sent {
    let mut address =
        json!({"address1": "1 Quay", "city": "Oslo", "postalCode": "0150", "country": "NO", "companyName": "Harbor"});
    for (name, value) in more.as_object().expect("it is an object") {
        address[name] = value.clone();
    }
    Sent::read(&json!({"addressType": kind, "address": address})).expect("it can be read")
}

fn none() -> Addresses {
    Addresses::of(&Map::new())
}

fn message(result: Result<()>) -> String {
    let failure = result.expect_err("it is refused");
    assert_eq!(failure.code, "100000");
    failure.message
}

#[test]
fn the_first_missing_member_is_named() {
    let mut addresses = none();
    for name in REQUIRED {
        for value in [Value::Null, json!(" ")] {
            let told = message(addresses.add(&sent("HQ", &json!({name: value, "companyName": " "})), 9));
            let expected = if name == "companyName" { "companyName" } else { name };
            assert!(told.contains(expected), "{told}");
            addresses = none();
        }
    }
    assert!(message(none().add(&Sent::read(&json!({"address": {}})).unwrap(), 9)).contains("addressType"));
}

#[test]
fn ids_are_never_used_again() {
    let mut addresses = none();
    addresses.add(&sent("A", &json!({"repositoryId": "ci-5"})), 9).unwrap();
    addresses.add(&sent("B", &json!({})), 9).unwrap();
    addresses.remove("ci-100002").unwrap();
    let mut own = Map::new();
    addresses.keep(&mut own);
    let mut addresses = Addresses::of(&own);
    addresses.add(&sent("B", &json!({})), 9).unwrap();
    assert_eq!(addresses.list.iter().filter_map(id).collect::<Vec<_>>(), ["ci-100001", "ci-100003"]);
    assert!(message(addresses.remove("ci-100002")).contains("ci-100002"));
}

#[test]
fn one_address_at_most_is_a_default() {
    let mut addresses = none();
    addresses.add(&sent("A", &json!({"isDefaultBillingAddress": true, "isDefaultShippingAddress": true})), 9).unwrap();
    addresses.add(&sent("B", &json!({"isDefaultBillingAddress": true})), 9).unwrap();
    let flags = |at: usize| DEFAULTS.map(|name| addresses.list[at]["address"][name].clone());
    assert_eq!((flags(0), flags(1)), ([json!(false), json!(true)], [json!(true), json!(false)]));
}

#[test]
fn a_type_is_there_once_and_the_list_is_bounded() {
    let mut addresses = none();
    addresses.add(&sent("A", &json!({})), 2).unwrap();
    addresses.add(&sent("B", &json!({})), 2).unwrap();
    assert!(message(addresses.change("ci-100002", &sent(" A ", &json!({})))).contains("type A"));
    assert!(message(addresses.add(&sent("C", &json!({})), 2)).contains("at most 2"));
    addresses.change("ci-100002", &sent("B", &json!({"city": "Bergen", "state": "V"}))).unwrap();
    assert_eq!(addresses.list[1]["address"]["city"], "Bergen");
}

#[test]
fn a_whole_list_keeps_what_it_names() {
    let mut addresses = none();
    addresses.add(&sent("A", &json!({"externalAddressId": "x"})), 9).unwrap();
    addresses.add(&sent("B", &json!({})), 9).unwrap();
    let list = [sent("C", &json!({})), sent("B", &json!({"repositoryId": "ci-100001"}))];
    addresses.replace(&list, 9).unwrap();
    assert_eq!(addresses.list.iter().filter_map(id).collect::<Vec<_>>(), ["ci-100003", "ci-100001"]);
    assert_eq!(addresses.list[1]["address"]["externalAddressId"], "x");
    addresses.replace(&[], 9).unwrap();
    assert!(addresses.list.is_empty());
}

#[test]
fn members_of_another_kind_are_refused() {
    for bad in [
        json!([]),
        json!({"addressType": 5}),
        json!({"addressType": " "}),
        json!({"address": "x"}),
        json!({"address": {"city": 5}}),
        json!({"address": {"isDefaultBillingAddress": "true"}}),
    ] {
        assert_eq!(Sent::read(&bad).unwrap_err().code, "100000", "{bad}");
    }
}
