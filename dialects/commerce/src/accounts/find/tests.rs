use cardfile_model::{Organization, OrganizationId};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::query;

const HOME: u32 = 1;

fn account(number: u32, name: &str, own: Value) -> Organization {
    Organization {
        id: OrganizationId(Uuid::from_u128(number.into())),
        number,
        parent: Some(OrganizationId(Uuid::from_u128(HOME.into()))),
        name: name.into(),
        country: None,
        is_locked: false,
        is_active: number != 4,
        revision: 1,
        created: Timestamp::UNIX_EPOCH,
        modified: Timestamp::UNIX_EPOCH,
        extensions: [(EXTENSION.to_owned(), own)].into(),
    }
}

/// The numbers of the accounts that a text finds; account 3 is under account 2.
fn found(text: &str) -> Result<Vec<u32>, String> {
    let expression = query::parse(text).expect("it can be read").expect("it asks for something");
    let by_id = |id: &str| ids::read_account(id).filter(|number| (2..=4).contains(number));
    let people = BTreeMap::from([(7, BTreeSet::from([2, 4]))]);
    let filter = read(&expression, &Known { home: HOME, account: &by_id, people }).map_err(|failure| {
        assert_eq!(failure.code, "100070");
        failure.message
    })?;
    let accounts = [
        account(2, "Harbor Tools", json!({"type": "company", "approvalRequired": true, "orderPriceLimit": 100})),
        account(3, "Pine Supply", json!({"dynamicProperties": {"tier": "Gold"}, "dunsNumber": "123456789"})),
        account(4, "Dormant Ltd", json!({"type": null, "description": "asleep"})),
    ];
    let parent = |number: u32| Some(if number == 3 { 2 } else { HOME });
    Ok(accounts.iter().filter(|one| filter.finds(one, parent(one.number))).map(|one| one.number).collect())
}

#[test]
fn accounts_are_found_by_what_they_are() {
    for (text, expected) in [
        ("name co \"PINE\"", &[3][..]),
        ("name ne \"pine supply\" and active eq true", &[2]),
        ("active EQ \"False\"", &[4]),
        ("id eq \"or-100002\" OR repositoryId eq \"or-100004\"", &[2, 4]),
        ("id eq \"or-100009\"", &[]),
        ("parentOrganization eq \"or-100002\"", &[3]),
        ("parentOrganization.id ne \"or-100002\"", &[2, 4]),
        ("parentOrganization eq null", &[2, 4]),
        ("parentOrganization pr", &[3]),
        ("members eq \"bb-100007\"", &[2, 4]),
        ("members.id eq \"bb-100008\"", &[]),
        ("dunsNumber sw \"123\"", &[3]),
        ("orderPriceLimit ge 100", &[2]),
        ("description pr", &[4]),
        ("dynamicProperties.tier eq \"gold\"", &[3]),
    ] {
        assert_eq!(found(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_nobody_spoke_of_has_its_standard_value() {
    for (text, expected) in [
        ("type eq \"none\"", &[3, 4][..]),
        ("type ne \"none\"", &[2]),
        ("type sw \"no\"", &[3, 4]),
        ("type pr", &[2, 3, 4]),
        ("type eq null", &[]),
        ("approvalRequired eq false", &[3, 4]),
        ("approvalRequired eq true", &[2]),
    ] {
        assert_eq!(found(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_known_or_makes_no_sense_is_named() {
    for (text, name) in [
        ("zz eq 1", "zz is not known"),
        ("contract pr", "contract is not known"),
        ("name.first eq \"x\"", "name.first is not known"),
        ("dynamicProperties eq \"x\"", "dynamicProperties is not known"),
        ("active gt \"x\"", "active cannot"),
        ("active eq \"maybe\"", "active cannot"),
        ("name eq 5", "name cannot"),
        ("id co \"or\"", "id cannot"),
        ("members pr", "members cannot"),
        ("orderPriceLimit co \"1\"", "orderPriceLimit cannot"),
        ("parentOrganization co \"or\"", "parentOrganization cannot"),
    ] {
        let message = found(text).expect_err(text);
        assert!(message.contains(name), "{text}: {message}");
    }
}

#[test]
fn lists_are_sorted_by_name_unless_told() {
    let keys = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), true)).collect::<Vec<_>>();
    assert_eq!(orders(&[]).unwrap(), [(OrganizationField::Name, false)]);
    let expected = [(OrganizationField::Number, true), (extension(&["type"]), true), (extension(&[DYNAMIC, "tier"]), true)];
    assert_eq!(orders(&keys(&["id", "type", "dynamicProperties.tier"])).unwrap(), expected);
    for bad in ["members", "contract", "dynamicProperties.", "zz"] {
        assert_eq!(orders(&keys(&[bad])).unwrap_err().code, "10002", "{bad}");
    }
}
