use cardfile_model::OrganizationId;
use jiff::Timestamp;
use uuid::Uuid;

use super::*;

fn account() -> Organization {
    Organization {
        id: OrganizationId(Uuid::from_u128(2)),
        number: 2,
        parent: None,
        name: "Harbor".into(),
        country: None,
        is_locked: false,
        is_active: true,
        revision: 1,
        created: Timestamp::UNIX_EPOCH,
        modified: Timestamp::UNIX_EPOCH,
        extensions: [(EXTENSION.to_owned(), json!({"description": "tools"}))].into(),
    }
}

fn draft(sent: &Value) -> Result<Vec<Value>> {
    Draft::read(sent.as_object().unwrap()).map(|draft| draft.rights)
}

fn put(account: &mut Organization, name: &str, most: usize) -> Result<u32> {
    let sent = json!({"name": name});
    let (place, own) = Draft::read(sent.as_object().unwrap())?.put(account, &CUSTOM, most)?;
    account.extensions.insert(EXTENSION.into(), own.into());
    Ok(place)
}

#[test]
fn places_are_counted_up_and_never_given_again() {
    let mut account = account();
    assert_eq!((put(&mut account, "One", 9).unwrap(), put(&mut account, "Two", 9).unwrap()), (100, 101));
    account.extensions.get_mut(EXTENSION).unwrap()[role::CUSTOM_ROLES] = json!([]);
    assert_eq!(put(&mut account, "Two", 9).unwrap(), 102);
    assert_eq!(map::organization::member(&account, "description"), "tools");
    account.extensions.get_mut(EXTENSION).unwrap()[CUSTOM.next] = 1000.into();
    assert_eq!(put(&mut account, "Late", 9).unwrap_err().code, "100000");
}

#[test]
fn names_are_unique_in_any_case_and_roles_bounded() {
    let mut account = account();
    put(&mut account, "Clérk", 2).unwrap();
    for taken in ["CLERK", " clérk ", "administrator"] {
        assert_eq!(put(&mut account, taken, 2).unwrap_err().code, "100000", "{taken}");
    }
    put(&mut account, "Porter", 2).unwrap();
    assert_eq!(put(&mut account, "Third", 2).unwrap_err().code, "100000");
}

#[test]
fn roles_of_none_have_places_and_names_of_their_own() {
    let mut home = account();
    put(&mut home, "Auditor", 9).unwrap();
    for (name, place) in [("Auditor", Some(1)), ("Administrator", Some(2)), ("AUDITOR", None)] {
        let sent = json!({"name": name});
        let put = Draft::read(sent.as_object().unwrap()).unwrap().put(&home, &GLOBAL, 9);
        assert_eq!(put.as_ref().ok().map(|(place, _)| *place), place, "{name}");
        home.extensions.extend(put.ok().map(|(_, own)| (EXTENSION.to_owned(), own.into())));
    }
    assert_eq!(role::custom_roles(&home).count(), 1);
}

#[test]
fn what_is_no_role_is_refused() {
    for (sent, code) in [
        (json!({}), "100000"),
        (json!({"name": " "}), "100000"),
        (json!({"name": "x", "function": "buyer"}), "100000"),
        (json!({"name": "x", "description": 5}), "100000"),
        (json!({"name": "x", "accessRights": {}}), "100000"),
        (json!({"name": "x", "accessRights": [{}]}), "100000"),
        (json!({"name": "x", "accessRights": vec!["r"; MOST_RIGHTS + 1]}), "100000"),
        (json!({"name": "x".repeat(MOST_NAME_CHARS + 1)}), "00004"),
    ] {
        assert_eq!(draft(&sent).unwrap_err().code, code, "{sent}");
    }
    let rights = draft(&json!({"name": "x", "accessRights": [{"repositoryId": "a"}, "b"]})).unwrap();
    assert_eq!(rights, [json!({"repositoryId": "a"}), json!({"repositoryId": "b"})]);
}
