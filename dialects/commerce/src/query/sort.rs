//! The `sort` of a list: `name:asc,active`.

use crate::parameter::Fault;

/// How many properties may be named.
pub const MOST_KEYS: usize = 5;

/// The properties to sort by, foremost first, each with whether its order is turned round.
///
/// **Shape**: nothing for a blank text. Directions are taken in any case; without one the order ascends. Whether there are
/// such properties is for the caller to say.
///
/// # Errors
/// A property without a name, a direction that is none, and more than [`MOST_KEYS`] properties.
pub fn parse(text: &str) -> Result<Vec<(String, bool)>, Fault> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<&str> = text.split(',').take(MOST_KEYS + 1).collect();
    if keys.len() > MOST_KEYS {
        return Err(Fault::new("sort", text));
    }
    keys.into_iter().map(|key| parse_key(key).ok_or_else(|| Fault::new("sort", key))).collect()
}

fn parse_key(key: &str) -> Option<(String, bool)> {
    let (property, direction) = key.split_once(':').unwrap_or((key, "asc"));
    let (property, direction) = (property.trim(), direction.trim());
    let is_descending = direction.eq_ignore_ascii_case("desc");
    let is_known = is_descending || direction.eq_ignore_ascii_case("asc");
    (is_known && !property.is_empty()).then(|| (property.to_owned(), is_descending))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, bool)> {
        parse(text).unwrap()
    }

    #[test]
    fn keys_come_in_the_order_given_and_ascend_unless_told() {
        let expected = [("name", false), ("active", true), ("parentOrganization.id", false)];
        let expected = expected.map(|(property, is_descending)| (property.to_owned(), is_descending));
        assert_eq!(read("name:asc, active:DESC ,parentOrganization.id"), expected);
        assert_eq!(read(" "), []);
    }

    #[test]
    fn a_fault_names_the_key() {
        for (text, value) in
            [("name:up", "name:up"), ("a,b:", "b:"), ("a,:asc", ":asc"), ("a:asc:desc", "a:asc:desc"), ("a,", "")]
        {
            assert_eq!(parse(text), Err(Fault::new("sort", value)), "{text}");
        }
    }

    #[test]
    fn keys_are_bounded() {
        assert_eq!(read("a,b,c,d,e").len(), MOST_KEYS);
        assert!(parse("a,b,c,d,e,f").is_err());
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(keys in prop::collection::vec(("[A-Za-z.]{1,9}", any::<bool>()), 0..=MOST_KEYS)) {
            let printed: Vec<String> =
                keys.iter().map(|(name, is_descending)| format!("{name}:{}", if *is_descending { "desc" } else { "asc" })).collect();
            prop_assert_eq!(parse(&printed.join(",")), Ok(keys));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
