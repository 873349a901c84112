//! A contact as an entry.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cardfile_model::{Contact, Entry, Record};
use serde_json::Value;

use super::{EXTENSION, KEYS};

/// Characters of a line before it is folded.
const LINE_CHARS: usize = 76;

/// A contact as an entry and the blank line behind it. Who owns it and where the person belongs is not told.
pub(crate) fn write(record: &Record, out: &mut Vec<u8>) {
    let Contact {
        source: _,
        display_name,
        given_name,
        family_name,
        organization,
        title,
        address,
        photo_uri,
        preferred_method,
        emails,
        phones,
        sip_addresses,
        ims,
        shared_with: _,
        memberships: _,
        is_inactive,
        keys,
        formers: _,
        extensions,
    } = &record.contact;
    let key = |name: &str| -> Vec<&str> {
        let of_name = keys.iter().filter(|key| key.system.eq_ignore_ascii_case(name));
        of_name.map(|key| key.value.as_str()).collect()
    };
    let dn = key("dn").first().map_or_else(|| format!("uid={}", record.id), |dn| (*dn).to_owned());
    line("dn", &dn, out);
    line("objectClass", "inetOrgPerson", out);
    line("entryUUID", &record.id.to_string(), out);
    for name in KEYS.iter().skip(1) {
        for value in key(name) {
            line(name, value, out);
        }
    }
    let address = address.as_ref().map(|address| {
        let lines: Vec<String> = address.split('\n').map(|line| line.trim().replace('\\', "\\5C").replace('$', "\\24")).collect();
        lines.join("$")
    });
    let method = preferred_method.and_then(|method| serde_json::to_value(method).ok());
    let method = method.as_ref().and_then(Value::as_str).map(str::to_owned);
    // A common name and a last name are what every person of LDAP has.
    let named = record.contact.name_or_email().or_else(|| organization.clone()).unwrap_or_else(|| record.id.to_string());
    if display_name.is_some() {
        line("cn", &named, out);
    }
    let active = is_inactive.then(|| "false".to_owned());
    for (name, text) in [
        ("displayName", display_name),
        ("givenName", given_name),
        ("sn", family_name),
        ("o", organization),
        ("title", title),
        ("postalAddress", &address),
        ("cardfilePhoto", photo_uri),
        ("cardfilePreferredMethod", &method),
        ("cardfileActive", &active),
    ] {
        if let Some(text) = text {
            line(name, text, out);
        }
    }
    list(emails, |_| ("mail", None), out);
    list(phones, phone, out);
    list(sip_addresses, |_| ("cardfileSip", None), out);
    list(ims, |_| ("cardfileIm", None), out);
    for (name, values) in extensions.get(EXTENSION).and_then(Value::as_object).into_iter().flatten() {
        for value in values.as_array().into_iter().flatten().filter_map(Value::as_str) {
            kept(name, value, out);
        }
    }
    out.push(b'\n');
}

/// An attribute that was kept. What is kept may have come by another door: what LDIF has no form for is left out, for it would
/// be read as lines of its own.
fn kept(name: &str, value: &str, out: &mut Vec<u8>) {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ';' | '.'))
    };
    match name.strip_suffix(':') {
        Some(name) if is_name(name) && STANDARD.decode(value).is_ok() => fold(&format!("{name}:: {value}"), out),
        None if is_name(name) => line(name, value, out),
        _ => {}
    }
}

/// The attribute of numbers of a kind, and the kind that it says.
fn phone(kind: Option<&str>) -> (&'static str, Option<&'static str>) {
    match kind {
        Some("work") => ("telephoneNumber", Some("work")),
        Some("mobile") => ("mobile", Some("mobile")),
        Some("home") => ("homePhone", Some("home")),
        Some("fax") => ("facsimileTelephoneNumber", Some("fax")),
        Some("pager") => ("pager", Some("pager")),
        _ => ("cardfilePhone", None),
    }
}

fn list(list: &[Entry], attribute: impl Fn(Option<&str>) -> (&'static str, Option<&'static str>), out: &mut Vec<u8>) {
    for Entry { value, kind, is_primary } in list {
        let kind = kind.as_deref();
        let (attribute, says) = attribute(kind);
        let mut name = attribute.to_owned();
        let is_option = |kind: &str| !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if let Some(kind) = kind.filter(|kind| says != Some(*kind) && *kind != "primary" && is_option(kind)) {
            name.push_str(";x-");
            name.push_str(kind);
        }
        if *is_primary == Some(true) {
            name.push_str(";x-primary");
        }
        line(&name, value, out);
    }
}

/// An attribute; in base64 if its value is not safe as it is (RFC 2849, SAFE-STRING).
fn line(name: &str, value: &str, out: &mut Vec<u8>) {
    let is_safe =
        value.is_ascii() && !value.starts_with([' ', ':', '<']) && !value.ends_with(' ') && !value.contains(['\0', '\r', '\n']);
    if is_safe { fold(&format!("{name}: {value}"), out) } else { fold(&format!("{name}:: {}", STANDARD.encode(value)), out) }
}

fn fold(line: &str, out: &mut Vec<u8>) {
    let mut room = LINE_CHARS;
    for c in line.chars() {
        if room == 0 {
            out.extend(b"\n ");
            room = LINE_CHARS - 1;
        }
        out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
        room -= 1;
    }
    out.push(b'\n');
}
