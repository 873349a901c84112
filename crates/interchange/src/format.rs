//! What files of contacts there are, and how one is told from another.

/// A format of files of contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Rows of columns, the first of which names them (RFC 4180, and what spreadsheets make of it).
    Csv,
    /// vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350).
    Vcard,
    /// JSContact cards: one, an array, or one after another (RFC 9553).
    JsContact,
    /// The LDAP data interchange format (RFC 2849).
    Ldif,
    /// One [`crate::json::Person`] a line.
    JsonLines,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 5] = [Format::Csv, Format::Vcard, Format::JsContact, Format::Ldif, Format::JsonLines];

    /// What it is called in settings and requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Vcard => "vcard",
            Format::JsContact => "jscontact",
            Format::Ldif => "ldif",
            Format::JsonLines => "jsonl",
        }
    }

    /// The format of this name, or of this ending of file names, ignoring case.
    #[must_use]
    pub fn read(name: &str) -> Option<Format> {
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "tsv" | "tab" | "txt" => Some(Format::Csv),
            "vcf" => Some(Format::Vcard),
            "ndjson" | "json-lines" | "jsonlines" => Some(Format::JsonLines),
            _ => Format::ALL.into_iter().find(|format| format.name() == name),
        }
    }

    /// What it is called in `Content-Type`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv",
            Format::Vcard => "text/vcard",
            Format::JsContact => "application/jscontact+json",
            Format::Ldif => "text/ldif",
            Format::JsonLines => "application/x-ndjson",
        }
    }

    /// The format of a media type, its parameters and the case ignored.
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<Format> {
        let essence = media_type.split(';').next()?.trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/csv" | "application/csv" | "text/tab-separated-values" | "application/vnd.ms-excel" => Some(Format::Csv),
            "text/vcard" | "text/x-vcard" | "text/directory" => Some(Format::Vcard),
            "application/jscontact+json" => Some(Format::JsContact),
            "text/ldif" | "text/x-ldif" | "application/ldif" => Some(Format::Ldif),
            "application/x-ndjson" | "application/jsonl" | "application/json-lines" => Some(Format::JsonLines),
            _ => None,
        }
    }

    /// How names of files end, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Vcard => "vcf",
            Format::JsContact => "jscontact",
            Format::Ldif => "ldif",
            Format::JsonLines => "jsonl",
        }
    }

    /// What a file is, judged by its first bytes (some hundred are enough) and then by its name. `None` when neither tells.
    #[must_use]
    pub fn detect(head: &[u8], file_name: Option<&str>) -> Option<Format> {
        let text = crate::encoding::Encoding::detect(head).start_of(head);
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let of_name = || file_name.and_then(|name| Format::read(name.rsplit_once('.')?.1));
        let first = text.lines().next().unwrap_or_default();
        if first.trim_end().eq_ignore_ascii_case("BEGIN:VCARD") {
            return Some(Format::Vcard);
        }
        if text.starts_with(['{', '[']) {
            let is_card = text.starts_with('[') || text.contains(r#""@type""#);
            return Some(if is_card { Format::JsContact } else { Format::JsonLines });
        }
        let is_ldif = |line: &str| {
            let line = line.to_ascii_lowercase();
            line.starts_with("dn:") || line.starts_with("version:")
        };
        if text.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty()).is_some_and(is_ldif) {
            return Some(Format::Ldif);
        }
        of_name().or_else(|| first.contains([',', ';', '\t', '|']).then_some(Format::Csv))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_first_bytes_before_its_name() {
        let of = |text: &str, name| Format::detect(text.as_bytes(), name);
        assert_eq!(of("\u{feff}begin:vcard\r\nVERSION:3.0", Some("x.csv")), Some(Format::Vcard));
        assert_eq!(of("# hello\ndn: cn=a", None), Some(Format::Ldif));
        assert_eq!(of("\n[{\"@type\":\"Card\"}]", None), Some(Format::JsContact));
        assert_eq!(of("{\"displayName\":\"A\"}", None), Some(Format::JsonLines));
        assert_eq!(of("First Name;Last Name", None), Some(Format::Csv));
        assert_eq!(of("Name", Some("people.TSV")), Some(Format::Csv));
        assert_eq!(of("Name", None), None);
    }

    #[test]
    fn names_and_media_types_are_read_back() {
        for format in Format::ALL {
            assert_eq!(Format::read(format.name()), Some(format));
            assert_eq!(Format::read(format.extension()), Some(format));
            assert_eq!(Format::of_media_type(&format!("{}; charset=utf-8", format.media_type())), Some(format));
        }
        assert_eq!(Format::read("xlsx"), None);
    }
}
