//! What a contact, a group or an organization must be, one function per rule.

use serde::{Deserialize, Serialize};

use crate::claim::Claim;
use crate::contact::{Contact, Entry};
use crate::organization::Organization;

/// A broken rule: where, which, and a sentence a person can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path of the member in the model's words, such as `emails[2].value`; a dialect renames it for its callers.
    pub field: String,
    /// The rule's name.
    pub rule: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

/// How much of everything there may be. Each has a default, and a setting of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Characters of a text such as a name, a title or an address entry.
    pub text_chars: usize,
    /// Characters of a postal address.
    pub address_chars: usize,
    /// Entries of a list of e-mail addresses, phone numbers, SIP or messaging addresses.
    pub list_entries: usize,
    /// Groups a contact is shown to.
    pub shared_groups: usize,
    /// Organizations a contact belongs to.
    pub memberships: usize,
    /// Roles of a contact in one organization.
    pub membership_roles: usize,
    /// Writes of one batch, ids of one bulk delete.
    pub batch_items: usize,
    /// People whom one patch changes in one transaction.
    pub revised_people: u32,
    /// People who are merged into another at once, and whom one card holds in the end.
    pub merged_people: usize,
    /// Sources that tell of one contact.
    pub claim_sources: usize,
    /// Plans of one tenant that are kept at once.
    pub tenant_plans: u32,
    /// Jobs of one tenant that are kept at once, those that have ended included.
    pub tenant_jobs: u32,
    /// Members named in one request on a group.
    pub group_edits: usize,
    /// People of one tenant, those in the trash included.
    pub tenant_people: u32,
    /// Groups of one tenant.
    pub tenant_groups: u32,
    /// Notes of one organization on one shelf, such as numbers that opted out.
    pub shelf_notes: u32,
    /// Bytes of what dialects keep with an organization, as JSON.
    pub organization_bytes: usize,
    /// Organizations of one tenant.
    pub tenant_organizations: u32,
    /// Levels of organizations below the root.
    pub organization_depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            text_chars: 1024,
            address_chars: 2048,
            list_entries: 20,
            shared_groups: 100,
            memberships: 1000,
            membership_roles: 100,
            batch_items: 1000,
            revised_people: 10_000,
            merged_people: 100,
            claim_sources: 20,
            tenant_plans: 10_000,
            tenant_jobs: 1_000,
            group_edits: 500,
            tenant_people: 10_000_000,
            tenant_groups: 100_000,
            shelf_notes: 1_000_000,
            organization_bytes: 256 * 1024,
            tenant_organizations: 100_000,
            organization_depth: 15,
        }
    }
}

impl Violation {
    /// A broken rule.
    pub fn new(field: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Violation { field: field.into(), rule, message: message.into() }
    }
}

impl Contact {
    /// Every rule this contact breaks: first what its source asks for, then entries, then limits.
    #[must_use]
    pub fn violations(&self, limits: &Limits) -> Vec<Violation> {
        let mut found = Vec::new();
        self.check_source(&mut found);
        for (name, list) in
            [("emails", &self.emails), ("phones", &self.phones), ("sip_addresses", &self.sip_addresses), ("ims", &self.ims)]
        {
            check_list(name, list, limits, &mut found);
        }
        self.check_texts(limits, &mut found);
        if self.shared_with.len() > limits.shared_groups {
            found.push(too_many("shared_with", limits.shared_groups, "groups"));
        }
        self.check_memberships(limits, &mut found);
        if self.formers.len() > limits.merged_people {
            found.push(too_many("formers", limits.merged_people, "people"));
        }
        if Claim::sources_of(self) > limits.claim_sources {
            found.push(too_many("claims", limits.claim_sources, "sources"));
        }
        found
    }

    fn check_memberships(&self, limits: &Limits, found: &mut Vec<Violation>) {
        if self.memberships.len() > limits.memberships {
            found.push(too_many("memberships", limits.memberships, "organizations"));
        }
        for (at, membership) in self.memberships.iter().enumerate() {
            if self.memberships[..at].iter().any(|other| other.organization == membership.organization) {
                found.push(Violation::new(format!("memberships[{at}]"), "once", "an organization stands here once"));
            }
            if membership.roles.len() > limits.membership_roles {
                found.push(too_many(&format!("memberships[{at}].roles"), limits.membership_roles, "roles"));
            }
            for role in &membership.roles {
                check_length(&format!("memberships[{at}].roles"), Some(role), limits.text_chars, found);
                check_text(&format!("memberships[{at}].roles"), Some(role), found);
            }
        }
    }

    /// Control Hub (`CH`) wants a way to reach the person, `Webex4Broadworks` a name; other sources ask for nothing.
    fn check_source(&self, found: &mut Vec<Violation>) {
        match self.source.as_str() {
            "CH" if self.phones.is_empty() && self.emails.is_empty() && self.sip_addresses.is_empty() => {
                let message = "a contact of source CH needs at least one phone number, e-mail or SIP address";
                found.push(Violation::new("phones", "reachable", message));
            }
            "Webex4Broadworks" if self.display_name.as_deref().is_none_or(|name| name.trim().is_empty()) => {
                found.push(Violation::new("display_name", "named", "a contact of source Webex4Broadworks needs a display name"));
            }
            _ => {}
        }
    }

    fn check_texts(&self, limits: &Limits, found: &mut Vec<Violation>) {
        let texts = [
            ("display_name", &self.display_name),
            ("given_name", &self.given_name),
            ("family_name", &self.family_name),
            ("organization", &self.organization),
            ("title", &self.title),
            ("photo_uri", &self.photo_uri),
        ];
        for (name, text) in texts {
            check_length(name, text.as_deref(), limits.text_chars, found);
        }
        check_length("source", Some(&self.source), limits.text_chars, found);
        check_text("source", Some(&self.source), found);
        check_length("address", self.address.as_deref(), limits.address_chars, found);
        for key in &self.keys {
            check_length("keys", Some(&key.system), limits.text_chars, found);
            check_length("keys", Some(&key.value), limits.text_chars, found);
        }
    }
}

/// A group's name: not blank, not too long.
#[must_use]
pub(crate) fn group_name(name: &str, limits: &Limits) -> Vec<Violation> {
    let mut found = Vec::new();
    if name.trim().is_empty() {
        found.push(Violation::new("name", "named", "a group needs a name that is not blank"));
    }
    check_length("name", Some(name), limits.text_chars, &mut found);
    check_text("name", Some(name), &mut found);
    found
}

impl Limits {
    /// Every rule a group's name and description break.
    #[must_use]
    pub fn group_violations(&self, name: Option<&str>, description: Option<&str>) -> Vec<Violation> {
        let mut found = name.map(|name| group_name(name, self)).unwrap_or_default();
        check_length("description", description, self.address_chars, &mut found);
        check_text("description", description, &mut found);
        found
    }
}

impl Organization {
    /// Every rule this organization breaks, but for those that need the others to be judged.
    #[must_use]
    pub fn violations(&self, limits: &Limits) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.name.trim().is_empty() {
            found.push(Violation::new("name", "named", "an organization needs a name that is not blank"));
        }
        check_length("name", Some(&self.name), limits.text_chars, &mut found);
        check_length("country", self.country.as_deref(), limits.text_chars, &mut found);
        check_text("name", Some(&self.name), &mut found);
        check_text("country", self.country.as_deref(), &mut found);
        let most = limits.organization_bytes;
        if !self.extensions.is_empty() && serde_json::to_vec(&self.extensions).is_ok_and(|bytes| bytes.len() > most) {
            found.push(Violation::new("extensions", "length", format!("at most {most} bytes are kept here")));
        }
        found
    }
}

fn check_list(name: &str, list: &[Entry], limits: &Limits, found: &mut Vec<Violation>) {
    if list.len() > limits.list_entries {
        found.push(too_many(name, limits.list_entries, "entries"));
    }
    for (at, entry) in list.iter().enumerate() {
        if entry.value.is_empty() {
            found.push(Violation::new(format!("{name}[{at}].value"), "filled", "a value must not be empty"));
        }
        if entry.value.len() > limits.text_chars || entry.kind.as_ref().is_some_and(|kind| kind.len() > limits.text_chars) {
            check_length(&format!("{name}[{at}].value"), Some(&entry.value), limits.text_chars, found);
            check_length(&format!("{name}[{at}].type"), entry.kind.as_deref(), limits.text_chars, found);
        }
    }
}

fn check_length(field: &str, text: Option<&str>, chars: usize, found: &mut Vec<Violation>) {
    let Some(text) = text else { return };
    if text.len() > chars && text.chars().count() > chars {
        found.push(Violation::new(field, "length", format!("at most {chars} characters are kept here")));
    }
}

/// What is no part of a card's document must do without a character that not every store can keep in a text.
fn check_text(field: &str, text: Option<&str>, found: &mut Vec<Violation>) {
    if text.is_some_and(|text| text.contains('\0')) {
        found.push(Violation::new(field, "text", "the character U+0000 is not kept here"));
    }
}

fn too_many(field: &str, most: usize, what: &str) -> Violation {
    Violation::new(field, "count", format!("at most {most} {what} are kept here"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::Membership;

    fn reachable() -> Contact {
        let phones = vec![Entry { value: "1".into(), ..Entry::default() }];
        Contact { source: "CH".into(), phones, ..Contact::default() }
    }

    fn rules(contact: &Contact) -> Vec<(String, &'static str)> {
        contact.violations(&Limits::default()).into_iter().map(|found| (found.field, found.rule)).collect()
    }

    #[test]
    fn a_control_hub_contact_needs_a_way_to_be_reached_and_messaging_does_not_count() {
        let mut contact = reachable();
        assert_eq!(rules(&contact), []);
        contact.ims = std::mem::take(&mut contact.phones);
        assert_eq!(rules(&contact), [("phones".into(), "reachable")]);
    }

    #[test]
    fn a_broadworks_contact_needs_a_name_that_is_not_blank() {
        let contact = Contact { source: "Webex4Broadworks".into(), display_name: Some("  ".into()), ..Contact::default() };
        assert_eq!(rules(&contact), [("display_name".into(), "named")]);
    }

    #[test]
    fn every_limit_holds_at_its_edge_and_breaks_past_it() {
        let limits = Limits::default();
        let mut contact = reachable();
        contact.title = Some("é".repeat(limits.text_chars));
        contact.address = Some("é".repeat(limits.address_chars));
        contact.phones = vec![contact.phones[0].clone(); limits.list_entries];
        contact.shared_with = vec![uuid::Uuid::nil(); limits.shared_groups];
        contact.memberships = (1..).take(limits.memberships).map(Membership::plain).collect();
        contact.memberships[0].roles = vec!["é".repeat(limits.text_chars); limits.membership_roles];
        assert_eq!(rules(&contact), []);

        contact.title.as_mut().unwrap().push('x');
        contact.address.as_mut().unwrap().push('x');
        contact.phones.push(Entry { value: "x".repeat(limits.text_chars + 1), ..Entry::default() });
        contact.shared_with.push(uuid::Uuid::nil());
        contact.memberships[0].roles.push("x".repeat(limits.text_chars + 1));
        contact.memberships.push(Membership::plain(0));
        let broken: Vec<String> = rules(&contact).into_iter().map(|(field, _)| field).collect();
        assert_eq!(
            broken,
            [
                "phones",
                "phones[20].value",
                "title",
                "address",
                "shared_with",
                "memberships",
                "memberships[0].roles",
                "memberships[0].roles"
            ]
        );
    }

    #[test]
    fn a_blank_group_name_is_refused() {
        assert_eq!(Limits::default().group_violations(Some(" \t"), None)[0].rule, "named");
        assert_eq!(Limits::default().group_violations(Some("Quay"), None), []);
    }
    #[test]
    fn the_limits_of_an_organization_hold_at_their_edge_and_break_past_it() {
        let limits = Limits::default();
        let mut organization = crate::organization::tests::organization(2, &"é".repeat(limits.text_chars));
        // {"d":"…"} has eight bytes besides.
        let text = |bytes: usize| serde_json::Value::from("x".repeat(bytes - 8));
        organization.extensions.insert("d".into(), text(limits.organization_bytes));
        assert_eq!(organization.violations(&limits), []);
        organization.name.push('x');
        organization.extensions.insert("d".into(), text(limits.organization_bytes + 1));
        let broken: Vec<_> = organization.violations(&limits).into_iter().map(|found| (found.field, found.rule)).collect();
        assert_eq!(broken, [("name".to_owned(), "length"), ("extensions".to_owned(), "length")]);
        organization.name = " \t".into();
        assert_eq!(organization.violations(&limits)[0].rule, "named");
    }

    #[test]
    fn a_character_that_not_every_store_can_keep_is_refused_outside_of_documents() {
        let limits = Limits::default();
        let rules = |found: Vec<Violation>| found.into_iter().map(|violation| violation.rule).collect::<Vec<_>>();
        assert_eq!(rules(limits.group_violations(Some("a\0"), Some("\0"))), ["text", "text"]);
        assert_eq!(rules(limits.group_violations(Some("a"), None)), Vec::<&str>::new());
        let contact = Contact { source: "a\0".into(), title: Some("\0".into()), ..Contact::default() };
        assert_eq!(rules(contact.violations(&limits)), ["text"]);
    }
}
