//! LDIF (RFC 2849) of people as inetOrgPerson knows them (RFC 2798).
//!
//! The `dn`, `uid` and `employeeNumber` become foreign keys of systems of these names, `entryUUID` what the file calls the person.
//! Attributes that are not understood are kept in `extensions["ldif"]` and go out again; a name with `:` at its end has values in
//! base64, which are no texts. Entries that are no people (units, groups) are refused with the rule `person`. What a value is for,
//! and whether it is the first choice, is written as options (`mail;x-home;x-primary`); a kind that is no option is left out.

mod entry;
mod write;

use std::io::Read;

use cardfile_model::{Contact, Entry, ForeignKey, Method, Violation};
use serde_json::{Map, Value};

use crate::item::{Card, Unreadable, filled};
use crate::text::{Text, is_blank};
use entry::{Attribute, attributes};
pub(crate) use write::write;

/// Where of [`Contact::extensions`] attributes are kept that are not understood.
const EXTENSION: &str = "ldif";
/// Attributes that become foreign keys.
const KEYS: [&str; 3] = ["dn", "uid", "employeenumber"];
/// Classes of entries that are people.
const PEOPLE: [&str; 8] = [
    "person",
    "inetorgperson",
    "organizationalperson",
    "residentialperson",
    "newpilotperson",
    "mozillaabpersonalpha",
    "user",
    "contact",
];

/// The length of the next entry, up to the blank line behind it. Comments before it are passed over.
pub(crate) fn cut<R: Read>(text: &mut Text<R>) -> Result<Option<usize>, Unreadable> {
    let is_version = |line: &[u8]| line.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"version:"));
    // What is indented here goes on with a comment.
    let is_passed = |line: &[u8]| is_blank(line) || line.starts_with(b"#") || line.starts_with(b" ") || is_version(line);
    text.pass_lines(is_passed)?;
    let mut end = 0;
    while let Some(next) = text.line_end(end)? {
        let line = &text.bytes()[end..next];
        // A blank at the beginning makes even a blank line part of the value before it.
        if is_blank(line) && !line.starts_with(b" ") {
            break;
        }
        end = next;
    }
    Ok((end > 0).then_some(end))
}

pub(crate) fn understand(text: &str) -> Result<Card, Vec<Violation>> {
    let attributes = attributes(text)?;
    judge(&attributes)?;
    let mut card = Card::default();
    let (mut kept, mut parts) = (Map::new(), [const { None }; 4]);
    for attribute in attributes {
        read(&mut card, &mut parts, &mut kept, attribute);
    }
    let contact = &mut card.contact;
    if contact.address.is_none() {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        contact.address = Some(parts.join(", ")).filter(|address| !address.is_empty());
    }
    if !kept.is_empty() {
        contact.extensions.insert(EXTENSION.into(), Value::Object(kept));
    }
    contact.settle_primaries();
    filled(card)
}

fn judge(attributes: &[Attribute]) -> Result<(), Vec<Violation>> {
    let refuse = |field: &str, rule, message: String| Err(vec![Violation::new(field, rule, message)]);
    if attributes.first().is_none_or(|first| first.name != "dn") {
        return refuse("dn", "ldif", "an entry begins with its dn".into());
    }
    if attributes.iter().filter(|attribute| attribute.name == "dn").count() > 1 {
        return refuse("dn", "ldif", "this is more than one entry: a blank line stands between two".into());
    }
    let change = attributes.iter().find(|attribute| attribute.name == "changetype");
    if let Some(change) = change.filter(|change| !change.is("add")) {
        let message = format!("changetype: {} is not understood; entries are taken, and changetype: add", change.text());
        return refuse("changetype", "ldif", message);
    }
    let mut classes = attributes.iter().filter(|attribute| attribute.name == "objectclass").peekable();
    if classes.peek().is_some() && !classes.any(|class| PEOPLE.iter().any(|person| class.is(person))) {
        return refuse("objectClass", "person", "this is no person: no objectClass of people is named".into());
    }
    Ok(())
}

fn read(card: &mut Card, parts: &mut [Option<String>; 4], kept: &mut Map<String, Value>, attribute: Attribute) {
    let Contact {
        display_name,
        given_name,
        family_name,
        organization,
        title,
        address,
        photo_uri,
        emails,
        phones,
        sip_addresses,
        ims,
        ..
    } = &mut card.contact;
    let Some(text) = attribute.value.as_ref().ok().filter(|text| !text.is_empty()) else { return attribute.keep(kept) };
    let member = match attribute.name.as_str() {
        "displayname" => {
            *display_name = Some(text.clone());
            return;
        }
        "cn" | "commonname" => display_name,
        "givenname" | "gn" => given_name,
        "sn" | "surname" => family_name,
        "o" | "organizationname" | "company" => organization,
        "title" => title,
        "postaladdress" => {
            address.get_or_insert_with(|| entry::postal(text));
            return;
        }
        "cardfilephoto" => photo_uri,
        "street" | "streetaddress" => &mut parts[0],
        "postalcode" => &mut parts[1],
        "l" | "locality" => &mut parts[2],
        "st" | "co" | "c" => &mut parts[3],
        "mail" | "rfc822mailbox" | "mozillasecondemail" | "mailalternateaddress" => return emails.push(attribute.entry(None)),
        "telephonenumber" => return phones.push(attribute.entry(Some("work"))),
        "mobile" | "mobiletelephonenumber" | "cellphone" => return phones.push(attribute.entry(Some("mobile"))),
        "homephone" | "hometelephonenumber" => return phones.push(attribute.entry(Some("home"))),
        "facsimiletelephonenumber" | "fax" => return phones.push(attribute.entry(Some("fax"))),
        "pager" | "pagertelephonenumber" => return phones.push(attribute.entry(Some("pager"))),
        "cardfilephone" => return phones.push(attribute.entry(None)),
        "cardfilesip" | "msrtcsip-primaryuseraddress" => return sip_addresses.push(attribute.entry(None)),
        "cardfileim" => return ims.push(attribute.entry(None)),
        "nsaimid" | "mozillanickname_aim" => return ims.push(attribute.entry(Some("aim"))),
        "entryuuid" => {
            card.uid = Some(text.clone());
            return;
        }
        "cardfilepreferredmethod" => {
            card.contact.preferred_method = method(text);
            return;
        }
        "cardfileactive" => {
            card.contact.is_inactive = attribute.is("false");
            return;
        }
        name if KEYS.contains(&name) => {
            let system = attribute.full.split(';').next().unwrap_or_default().to_owned();
            return card.contact.keys.push(ForeignKey { system, value: text.clone() });
        }
        "changetype" | "objectclass" => return,
        _ => return attribute.keep(kept),
    };
    if member.is_none() {
        *member = Some(text.clone());
    } else {
        attribute.keep(kept);
    }
}

impl Attribute {
    /// A way to reach the person, and what its options say of it.
    fn entry(&self, kind: Option<&str>) -> Entry {
        let options: Vec<&str> = self.full.split(';').skip(1).filter_map(|option| option.strip_prefix("x-")).collect();
        let is_primary = options.contains(&"primary").then_some(true);
        let said = options.iter().find(|option| **option != "primary").copied();
        Entry { value: self.text().to_owned(), kind: said.or(kind).map(str::to_owned), is_primary }
    }
}

fn method(text: &str) -> Option<Method> {
    serde_json::from_value(Value::from(text)).ok()
}

#[cfg(test)]
mod tests;
