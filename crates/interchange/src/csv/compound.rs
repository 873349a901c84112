//! Names of columns that say what a thing is for: `Telefon (Mobil)`, `E-Mail - privat`, `Work phone`, `Teléfono del trabajo`.

use cardfile_model::fold;

use super::kinds::{labels, of_letter};
use super::names;

/// What stands between a thing and what it is for, the longest first.
const BETWEEN: [&str; 16] =
    ["dela", "para", "pour", "del", "des", "fur", "for", "au", "de", "du", "en", "am", "im", "of", "a", "d"];
/// What is a phone number only beside a word for a device.
const NUMBERS: [&str; 5] = ["number", "nummer", "numero", "nr", "no"];
/// Kinds that are devices: they say more than a place.
const DEVICES: [&str; 3] = ["fax", "pager", "mobile"];
/// Looks like a part of an address at home, and is none.
const NO_ADDRESS: [&str; 2] = ["hometown", "homeland"];
/// Bytes of a name that is looked at; there are none so long.
const MOST_BYTES: usize = 80;
/// Kinds in one name, as in `Telefon privat (mobil)`.
const MOST_KINDS: usize = 2;

/// What a column of this name means, as the name of a target; `plain` is the name without blanks and punctuation.
pub(super) fn meaning(name: &str, plain: &str) -> Option<String> {
    names::meaning(plain).or_else(|| parted(plain, MOST_KINDS)).or_else(|| lettered(name))
}

/// A thing and so many kinds at most, in any order.
fn parted(plain: &str, kinds: usize) -> Option<String> {
    if kinds == 0 || plain.len() > MOST_BYTES || NO_ADDRESS.contains(&plain) {
        return None;
    }
    // A number at the end tells columns apart that mean the same.
    let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    labels().find_map(|(kind, label)| {
        let before = plain.strip_suffix(label).map(|thing| (thing, without_end(thing)));
        let after = plain.strip_prefix(label).map(|thing| (thing, without_start(thing)));
        [before, after].into_iter().flatten().find_map(|(thing, bare)| {
            let means = |thing: &str| joined(&thing_of(thing, kind, kinds - 1)?, kind);
            means(thing).or_else(|| bare.and_then(means))
        })
    })
}

/// `Tel. G`, `Telefon (P)`: the last word is one letter.
fn lettered(name: &str) -> Option<String> {
    let folded = fold::text(name);
    let words: Vec<&str> = fold::words(&folded).collect();
    let (last, thing) = words.split_last()?;
    let kind = of_letter(last)?;
    joined(&thing_of(&thing.concat(), kind, MOST_KINDS - 1)?, kind)
}

fn thing_of(thing: &str, kind: &str, further_kinds: usize) -> Option<String> {
    if DEVICES.contains(&kind) && NUMBERS.contains(&thing) {
        return Some("phones".into());
    }
    names::meaning(thing).or_else(|| parted(thing, further_kinds))
}

/// The target of a thing that is for this.
fn joined(thing: &str, kind: &str) -> Option<String> {
    let is_place = matches!(kind, "work" | "home" | "other");
    let is_device = DEVICES.contains(&kind);
    let (list, rest) = thing.split_once('.').unwrap_or((thing, ""));
    let is_number = rest.parse::<u32>().is_ok_and(|number| number > 0);
    match (list, rest) {
        (_, rest) if rest.ends_with("type") || (rest.starts_with(|c: char| c.is_ascii_digit()) && !is_number) => None,
        ("emails" | "sipAddresses" | "ims", _) if is_device => None,
        ("phones" | "emails" | "sipAddresses" | "ims", "") => Some(format!("{list}.{kind}")),
        ("phones" | "emails" | "sipAddresses" | "ims", _) if is_number => Some(format!("{thing}.{kind}")),
        // Of two kinds the device counts: a private fax is a fax.
        ("phones", known) if is_device && !DEVICES.contains(&known) && known != "extension" => Some(format!("phones.{kind}")),
        ("phones" | "emails" | "ims", _) => Some(thing.to_owned()),
        ("address", part) if is_place && !part.contains('.') => Some(address(part, kind)),
        _ => None,
    }
}

/// Addresses at work come first, as in `names.rs`.
fn address(part: &str, kind: &str) -> String {
    let number = match kind {
        "home" => "8.",
        "other" => "9.",
        _ if part.is_empty() => return "address".into(),
        _ => "",
    };
    format!("address.{number}{}", if part.is_empty() { "street" } else { part })
}

fn without_end(thing: &str) -> Option<&str> {
    BETWEEN.iter().find_map(|word| thing.strip_suffix(word))
}

fn without_start(thing: &str) -> Option<&str> {
    BETWEEN.iter().find_map(|word| thing.strip_prefix(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::Target;
    use crate::csv::names::plain;

    fn of(name: &str) -> Option<String> {
        meaning(name, &plain(name))
    }

    /// What columns mean, and what they are called in English, German, French and Spanish.
    #[rustfmt::skip]
    const COLUMNS: &[(&str, &[&str])] = &[
        ("phones.mobile", &["Phone (mobile)", "Phone - Mobile", "Mobile phone number", "Cell Number", "Phone: cell",
            "Telefon (Mobil)", "Telefon - Handy", "Mobile Telefonnummer", "Mobilfunknummer", "Tel. mobil", "Tel. (M)", "Diensthandy",
            "Nummer (Mobil)", "Privat mobil", "Handy (privat)", "Telefon privat (mobil)",
            "Téléphone (portable)", "Téléphone - mobile", "Numéro de portable", "Portable (pro)", "Tél. portable",
            "Teléfono (móvil)", "Teléfono - celular", "Número de móvil", "Móvil (trabajo)", "Tel. móvil"]),
        ("phones.work", &["Phone (work)", "Phone - Office", "Business telephone", "Company phone", "Telephone (Business)",
            "Telefon (geschäftlich)", "Telefon - Büro", "Geschäftliche Telefonnummer", "Diensttelefon", "Tel. G", "Tel. dienstlich",
            "Telefon (geschäftlich) (2)", "Firmentelefon", "Bürotelefon",
            "Téléphone (travail)", "Téléphone - bureau", "Téléphone du bureau", "Tél. pro", "Numéro de téléphone professionnel",
            "Teléfono (trabajo)", "Teléfono - oficina", "Teléfono de la empresa", "Número de teléfono (laboral)"]),
        ("phones.home", &["Phone (home)", "Phone - Private", "Personal phone", "Home tel",
            "Telefon (privat)", "Telefon - Privat", "Privattelefon", "Private Telefonnummer", "Tel. (P)", "Tel. priv.",
            "Téléphone (domicile)", "Téléphone - personnel", "Tél. perso", "Téléphone de la maison",
            "Teléfono (casa)", "Teléfono - particular", "Teléfono del domicilio"]),
        ("phones.fax", &["Phone (fax)", "Fax (work)", "Fax - Home", "Fax number (office)",
            "Telefon (Fax)", "Fax (geschäftlich)", "Fax - privat", "Telefon privat (Fax)", "Fax G",
            "Téléphone (fax)", "Télécopie (bureau)", "Teléfono (fax)", "Fax - oficina"]),
        ("phones.main", &["Phone (main)", "Telefon (Zentrale)", "Téléphone (principal)", "Teléfono principal"]),
        ("phones.other", &["Phone (other)", "Weitere Telefonnummer", "Autre numéro de téléphone", "Otro número de teléfono"]),
        ("phones.2.mobile", &["Phone 2 (mobile)", "Telefon 2 - Mobil", "Tel 2 (portable)", "Teléfono 2 (móvil)"]),
        ("emails.work", &["E-mail (work)", "Email - Business", "Work e-mail address", "Corporate email",
            "E-Mail (geschäftlich)", "E-Mail - dienstlich", "Geschäftliche E-Mail-Adresse", "E-Mail Firma", "E-Mail (geschäftlich) 2",
            "E-mail (travail)", "Courriel - bureau", "Adresse e-mail professionnelle", "Email pro",
            "Correo (trabajo)", "Correo electrónico - oficina", "Correo electrónico profesional", "E-mail de la empresa"]),
        ("emails.home", &["E-mail (home)", "Email - Personal", "Private e-mail address",
            "E-Mail (privat)", "E-Mail - privat", "Private E-Mail-Adresse", "E-Mail (P)",
            "E-mail (personnel)", "Courriel - domicile", "Adresse e-mail personnelle", "Email perso",
            "Correo (casa)", "Correo electrónico - personal", "Correo electrónico (particular)"]),
        ("emails.other", &["E-mail (other)", "Weitere E-Mail-Adresse", "Autre courriel", "Otro correo electrónico"]),
        ("emails.2.home", &["E-mail 2 (private)", "E-Mail 2 (privat)", "Courriel 2 (personnel)", "Correo 2 (personal)"]),
        ("address", &["Address (work)", "Adresse (geschäftlich)", "Adresse (bureau)", "Dirección (trabajo)"]),
        ("address.8.street", &["Address - Home", "Adresse (privat)", "Adresse (domicile)", "Dirección (casa)", "Privatadresse"]),
        ("address.8.city", &["City (home)", "Ort - privat", "Ville (domicile)", "Ciudad (casa)"]),
        ("address.9.postalCode", &["Zip (other)", "PLZ (andere)", "Código postal (otro)"]),
        ("sipAddresses.work", &["SIP address (work)", "SIP-Adresse (geschäftlich)"]),
    ];

    #[test]
    fn a_thing_and_its_kind_are_read_in_four_languages() {
        for (target, names) in COLUMNS {
            assert!(Target::read(target).is_some(), "{target}");
            for name in *names {
                assert_eq!(of(name).as_deref(), Some(*target), "{name}");
            }
        }
    }

    #[test]
    fn what_is_neither_a_thing_nor_a_kind_is_left_alone() {
        for name in [
            "Phone (verified)",
            "Telefon (Notiz)",
            "E-Mail Opt-in",
            "E-mail (fax)",
            "Office",
            "Work",
            "Privat",
            "Number",
            "Work number",
            "Home town",
            "Homeland",
            "Home page",
            "Main category",
            "Work group",
            "Business unit",
            "Personal ID",
            "Phone model",
            "Handymodell",
            "Personalnummer",
            "Firmennummer",
            "Hauptnummer",
            "Domain",
            "P",
            "Gruppe P",
            "",
        ] {
            let meant = of(name);
            let is_reached =
                |target: &str| ["phones", "emails", "address", "ims", "sip"].iter().any(|list| target.starts_with(list));
            assert!(!meant.as_deref().is_some_and(is_reached), "{name} is taken for {meant:?}");
        }
    }

    #[test]
    fn what_a_type_column_is_called_stays_so() {
        assert_eq!(of("Phone (type)").as_deref(), Some("phones.type"));
        assert_eq!(of("Phone 1 - Type").as_deref(), Some("phones.1.type"));
        assert_eq!(of("Mobile phone (type)"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_name_means_a_target_or_nothing(name in "(phone|tel|mail|mobil|privat|de|ß|[a-z0-9 ()]){0,8}") {
            if let Some(target) = parted(&plain(&name), MOST_KINDS).or_else(|| lettered(&name)) {
                proptest::prop_assert!(Target::read(&target).is_some(), "{name} means {target}");
            }
        }
    }
}
