//! How an organization changes, and what takes that back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::organization::{Organization, OrganizationId};
use crate::patch::Edit;

/// A change to an organization: only what is named changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrganizationPatch {
    /// What it is called from now on.
    pub name: Option<String>,
    /// Whether it does business.
    pub is_active: Option<bool>,
    /// The organization it moves under, with all that is below it.
    pub parent: Option<OrganizationId>,
    /// The country its phone numbers are dialled in.
    pub country: Edit<String>,
    /// What one dialect alone knows, by the dialect's name: the whole of it.
    pub extensions: BTreeMap<String, Edit<Value>>,
    /// Whether no other organization under the same parent may have the name, folded, that this one has by a new name or a new
    /// parent.
    pub has_unique_name: bool,
}

impl OrganizationPatch {
    /// Changes what is named. The root gets a parent if one is named: it is for the store to refuse that.
    pub fn apply(self, organization: &mut Organization) {
        let OrganizationPatch { name, is_active, parent, country, extensions, has_unique_name: _ } = self;
        if let Some(name) = name {
            organization.name = name;
        }
        if let Some(is_active) = is_active {
            organization.is_active = is_active;
        }
        if parent.is_some() {
            organization.parent = parent;
        }
        country.apply(&mut organization.country);
        for (dialect, edit) in extensions {
            match edit {
                Edit::Keep => {}
                Edit::Clear => drop(organization.extensions.remove(&dialect)),
                Edit::Set(value) => drop(organization.extensions.insert(dialect, value)),
            }
        }
    }
}

/// What of an organization changed, before and after: what the log keeps to take the change back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each member is the organization's member of that name")]
pub struct OrganizationTurn {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<(bool, bool)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<(Option<OrganizationId>, Option<OrganizationId>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<(Option<String>, Option<String>)>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, (Option<Value>, Option<Value>)>,
    /// Whether the name had to be unique; it has to be when this is taken back, too.
    pub has_unique_name: bool,
}

impl OrganizationTurn {
    /// What changed from one to the other.
    #[must_use]
    pub fn between(before: &Organization, after: &Organization, has_unique_name: bool) -> Self {
        let dialects = before.extensions.keys().chain(after.extensions.keys());
        let extension = |dialect: &String| {
            let values = (before.extensions.get(dialect).cloned(), after.extensions.get(dialect).cloned());
            (values.0 != values.1).then(|| (dialect.clone(), values))
        };
        OrganizationTurn {
            name: turned(&before.name, &after.name),
            is_active: turned(&before.is_active, &after.is_active),
            parent: turned(&before.parent, &after.parent),
            country: turned(&before.country, &after.country),
            extensions: dialects.filter_map(extension).collect(),
            has_unique_name,
        }
    }

    /// What changed when an organization was made: it did no business before. `None` for one whose making is not taken back: the root,
    /// and one that does no business from the beginning.
    #[must_use]
    pub fn made(organization: &Organization) -> Option<Self> {
        let does_business = organization.is_active && organization.number != Organization::ROOT;
        does_business.then(|| OrganizationTurn { is_active: Some((false, true)), ..OrganizationTurn::default() })
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == OrganizationTurn { has_unique_name: self.has_unique_name, ..OrganizationTurn::default() }
    }

    /// Makes an organization what it was before. Answers whether all was as the change left it; what is otherwise since stays.
    #[must_use]
    pub fn take_back(&self, organization: &mut Organization) -> bool {
        let mut is_whole = back(self.name.as_ref(), &mut organization.name);
        is_whole &= back(self.is_active.as_ref(), &mut organization.is_active);
        is_whole &= back(self.parent.as_ref(), &mut organization.parent);
        is_whole &= back(self.country.as_ref(), &mut organization.country);
        for (dialect, (before, after)) in &self.extensions {
            if organization.extensions.get(dialect) != after.as_ref() {
                is_whole = false;
            } else if let Some(before) = before {
                organization.extensions.insert(dialect.clone(), before.clone());
            } else {
                organization.extensions.remove(dialect);
            }
        }
        is_whole
    }
}

fn turned<T: Clone + PartialEq>(before: &T, after: &T) -> Option<(T, T)> {
    (before != after).then(|| (before.clone(), after.clone()))
}

fn back<T: Clone + PartialEq>(turn: Option<&(T, T)>, member: &mut T) -> bool {
    let Some((before, after)) = turn else { return true };
    let is_as_left = member == after;
    if is_as_left {
        member.clone_from(before);
    }
    is_as_left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::tests::organization;

    #[test]
    fn a_patch_changes_what_it_names_and_is_taken_back() {
        let mut before = organization(2, "Ropewalk");
        before.country = Some("NO".into());
        before.extensions.insert("one".into(), 1.into());
        let mut after = before.clone();
        let extensions = [("one", Edit::Clear), ("two", Edit::Set(2.into())), ("three", Edit::Keep)];
        let patch = OrganizationPatch {
            name: Some("Quay".into()),
            is_active: Some(false),
            parent: Some(organization(3, "").id),
            country: Edit::Clear,
            extensions: extensions.map(|(dialect, edit)| (dialect.to_owned(), edit)).into(),
            has_unique_name: false,
        };
        patch.apply(&mut after);
        assert_eq!((after.name.as_str(), after.is_active, &after.country), ("Quay", false, &None));
        assert_eq!(after.extensions, BTreeMap::from([("two".to_owned(), Value::from(2))]));
        let turn = OrganizationTurn::between(&before, &after, false);
        let text = serde_json::to_string(&turn).unwrap();
        let turn: OrganizationTurn = serde_json::from_str(&text).unwrap();
        assert!(turn.take_back(&mut after));
        assert_eq!(after, before);
        assert!(OrganizationTurn::between(&before, &after, true).is_empty());
    }

    #[test]
    fn what_is_otherwise_since_stays_when_a_change_is_taken_back() {
        let before = organization(2, "Ropewalk");
        let mut after = before.clone();
        (after.name, after.is_active) = ("Quay".into(), false);
        let turn = OrganizationTurn::between(&before, &after, false);
        after.name = "Mill".into();
        assert!(!turn.take_back(&mut after));
        assert_eq!((after.name.as_str(), after.is_active), ("Mill", true));
    }
}
