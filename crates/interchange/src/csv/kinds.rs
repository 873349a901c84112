//! What files call the purposes of addresses and numbers.

use cardfile_model::fold;

/// Kinds, and what they are called elsewhere, folded.
#[rustfmt::skip]
const KINDS: &[(&str, &[&str])] = &[
    ("work", &["work", "business", "office", "company", "corporate", "job", "arbeit", "arbeits", "geschaft", "geschafts",
        "geschaftlich", "geschaftliche", "geschaftlicher", "geschaftliches", "gesch", "dienst", "dienstlich", "dienstliche",
        "dienstlicher", "dienstliches", "beruflich", "berufliche", "berufliches", "buro", "firma", "firmen", "bureau",
        "professionnel", "professionnelle", "pro", "prof", "travail", "entreprise", "trabajo", "trab", "oficina", "laboral",
        "profesional", "empresa"]),
    ("home", &["home", "private", "personal", "privat", "privater", "privates", "priv", "zuhause", "domicile", "dom", "personnel",
        "personnelle", "perso", "prive", "privee", "maison", "casa", "particular", "domicilio", "privado"]),
    ("mobile", &["mobile", "mobil", "mobiles", "mob", "cell", "cellular", "cellphone", "handy", "mobiltelefon", "mobilfunk", "natel",
        "portable", "movil", "celular", "cel"]),
    ("fax", &["fax", "telefax", "work fax", "home fax", "telecopie"]),
    ("pager", &["pager"]),
    ("main", &["main", "zentrale", "haupt", "principal", "principale"]),
    ("other", &["other", "andere", "anderes", "sonstige", "sonstiges", "weitere", "weiteres", "autre", "otro", "otra"]),
];
/// What kinds are called by one letter, as in `Tel. G`.
const LETTERS: [(&str, &str); 5] = [("g", "work"), ("w", "work"), ("p", "home"), ("h", "home"), ("m", "mobile")];
/// What Outlook writes as the type of an e-mail address says how it is sent, not what it is for.
const TRANSPORTS: [&str; 2] = ["smtp", "ex"];

/// A purpose in the directory's words, and whether a star marks it as the first choice (Google Contacts).
pub(super) fn kind(label: &str) -> (Option<String>, Option<bool>) {
    let (label, is_primary) = match label.trim().strip_prefix('*') {
        Some(rest) => (rest.trim(), Some(true)),
        None => (label.trim(), None),
    };
    let folded = fold::text(label);
    if folded.is_empty() || TRANSPORTS.contains(&folded.as_str()) {
        return (None, is_primary);
    }
    let known = KINDS.iter().find(|(_, names)| names.contains(&folded.as_str()));
    (Some(known.map_or_else(|| label.to_owned(), |(kind, _)| (*kind).to_owned())), is_primary)
}

/// Kinds and what each is called, in one word.
pub(super) fn labels() -> impl Iterator<Item = (&'static str, &'static str)> {
    let words = KINDS.iter().flat_map(|(kind, names)| names.iter().map(move |name| (*kind, *name)));
    words.filter(|(_, name)| !name.contains(' '))
}

/// The kind that this letter stands for at the end of a column's name.
pub(super) fn of_letter(folded: &str) -> Option<&'static str> {
    LETTERS.iter().find(|(letter, _)| *letter == folded).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_here_once_and_is_folded() {
        let mut seen = std::collections::HashSet::new();
        for (_, name) in labels() {
            assert!(seen.insert(name), "{name} stands here twice");
            assert_eq!(fold::text(name), name);
        }
    }

    #[test]
    fn a_purpose_is_known_in_other_words_and_a_star_makes_it_the_first_choice() {
        assert_eq!(kind("* Work"), (Some("work".into()), Some(true)));
        assert_eq!(kind("Geschäftlich"), (Some("work".into()), None));
        assert_eq!(kind("Ferienhaus"), (Some("Ferienhaus".into()), None));
        assert_eq!(kind("SMTP"), (None, None));
        assert_eq!(kind(" "), (None, None));
    }
}
