//! What properties mean to the directory.

use cardfile_model::{Entry, Method};

use super::line::Property;

/// Properties of the directory's own.
pub(super) const PREFERRED: &str = "X-CARDFILE-PREFERRED-METHOD";
pub(super) const ACTIVE: &str = "X-CARDFILE-ACTIVE";
pub(super) const IM: &str = "X-CARDFILE-IM";

/// A member of a contact that properties tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    DisplayName,
    Names,
    Company,
    Title,
    Address,
    Photo,
    Method,
    Active,
    Emails,
    Phones,
    Sips,
    Ims,
}

/// Types that say what an address is for, in the order in which they count, and their name in the directory.
const KINDS: [(&str, &str); 10] = [
    ("FAX", "fax"),
    ("PAGER", "pager"),
    ("CELL", "mobile"),
    ("MOBILE", "mobile"),
    ("IPHONE", "mobile"),
    ("WORK", "work"),
    ("HOME", "home"),
    ("MAIN", "main"),
    ("MAIN-NUMBER", "main"),
    ("OTHER", "other"),
];
/// Types that say something else.
const OTHER_TYPES: [&str; 10] =
    ["PREF", "INTERNET", "VOICE", "X400", "MSG", "TEXT", "VIDEO", "PERSONAL", "X-INTERNET", "TEXTPHONE"];

/// What a property tells of; nothing where the directory keeps it as it is.
pub(super) fn field(property: &Property<'_>) -> Option<Field> {
    Some(match property.name.as_str() {
        "FN" => Field::DisplayName,
        "N" => Field::Names,
        "ORG" => Field::Company,
        "TITLE" => Field::Title,
        "ADR" | "LABEL" => Field::Address,
        "PHOTO" if photo(property).is_some() => Field::Photo,
        PREFERRED => Field::Method,
        ACTIVE => Field::Active,
        "EMAIL" => Field::Emails,
        "TEL" => Field::Phones,
        "X-SIP" => Field::Sips,
        "IMPP" if is_sip(&property.value) => Field::Sips,
        IM | "IMPP" | "X-AIM" | "X-ICQ" | "X-JABBER" | "X-MSN" | "X-SKYPE" | "X-YAHOO" | "X-SKYPE-USERNAME" => Field::Ims,
        _ => return None,
    })
}

/// Whether this is a SIP address with its scheme.
pub(super) fn is_sip(value: &str) -> bool {
    value.split_once(':').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips"))
}

/// Where the picture is, if it is not in the card itself.
pub(super) fn photo(property: &Property<'_>) -> Option<String> {
    let is_web = property
        .value
        .split_once("://")
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"));
    let is_inline = property.value.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"));
    let says_uri = property.params("VALUE").any(|value| value.eq_ignore_ascii_case("uri"));
    (is_web || (says_uri && !is_inline)).then(|| property.text())
}

/// A way to reach the person, and the preference told of it: a smaller number comes first.
pub(super) fn entry(property: &Property<'_>, field: Field, label: Option<&str>) -> Option<(Entry, Option<u32>)> {
    let text = property.text();
    let text = text.trim();
    let value = match field {
        Field::Phones => text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:")).map_or(text, |_| &text[4..]),
        Field::Emails => text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).map_or(text, |_| &text[7..]),
        _ => text,
    };
    if value.is_empty() {
        return None;
    }
    let types: Vec<&str> = property.params("TYPE").flat_map(|types| types.split(',')).map(str::trim).collect();
    let has = |name: &str| types.iter().any(|given| given.eq_ignore_ascii_case(name));
    let known = KINDS.iter().find(|(name, _)| has(name)).map(|(_, kind)| (*kind).to_owned());
    let own = || types.iter().find(|name| !name.is_empty() && !OTHER_TYPES.iter().any(|other| other.eq_ignore_ascii_case(name)));
    let label = label.map(|label| label.trim_start_matches("_$!<").trim_end_matches(">!$_"));
    let label = label.filter(|label| !label.is_empty());
    let of_label = label.map(|label| {
        let known = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(label));
        known.map_or_else(|| label.to_owned(), |(_, kind)| (*kind).to_owned())
    });
    let of_name =
        || property.name.strip_prefix("X-").filter(|_| field == Field::Ims && property.name != IM).map(str::to_ascii_lowercase);
    let kind = of_label.or(known).or_else(|| own().map(|kind| plain(kind))).or_else(of_name);
    let preference = property.params("PREF").find_map(|pref| pref.parse().ok()).or(has("PREF").then_some(1));
    Some((Entry { value: value.to_owned(), kind, is_primary: None }, preference))
}

/// A type as it is called here: what is all in capitals is so by an old habit only.
fn plain(kind: &str) -> String {
    if kind.chars().any(char::is_lowercase) { kind.to_owned() } else { kind.to_lowercase() }
}

/// A way of reaching the person by its name here.
pub(super) fn method(text: &str) -> Option<Method> {
    match text.trim().to_ascii_lowercase().as_str() {
        "sip" => Some(Method::Sip),
        "email" => Some(Method::Email),
        "phone" => Some(Method::Phone),
        "im" => Some(Method::Im),
        _ => None,
    }
}

/// What a way of reaching the person is called here.
pub(super) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Sip => "sip",
        Method::Email => "email",
        Method::Phone => "phone",
        Method::Im => "im",
    }
}
