//! Where in a file one card ends and the next begins.

use std::io::Read;

use crate::item::Unreadable;
use crate::text::{Text, is_blank};

/// How cards stand in a file.
pub(crate) enum Nest {
    /// As members of one array.
    Array,
    /// One a line.
    Lines,
    /// One after another, each over several lines.
    Apart,
}

impl Nest {
    pub(crate) fn open<R: Read>(text: &mut Text<R>) -> Result<Nest, Unreadable> {
        // Not line by line: a whole array may stand in one.
        pass(text, |byte| byte.is_ascii_whitespace())?;
        if text.bytes().first() == Some(&b'[') {
            text.take(1);
            return Ok(Nest::Array);
        }
        let end = text.line_end(0)?.unwrap_or_default();
        let is_whole = serde_json::from_slice::<serde::de::IgnoredAny>(&text.bytes()[..end]).is_ok();
        Ok(if is_whole { Nest::Lines } else { Nest::Apart })
    }

    /// The length of the next card.
    pub(crate) fn cut<R: Read>(&mut self, text: &mut Text<R>) -> Result<Option<usize>, Unreadable> {
        match self {
            Nest::Lines => {
                text.pass_lines(is_blank)?;
                return text.line_end(0);
            }
            Nest::Array => pass(text, |byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b']'))?,
            Nest::Apart => pass(text, |byte| byte.is_ascii_whitespace())?,
        }
        value(text)
    }
}

/// Passes over bytes as long as they are like this.
fn pass<R: Read>(text: &mut Text<R>, is_passed: impl Fn(u8) -> bool) -> Result<(), Unreadable> {
    loop {
        let bytes = text.bytes();
        let len = bytes.iter().position(|byte| !is_passed(*byte));
        let (passed, is_found) = (len.unwrap_or(bytes.len()), len.is_some());
        text.take(passed);
        if is_found || !text.fill()? {
            return Ok(());
        }
    }
}

/// The length of a JSON value, which braces and brackets tell; what is neither object nor array ends before a comma or a bracket.
fn value<R: Read>(text: &mut Text<R>) -> Result<Option<usize>, Unreadable> {
    let (mut at, mut depth, mut is_text, mut is_escaped) = (0_usize, 0_u32, false, false);
    loop {
        while let Some(byte) = text.bytes().get(at) {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_text => is_escaped = true,
                b'"' => is_text = !is_text,
                _ if is_text => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => {
                    let end = if depth == 0 && at > 0 { at } else { at + 1 };
                    text.judge(end)?;
                    return Ok(Some(end));
                }
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 && at > 0 => return Ok(Some(at)),
                _ => {}
            }
            at += 1;
            text.judge(at)?;
        }
        if !text.fill()? {
            return Ok((at > 0).then_some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Encoding;
    use crate::encoding::Decoded;

    fn cards(file: &str) -> Vec<String> {
        let mut text = Text::new(Decoded::new(file.as_bytes(), Encoding::UTF_8), 1024);
        let mut nest = Nest::open(&mut text).unwrap();
        let mut found = Vec::new();
        while let Some(len) = nest.cut(&mut text).unwrap() {
            found.push(String::from_utf8_lossy(text.take(len)).trim().to_owned());
        }
        found
    }

    #[test]
    fn cards_stand_in_an_array_in_lines_or_apart() {
        let one = r#"{"a":"}]\"{","b":[{}]}"#;
        let expected = vec![one.to_owned(), "{}".to_owned()];
        for file in [format!("\n [ {one} , {{}}\n]\n"), format!("{one}\n\n{{}}\n"), format!("{{\n}}{one}")] {
            let mut found = cards(&file);
            if file.starts_with("{\n") {
                assert_eq!(found.remove(0), "{\n}");
                found.push("{}".into());
            }
            assert_eq!(found, expected, "{file}");
        }
    }

    #[test]
    fn what_is_no_card_in_an_array_is_an_item_too() {
        assert_eq!(cards("[5, \"x\", {}]"), ["5", "\"x\"", "{}"]);
        assert_eq!(cards("[]"), Vec::<String>::new());
        assert_eq!(cards("[{\"a\": 1"), ["{\"a\": 1"]);
    }
}
