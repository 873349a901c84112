//! What files call the purposes of addresses and numbers.

use cardfile_model::fold;

/// Kinds, and what they are called elsewhere, folded.
const KINDS: &[(&str, &[&str])] = &[
    (
        "work",
        &[
            "work",
            "business",
            "office",
            "arbeit",
            "geschaftlich",
            "dienstlich",
            "buro",
            "bureau",
            "professionnel",
            "travail",
            "trabajo",
            "oficina",
            "laboral",
        ],
    ),
    ("home", &["home", "private", "personal", "privat", "domicile", "personnel", "maison", "casa", "particular"]),
    ("mobile", &["mobile", "cell", "handy", "mobil", "portable", "movil", "celular", "natel"]),
    ("fax", &["fax", "telefax", "work fax", "home fax", "telecopie"]),
    ("pager", &["pager"]),
    ("main", &["main", "zentrale", "principal"]),
    ("other", &["other", "andere", "sonstige", "autre", "otro"]),
];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_known_in_other_words_and_a_star_makes_it_the_first_choice() {
        assert_eq!(kind("* Work"), (Some("work".into()), Some(true)));
        assert_eq!(kind("Geschäftlich"), (Some("work".into()), None));
        assert_eq!(kind("Ferienhaus"), (Some("Ferienhaus".into()), None));
        assert_eq!(kind("SMTP"), (None, None));
        assert_eq!(kind(" "), (None, None));
    }
}
