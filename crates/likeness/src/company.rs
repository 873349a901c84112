//! Whether two companies are the same.

use any_ascii::any_ascii;
use cardfile_model::fold;

/// What companies are called by their legal form, transliterated.
const FORMS: [&str; 40] = [
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bhd",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "ev",
    "gbr",
    "gesmbh",
    "gmbh",
    "inc",
    "incorporated",
    "kg",
    "kgaa",
    "limited",
    "llc",
    "llp",
    "ltd",
    "mbh",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
    "se",
    "sl",
    "spa",
    "srl",
    "ug",
    "ooo",
];
/// What stands between parts of a name and tells no companies apart.
const AND: [&str; 4] = ["and", "und", "et", "y"];

/// A company's name without case, accents, punctuation and legal form; `None` when nothing is left.
pub(crate) fn company(name: &str) -> Option<String> {
    // "S.A." and "SA" are the same, so dots go before words are told apart.
    let ascii = any_ascii(&fold::text(name)).to_ascii_lowercase().replace(['.', '\''], "");
    let words = || fold::words(&ascii).filter(|word| !AND.contains(word));
    let named: String = words().filter(|word| !FORMS.contains(word)).collect();
    let all = || words().collect::<String>();
    Some(if named.is_empty() { all() } else { named }).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_form_tells_no_companies_apart() {
        for name in ["Quay & Söhne GmbH", "quay und söhne", "QUAY SOHNE G.m.b.H.", "Quay Sohne GmbH & Co. KG"] {
            assert_eq!(company(name).as_deref(), Some("quaysohne"), "{name}");
        }
        assert_eq!(company("ООО Ромашка"), company("Romashka"));
        assert_eq!(company("AG").as_deref(), Some("ag"));
        assert_eq!(company(" - "), None);
        assert_ne!(company("Quay"), company("Kay"));
    }
}
