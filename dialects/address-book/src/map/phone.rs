//! Phone numbers as this door takes them: international, written in any of the usual ways.

/// The digits of an international number with `+` in front: blanks, hyphens, points and parentheses are left out, `00` in front
/// is `+`. `None` for what is no such number of 7 to 15 digits.
pub fn normalized(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '.')).collect();
    let digits = kept.strip_prefix('+').or_else(|| kept.strip_prefix("00"))?;
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn international_numbers_are_read_in_every_spelling() {
        for text in ["+447700900017", "00447700900017", " +44 (7700) 900-017 ", "+44.7700.900.017"] {
            assert_eq!(normalized(text).as_deref(), Some("+447700900017"), "{text}");
        }
        for text in ["", "+", "+123456", "+1234567890123456", "07700900017", "+44x7700900017", "++447700900017"] {
            assert_eq!(normalized(text), None, "{text}");
        }
    }
}
