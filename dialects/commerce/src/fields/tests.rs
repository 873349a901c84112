use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::paging::Paging;

fn one(fields: &str, exclude: &str) -> Value {
    let mut answer = json!({
        "id": "or-1",
        "name": "Harbor",
        "active": true,
        "parentOrganization": {"id": "or-0", "name": "Root"},
        "contract": null,
        "members": [{"id": "bb-1", "roles": [{"function": "admin", "id": 1}]}, {"id": "bb-2", "roles": []}],
    });
    Projection::read(Some(fields), Some(exclude)).unwrap().apply(&mut answer);
    answer
}

fn list(fields: &str, exclude: &str) -> Value {
    let items =
        vec![json!({"id": "or-1", "name": "A", "links": []}), json!({"id": "or-2", "parent": {"id": "or-1", "name": "A"}})];
    let mut list = Envelope::page(items, 2, Paging { limit: 250, offset: 0 }, "/x").sorted_by(&[("name".into(), false)]);
    Projection::read(Some(fields), Some(exclude)).unwrap().apply_to_list(&mut list);
    serde_json::to_value(list).unwrap()
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn without_names_everything_is_left() {
    for blank in ["", " ", ",, ,"] {
        assert_eq!(members(&one(blank, blank)).len(), 6, "{blank:?}");
        assert_eq!(members(&list(blank, blank)).len(), 7, "{blank:?}");
    }
}

#[test]
fn named_members_of_one_thing_are_left() {
    assert_eq!(one("id, name", ""), json!({"id": "or-1", "name": "Harbor"}));
    assert_eq!(one("parentOrganization.id,contract.id", ""), json!({"parentOrganization": {"id": "or-0"}, "contract": null}));
    let expected = json!({"members": [{"roles": [{"function": "admin"}]}, {"roles": []}]});
    assert_eq!(one("members.roles.function", ""), expected);
    assert_eq!(one("members.id,members", "")["members"][0], json!({"id": "bb-1", "roles": [{"function": "admin", "id": 1}]}));
}

#[test]
fn names_of_nothing_match_nothing() {
    for fields in ["nothing", "Name", "name.first", "id..", "."] {
        assert_eq!(one(fields, ""), json!({}), "{fields}");
    }
    assert_eq!(one("", "nothing,Name,name.first,.,id."), one("", ""));
}

#[test]
fn excluded_members_are_left_out_after_all_else() {
    let rest = one("", "members,parentOrganization.name,contract");
    assert_eq!(rest, json!({"id": "or-1", "name": "Harbor", "active": true, "parentOrganization": {"id": "or-0"}}));
    assert_eq!(one("id,members", "members.roles"), json!({"id": "or-1", "members": [{"id": "bb-1"}, {"id": "bb-2"}]}));
    assert_eq!(one("", "parentOrganization,parentOrganization.id").get("parentOrganization"), None);
}

#[test]
fn the_documented_form_names_members_of_the_envelope_too() {
    assert_eq!(list("items.name,totalResults", ""), json!({"totalResults": 2, "items": [{"name": "A"}, {}]}));
    assert_eq!(list("items.parent.id", ""), json!({"items": [{}, {"parent": {"id": "or-1"}}]}));
    assert_eq!(list("totalResults", ""), json!({"totalResults": 2}));
    assert_eq!(list("items,limit", "")["items"][1]["parent"]["name"], "A");
    assert_eq!(list("items.id,name", ""), json!({"items": [{"id": "or-1"}, {"id": "or-2"}]}));
}

#[test]
fn bare_names_leave_the_envelope_whole() {
    let answer = list("id,links", "");
    assert_eq!(members(&answer), ["items", "limit", "links", "offset", "sort", "total", "totalResults"]);
    assert_eq!(answer["items"], json!([{"id": "or-1", "links": []}, {"id": "or-2"}]));
    assert_eq!(list("parent.id", "")["items"], json!([{}, {"parent": {"id": "or-1"}}]));
    assert_eq!(list("id,totalResults", "")["items"], json!([{"id": "or-1"}, {"id": "or-2"}]));
}

#[test]
fn exclusion_from_lists_knows_both_forms() {
    let answer = list("", "items.name,items.parent.name,sort,links");
    assert_eq!(members(&answer), ["items", "limit", "offset", "total", "totalResults"]);
    assert_eq!(answer["items"], json!([{"id": "or-1", "links": []}, {"id": "or-2", "parent": {"id": "or-1"}}]));
    let answer = list("", "name,links");
    assert_eq!((members(&answer).len(), &answer["items"][0]), (7, &json!({"id": "or-1"})));
    assert_eq!(list("", "items").get("items"), None);
    assert_eq!(list("items.name,limit", "limit"), json!({"items": [{"name": "A"}, {}]}));
}

#[test]
fn names_are_bounded_in_number_and_depth() {
    let many = |count: usize| vec!["a"; count].join(",");
    assert!(Projection::read(Some(&many(MOST_NAMES)), None).is_ok());
    assert_eq!(Projection::read(None, Some(&many(MOST_NAMES + 1))).unwrap_err().parameter, "exclude");
    let deep = |parts: usize| vec!["a"; parts].join(".");
    assert!(Projection::read(Some(&deep(MOST_PARTS)), None).is_ok());
    assert!(Projection::read(Some(&deep(MOST_PARTS + 1)), None).is_err());
}

#[test]
fn only_the_id_is_kept_of_what_is_not_expanded() {
    let mut answer = json!({"id": "or-1", "name": {"id": 5}});
    keep_only_id(&mut answer);
    assert_eq!(answer, json!({"id": "or-1"}));
}

proptest! {
    #[test]
    fn fields_and_exclude_share_the_members_of_one_thing_out(names in prop::collection::vec("(id|name|active|members|x)", 1..4)) {
        let names = names.join(",");
        let (kept, rest) = (one(&names, ""), one("", &names));
        prop_assert_eq!(members(&kept).len() + members(&rest).len(), 6);
        prop_assert!(members(&kept).iter().all(|name| rest.get(name).is_none()));
    }

    #[test]
    fn no_text_makes_the_projection_panic(fields in "[a-z.,é ]{0,40}", exclude in any::<String>()) {
        let _ = (one(&fields, &exclude), list(&fields, &exclude));
    }
}
