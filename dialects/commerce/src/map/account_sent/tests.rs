use serde_json::json;

use super::*;

fn read(sent: Value) -> Result<Sent> {
    let Value::Object(members) = sent else { panic!("it is an object") };
    Sent::read(&members, true, &Settings::default())
}

fn kept(sent: Value) -> Result<Value> {
    Ok(read(sent)?.extension(None, &Settings::default())?.unwrap_or_default())
}

fn code(result: Result<Value>) -> (&'static str, String) {
    let failure = result.expect_err("it is refused");
    (failure.code, failure.message)
}

#[test]
fn a_new_organization_needs_a_name() {
    for bad in [json!({}), json!({"name": " "}), json!({"name": null}), json!({"name": 5})] {
        assert_eq!(code(kept(bad)).0, "100000");
    }
    assert!(read(json!({"name": "é".repeat(254)})).is_ok());
    assert_eq!(code(kept(json!({"name": "é".repeat(255)}))).0, "00004");
}

#[test]
fn values_that_cannot_be_are_named() {
    for (name, bad) in [
        ("type", json!("firm")),
        ("customerType", json!("standard")),
        ("dunsNumber", json!("12345678")),
        ("dunsNumber", json!(123_456_789)),
        ("active", json!("true")),
        ("active", json!(null)),
        ("orderPriceLimit", json!(-1)),
        ("approvalRequired", json!(1)),
        ("authorizationCode", json!("CODE")),
        ("members", json!("bb-100001")),
        ("secondaryAddresses", json!({})),
        ("parentOrganization", json!({})),
        ("paymentMethods", json!("x")),
        ("description", json!([])),
    ] {
        let (code, message) = code(kept(json!({"name": "N", name: bad})));
        assert!(code == "100000" && message.contains(name), "{name}: {message}");
    }
}

#[test]
fn approval_needs_a_limit_wherever_it_was_said() {
    assert_eq!(code(kept(json!({"name": "N", "approvalRequired": true}))).0, "100000");
    let current = kept(json!({"name": "N", "approvalRequired": true, "orderPriceLimit": 5})).unwrap();
    let settings = Settings::default();
    let sent = Sent::read(json!({"orderPriceLimit": null}).as_object().unwrap(), false, &settings).unwrap();
    assert_eq!(sent.extension(current.as_object(), &settings).unwrap_err().code, "100000");
}

#[test]
fn what_is_not_known_is_kept_apart_and_what_is_read_only_is_passed_over() {
    let sent = json!({"name": "N", "customerId": 7, "links": [], "id": "x", "dynamicProperties": [], "type": "group"});
    assert_eq!(kept(sent).unwrap(), json!({"type": "group", "dynamicProperties": {"customerId": 7}}));
    assert!(read(json!({"name": "N", "id": "x"})).unwrap().extension(None, &Settings::default()).unwrap().is_none());
    let few = Settings { dynamic_properties: 1, ..Settings::default() };
    assert!(Sent::read(json!({"a": 1, "b": 2}).as_object().unwrap(), false, &few).is_err());
}

#[test]
fn null_takes_away_and_what_is_absent_stays() {
    let current = json!({"type": "group", "description": "d", "dynamicProperties": {"a": 1, "b": 2}, "customRoles": []});
    let settings = Settings::default();
    let sent = Sent::read(json!({"description": null, "a": null}).as_object().unwrap(), false, &settings).unwrap();
    let kept = sent.extension(current.as_object(), &settings).unwrap().unwrap();
    assert_eq!(kept, json!({"type": "group", "dynamicProperties": {"b": 2}, "customRoles": []}));
}

#[test]
fn a_parent_is_an_id_or_has_one() {
    for sent in [json!(" or-1 "), json!({"id": "or-1"}), json!({"repositoryId": "or-1"})] {
        assert_eq!(parent(&sent).unwrap(), Edit::Set("or-1".into()));
    }
    assert_eq!(parent(&Value::Null).unwrap(), Edit::Clear);
}

#[test]
fn a_contract_is_read_in_other_words_than_written() {
    let sent = json!({"displayName": "C", "catalogId": "cat", "priceListGroupId": "p", "contract_terms": {"terms": "t"}});
    let expected =
        json!({"displayName": "C", "catalog": {"repositoryId": "cat"}, "priceListGroup": {"repositoryId": "p"}, "terms": "t"});
    assert_eq!(contract(sent), expected);
    assert_eq!(contract(Value::Null), Value::Null);
}

#[test]
fn a_delegate_changes_approval_and_dynamic_properties_alone() {
    let shown = json!({"name": "N", "description": null, "type": "none"});
    let read = |sent: Value| Sent::of_delegate(sent.as_object().unwrap(), shown.as_object().unwrap(), &Settings::default());
    let sent = read(json!({"id": "or-1", "name": "N", "type": "none", "orderPriceLimit": 5, "tier": "x"})).unwrap();
    assert!(sent.name.is_none() && sent.is_about_approval() && sent.dynamic.len() == 1);
    for bad in [json!({"name": "M"}), json!({"members": []}), json!({"delegateApprovalManagement": true})] {
        assert_eq!(read(bad).unwrap_err().code, "100000");
    }
}
