//! Contacts as they are sent.

use cardfile_model::{Contact, Edit, Entry, ListEdit, Patch};
use serde_json::{Value, json};

use super::phone;
use crate::error::Failure;
use crate::settings::Settings;
use crate::wire::Node;

/// The source of what is made here: the organization's own.
const SOURCE: &str = "CH";
/// The kind of the number that this door knows.
pub const MOBILE: &str = "mobile";
/// Where what only this door knows is kept.
pub const EXTENSION: &str = "address-book";
const MOST_EMAIL_CHARS: usize = 254;
const MOST_PASSWORD_CHARS: usize = 8;

/// A whole contact as it is sent.
pub struct Lite {
    first: String,
    last: String,
    mobile: String,
    email: String,
    extension: Value,
}

impl Lite {
    /// Reads one; `field` is where it stands, with a point behind if it stands somewhere.
    ///
    /// # Errors
    /// 400 with the member that is missing or wrong.
    pub fn read(node: Node<'_>, field: &str, settings: &Settings) -> Result<Self, Failure> {
        let required = |name: &str| {
            let path = format!("{field}{name}");
            let found = node.member(name).ok_or_else(|| Failure::invalid(&path, "is required"))?;
            Ok::<_, Failure>((found.text(&path)?, path))
        };
        let ((first, first_path), (last, last_path)) = (required("FirstName")?, required("LastName")?);
        let ((mobile, mobile_path), (email, email_path)) = (required("MobilePhone")?, required("EmailAddress")?);
        check_password(node, field)?;
        let at = |name: &str| format!("{field}{name}");
        let login_type = node.member("LoginType").map(|found| found.int(&at("LoginType"))).transpose()?.unwrap_or(0);
        let validated = node.member("Validated").map(|found| found.bool(&at("Validated"))).transpose()?.unwrap_or(false);
        Ok(Lite {
            first: name(&first, &first_path, settings)?,
            last: name(&last, &last_path, settings)?,
            mobile: number(&mobile, &mobile_path)?,
            email: address(&email, &email_path)?,
            extension: json!({"LoginType": login_type, "Validated": validated}),
        })
    }

    /// A new contact.
    pub fn contact(self) -> Contact {
        let entry = |value, kind: Option<&str>| Entry { value, kind: kind.map(str::to_owned), is_primary: Some(true) };
        let mut contact = Contact {
            source: SOURCE.to_owned(),
            given_name: Some(self.first),
            family_name: Some(self.last),
            phones: vec![entry(self.mobile, Some(MOBILE))],
            emails: vec![entry(self.email, None)],
            ..Contact::default()
        };
        contact.display_name = contact.given_and_family();
        contact.extensions.insert(EXTENSION.to_owned(), self.extension);
        contact
    }

    /// The change that makes a contact so, as far as this door shows it.
    pub fn patch(self) -> Patch {
        let mut patch = Patch {
            follows_names: true,
            given_name: Edit::Set(self.first),
            family_name: Edit::Set(self.last),
            phones: vec![mobile(self.mobile)],
            emails: vec![email(Some(self.email))],
            ..Patch::default()
        };
        patch.extensions.insert(EXTENSION.to_owned(), Edit::Set(self.extension));
        patch
    }
}

/// A partial update: whose, and the change.
///
/// # Errors
/// 400 with the member that is missing or wrong, and for an update without any.
pub fn detail(node: Node<'_>, at: usize, settings: &Settings) -> Result<(i32, Patch), Failure> {
    let field = |name: &str| format!("[{at}].{name}");
    let person = node.member("PersonNumber").ok_or_else(|| Failure::invalid(&field("PersonNumber"), "is required"))?;
    let person = person.int(&field("PersonNumber"))?;
    let text = |name: &str| node.member(name).map(|found| found.text(&field(name))).transpose();
    let mut patch = Patch { follows_names: true, ..Patch::default() };
    let is_password_given = check_password(node, &format!("[{at}]."))?;
    if let Some(first) = text("FirstName")? {
        patch.given_name = Edit::Set(name(&first, &field("FirstName"), settings)?);
    }
    if let Some(last) = text("LastName")? {
        patch.family_name = Edit::Set(name(&last, &field("LastName"), settings)?);
    }
    if let Some(sent) = text("MobilePhone")? {
        patch.phones.push(mobile(number(&sent, &field("MobilePhone"))?));
    }
    if let Some(sent) = text("EmailAddress")? {
        let kept = (!sent.trim().is_empty()).then(|| address(&sent, &field("EmailAddress"))).transpose()?;
        patch.emails.push(email(kept));
    }
    if patch == (Patch { follows_names: true, ..Patch::default() }) && !is_password_given {
        return Err(Failure::invalid(&format!("[{at}]"), "names nothing to change"));
    }
    Ok((person, patch))
}

/// Lets a contact that has its display name shown as its first name keep that when it gets a last name.
pub fn keep_shown_name(patch: &mut Patch, contact: &Contact) {
    if patch.given_name.is_keep() && !patch.family_name.is_keep() && contact.given_and_family().is_none() {
        patch.given_name = contact.display_name.clone().map_or(Edit::Keep, Edit::Set);
    }
}

fn mobile(value: String) -> ListEdit {
    ListEdit::Assign { kind: Some(MOBILE.to_owned()), value: Some(value) }
}

fn email(value: Option<String>) -> ListEdit {
    ListEdit::Assign { kind: None, value }
}

fn name(text: &str, field: &str, settings: &Settings) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > settings.name_chars {
        return Err(Failure::invalid(field, format!("must have 1 to {} characters", settings.name_chars)));
    }
    Ok(text.to_owned())
}

/// A phone number in the form it is kept in.
///
/// # Errors
/// 400 for what is no international number.
pub fn number(text: &str, field: &str) -> Result<String, Failure> {
    phone::normalized(text).ok_or_else(|| Failure::invalid(field, "must be an international number: + and 7 to 15 digits"))
}

fn address(text: &str, field: &str) -> Result<String, Failure> {
    let text = text.trim();
    let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let is_parted =
        text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if !is_plain || !is_parted || text.chars().count() > MOST_EMAIL_CHARS {
        return Err(Failure::invalid(field, format!("must be an e-mail address of at most {MOST_EMAIL_CHARS} characters")));
    }
    Ok(text.to_owned())
}

/// Looks at a password and forgets it: nobody signs in with it here. Answers whether there was one.
fn check_password(node: Node<'_>, field: &str) -> Result<bool, Failure> {
    let path = format!("{field}Password");
    let Some(found) = node.member("Password") else { return Ok(false) };
    if found.text(&path)?.chars().count() > MOST_PASSWORD_CHARS {
        return Err(Failure::invalid(&path, format!("must have at most {MOST_PASSWORD_CHARS} characters")));
    }
    Ok(true)
}
