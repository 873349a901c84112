//! The words of a `q` text.

use super::Fault;

/// One piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'q> {
    /// `(`
    Open,
    /// `)`
    Close,
    /// A path, an operator, a keyword or a number: only its place tells which.
    Word(&'q str),
    /// A quoted text, without its quotes and escapes.
    Text(String),
}

/// The pieces of a text, each with the byte where it begins.
///
/// # Errors
/// At a character that begins nothing, and at a quoted text that does not end or has an escape that is none.
pub fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        let mut bytes = next.len_utf8();
        match next {
            '(' => tokens.push((at, Token::Open)),
            ')' => tokens.push((at, Token::Close)),
            '"' => {
                let (length, inside) = quoted(rest).map_err(|message| Fault::at(text, at, message))?;
                tokens.push((at, Token::Text(inside)));
                bytes = length;
            }
            _ if is_of_word(next) => {
                bytes = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                tokens.push((at, Token::Word(&rest[..bytes])));
            }
            _ if next.is_whitespace() => {}
            _ => return Err(Fault::at(text, at, format!("the character {next:?} means nothing here"))),
        }
        at += bytes;
    }
    Ok(tokens)
}

/// Whether a name within a path may hold this character.
pub fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | ':')
}

/// Dots stand between names and within numbers, plus signs in exponents.
fn is_of_word(c: char) -> bool {
    is_of_name(c) || matches!(c, '.' | '+')
}

/// The quoted text that this one begins with: how long it is with its quotes, and what it says. Escapes are those of JSON
/// (RFC 8259 §7), surrogate pairs among them.
fn quoted(rest: &str) -> Result<(usize, String), &'static str> {
    let mut is_escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => {
                let inside = serde_json::from_str(&rest[..=at])
                    .map_err(|_| "this text has a character that must be escaped, or a wrong escape")?;
                return Ok((at + 1, inside));
            }
            _ => {}
        }
    }
    Err("this text has no closing quote")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<Token<'_>> {
        tokens(text).unwrap().into_iter().map(|(_, token)| token).collect()
    }

    #[test]
    fn pieces_need_no_blanks_but_between_words() {
        let pieces = [Token::Open, Token::Word("a.b"), Token::Word("eq"), Token::Text("x".into()), Token::Close];
        assert_eq!(texts("(a.b eq\"x\")"), pieces);
        assert_eq!(texts("\t( a.b\neq  \"x\" ) "), pieces);
        assert_eq!(texts("-1.5e+3 $t:y_p-e"), [Token::Word("-1.5e+3"), Token::Word("$t:y_p-e")]);
    }

    #[test]
    fn escapes_are_those_of_json() {
        assert_eq!(texts(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#), [Token::Text("\"\\/\u{8}\u{c}\n\r\té😀é".into())]);
        assert_eq!(texts(r#""ends with \\" x"#), [Token::Text("ends with \\".into()), Token::Word("x")]);
        for bad in [r#""\x""#, r#""\u12""#, r#""\ud83d""#, r#""\ude00\ud83d""#, "\"\n\"", r#""open"#, r#""open\""#] {
            assert!(tokens(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fault_tells_the_character() {
        assert_eq!(tokens("é eq [").unwrap_err().position, 6);
        assert_eq!(tokens("name eq 'x'").unwrap_err().position, 9);
    }
}
