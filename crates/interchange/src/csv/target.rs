//! What a column can mean.

use std::fmt;

/// A member of a contact that is one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the person's member of that name")]
pub enum TextField {
    DisplayName,
    GivenName,
    FamilyName,
    Company,
    Title,
    Address,
    PhotoUri,
    PreferredMethod,
    Active,
}

/// A member of a contact that is a list of ways to reach the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the person's member of that name")]
pub enum List {
    Emails,
    Phones,
    SipAddresses,
    Ims,
}

/// A part of a postal address, in the order in which they are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named for what it holds")]
pub enum Part {
    Street,
    PostalCode,
    City,
    Region,
    Country,
}

/// What a column means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A text; the first column that has one counts.
    Text(TextField),
    /// A part of the address of this number, from 1. The first address that has any part becomes the contact's.
    Address(u32, Part),
    /// An entry of a list. The number, from 1, tells which columns are of one entry; 0 is an entry of its own.
    Value(List, u32, Option<String>),
    /// What the entry is for; with the number 0, that of the column before.
    Kind(List, u32),
    /// Whether the entry is the first choice: `true` or `false`.
    Primary(List, u32),
    /// Names of groups, with `;` or ` ::: ` between.
    Groups,
    /// What the file calls the person.
    Uid,
    /// The system that owns the card.
    Source,
    /// What the person is called in the system of this name.
    Key(String),
    /// Members of a [`crate::json::Person`], as JSON.
    More,
    /// Kept as it is.
    Keep,
    /// Passed over.
    Pass,
}

const TEXTS: [(&str, TextField); 9] = [
    ("displayName", TextField::DisplayName),
    ("givenName", TextField::GivenName),
    ("familyName", TextField::FamilyName),
    ("company", TextField::Company),
    ("title", TextField::Title),
    ("address", TextField::Address),
    ("photoUri", TextField::PhotoUri),
    ("preferredMethod", TextField::PreferredMethod),
    ("active", TextField::Active),
];
const LISTS: [(&str, List); 4] =
    [("emails", List::Emails), ("phones", List::Phones), ("sipAddresses", List::SipAddresses), ("ims", List::Ims)];
const PARTS: [(&str, Part); 5] = [
    ("street", Part::Street),
    ("postalCode", Part::PostalCode),
    ("city", Part::City),
    ("region", Part::Region),
    ("country", Part::Country),
];
const OTHERS: [(&str, Target); 5] = [
    ("groups", Target::Groups),
    ("uid", Target::Uid),
    ("source", Target::Source),
    ("more", Target::More),
    ("extensions.csv", Target::Keep),
];

impl Target {
    /// What a mapping may say, as a sentence.
    pub(super) const CHOICES: &str = "displayName, givenName, familyName, company, title, address, address.street, \
        address.postalCode, address.city, address.region, address.country (a second address: address.2.street), photoUri, \
        preferredMethod, active, emails, phones, sipAddresses and ims (phones.mobile, phones.2, phones.2.type, \
        phones.2.primary), groups, uid, source, keys.SYSTEM, more, extensions.csv, or null to pass over";

    /// The target of this name.
    #[must_use]
    pub fn read(name: &str) -> Option<Target> {
        if let Some((_, field)) = TEXTS.iter().find(|(known, _)| *known == name) {
            return Some(Target::Text(*field));
        }
        if let Some((_, target)) = OTHERS.iter().find(|(known, _)| *known == name) {
            return Some(target.clone());
        }
        if let Some(system) = name.strip_prefix("keys.") {
            return (!system.is_empty()).then(|| Target::Key(system.to_owned()));
        }
        let mut words = name.split('.');
        let first = words.next()?;
        let (mut number, mut word) = (0, None);
        for next in words {
            match next.parse::<u32>() {
                Ok(given) if given > 0 && number == 0 && word.is_none() => number = given,
                _ if word.is_none() && !next.is_empty() => word = Some(next),
                _ => return None,
            }
        }
        if first == "address" {
            let (_, part) = PARTS.iter().find(|(known, _)| Some(*known) == word)?;
            return Some(Target::Address(number.max(1), *part));
        }
        let (_, list) = LISTS.iter().find(|(known, _)| *known == first)?;
        Some(match word {
            Some("type") => Target::Kind(*list, number),
            Some("primary") => Target::Primary(*list, number),
            kind => Target::Value(*list, number, kind.map(str::to_owned)),
        })
    }
}

impl List {
    pub(super) fn name(self) -> &'static str {
        LISTS.iter().find(|(_, list)| *list == self).map_or("", |(name, _)| name)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: u32| if number == 0 { String::new() } else { format!(".{number}") };
        match self {
            Target::Text(field) => f.write_str(TEXTS.iter().find(|(_, known)| known == field).map_or("", |(name, _)| name)),
            Target::Address(1, part) => write!(f, "address.{}", part.name()),
            Target::Address(at, part) => write!(f, "address.{at}.{}", part.name()),
            Target::Value(list, at, kind) => {
                let kind = kind.as_ref().map(|kind| format!(".{kind}")).unwrap_or_default();
                write!(f, "{}{}{kind}", list.name(), number(*at))
            }
            Target::Kind(list, at) => write!(f, "{}{}.type", list.name(), number(*at)),
            Target::Primary(list, at) => write!(f, "{}{}.primary", list.name(), number(*at)),
            Target::Key(system) => write!(f, "keys.{system}"),
            Target::Groups => f.write_str("groups"),
            Target::Uid => f.write_str("uid"),
            Target::Source => f.write_str("source"),
            Target::More => f.write_str("more"),
            Target::Keep => f.write_str("extensions.csv"),
            Target::Pass => f.write_str("null"),
        }
    }
}

impl Part {
    fn name(self) -> &'static str {
        PARTS.iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_as_they_are_read() {
        for name in [
            "displayName",
            "active",
            "address",
            "address.city",
            "address.2.street",
            "emails",
            "emails.work",
            "phones.2",
            "phones.2.fax",
            "phones.type",
            "ims.3.type",
            "sipAddresses.1.primary",
            "keys.SAP",
            "uid",
            "more",
            "extensions.csv",
        ] {
            assert_eq!(Target::read(name).unwrap().to_string(), name);
        }
        for name in ["", "name", "emails.", "emails.0.x.y", "address.2", "keys.", "phones.work.2.x"] {
            assert_eq!(Target::read(name), None, "{name}");
        }
    }
}
