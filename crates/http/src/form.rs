//! Form bodies and query strings with structure: `a.b`, `a[b]`, `a[0].b` and repeated keys.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use thiserror::Error;

/// How many parts a key may have.
const MOST_PARTS: usize = 32;

/// Why a form cannot be read, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// A `%` that does not begin two hexadecimal digits, or bytes that are no UTF-8.
    #[error("a key or a value is not percent-encoded UTF-8")]
    Encoding,
    /// More keys than this.
    #[error("there are more than {0} keys")]
    TooManyKeys(usize),
    /// A key whose brackets do not match, or with too many parts, or too large an index.
    #[error("the key '{0}' cannot be read")]
    Key(String),
}

/// What stands under one key, or under none: the whole form.
///
/// **Shape**: names are in lower case, for keys are compared ignoring case. `a[]` is `a`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    values: Vec<String>,
    members: BTreeMap<String, Form>,
    items: BTreeMap<u64, Form>,
}

enum Part {
    Name(String),
    Index(u64),
}

impl Form {
    /// Reads a form of at most so many keys.
    ///
    /// # Errors
    /// A [`Fault`].
    pub fn read(text: &str, most_keys: usize) -> Result<Self, Fault> {
        let mut form = Form::default();
        for (at, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            if at == most_keys {
                return Err(Fault::TooManyKeys(most_keys));
            }
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decoded(key)?, decoded(value)?);
            let mut place = &mut form;
            for part in parts(&key).ok_or_else(|| Fault::Key(key.chars().take(60).collect()))? {
                place = match part {
                    Part::Name(name) => place.members.entry(name).or_default(),
                    Part::Index(index) => place.items.entry(index).or_default(),
                };
            }
            place.values.push(value);
        }
        Ok(form)
    }

    /// What stands under a name, in any case.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Form> {
        self.members.get(&name.to_ascii_lowercase())
    }

    /// The values that stand here, in the order given.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The first value that stands under a name, unless it is empty.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.member(name)?.values.first().map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What stands under indices, in their order.
    pub fn items(&self) -> impl Iterator<Item = (u64, &Form)> {
        self.items.iter().map(|(index, item)| (*index, item))
    }

    /// Whether there is something under names.
    #[must_use]
    pub fn has_members(&self) -> bool {
        !self.members.is_empty()
    }
}

fn decoded(text: &str) -> Result<String, Fault> {
    let text = text.replace('+', " ");
    let is_sound = text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !is_sound {
        return Err(Fault::Encoding);
    }
    percent_decode_str(&text).decode_utf8().map(Cow::into_owned).map_err(|_| Fault::Encoding)
}

/// The parts of a key; `None` for one that cannot be read.
fn parts(key: &str) -> Option<Vec<Part>> {
    let (mut parts, mut rest) = (Vec::new(), key);
    let mut is_first = true;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (name, after) = inner.split_once(']')?;
            if name.contains('[') {
                return None;
            }
            match name {
                "" => {}
                index if index.bytes().all(|byte| byte.is_ascii_digit()) => parts.push(Part::Index(index.parse().ok()?)),
                name => parts.push(Part::Name(name.to_ascii_lowercase())),
            }
            rest = after;
        } else {
            let name = if is_first { rest } else { rest.strip_prefix('.')? };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if name[..end].contains(']') {
                return None;
            }
            parts.push(Part::Name(name[..end].to_ascii_lowercase()));
            rest = &name[end..];
        }
        is_first = false;
        if parts.len() > MOST_PARTS {
            return None;
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Form {
        Form::read(text, 1000).unwrap()
    }

    #[test]
    fn points_and_brackets_say_the_same() {
        let (points, brackets) = (read("Contacts[0].FirstName=Ada&GROUPid=x"), read("contacts[0][firstname]=Ada&groupId=x"));
        assert_eq!(points, brackets);
        let (index, item) = points.member("CONTACTS").unwrap().items().next().unwrap();
        assert_eq!((index, item.filled("FirstName")), (0, Some("Ada")));
    }

    #[test]
    fn lists_come_in_every_spelling() {
        for text in ["a=1&a=2", "a[]=1&a[]=2", "A=1&a[]=2"] {
            assert_eq!(read(text).member("a").unwrap().values(), ["1", "2"], "{text}");
        }
        let form = read("a[7]=3&a[1]=1&a[4000000000]=9");
        let items: Vec<_> = form.member("a").unwrap().items().map(|(index, item)| (index, item.values()[0].as_str())).collect();
        assert_eq!(items, [(1, "1"), (7, "3"), (4_000_000_000, "9")]);
        assert_eq!(read("[1].n=5&[0].n=4").items().map(|(_, item)| item.filled("N").unwrap()).collect::<Vec<_>>(), ["4", "5"]);
    }

    #[test]
    fn values_are_decoded_and_may_be_empty() {
        let form = read("a=x+%C3%B8%26&b=&c&&d.e=1=2");
        assert_eq!(form.filled("a"), Some("x ø&"));
        assert_eq!((form.filled("b"), form.member("b").unwrap().values().len()), (None, 1));
        assert_eq!(form.member("c").unwrap().values(), [""]);
        assert_eq!(form.member("d").unwrap().filled("e"), Some("1=2"));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in
            ["a%=1", "a=%4", "a=%zz", "a=%ff", "a[=1", "a[b=1", "a]=1", "a[0]b=1", "a[99999999999999999999]=1", "a[[0]]=1"]
        {
            assert!(Form::read(text, 1000).is_err(), "{text}");
        }
        let deep = "a".to_owned() + &"[x]".repeat(40) + "=1";
        assert!(matches!(Form::read(&deep, 1000), Err(Fault::Key(_))));
        let many: Vec<String> = (0..1001).map(|n| format!("k{n}=1")).collect();
        assert_eq!(Form::read(&many.join("&"), 1000), Err(Fault::TooManyKeys(1000)));
        assert!(Form::read(&many[1..].join("&"), 1000).is_ok());
    }
}
