//! Query parameters.

/// The parameters of a query, decoded, in the order given; what does not decode to UTF-8 is shown by replacement characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the query of a request target.
    ///
    /// **Shape**: a query in which nothing can be read has no parameters.
    #[must_use]
    pub fn read(query: Option<&str>) -> Self {
        Parameters(query.and_then(|query| serde_html_form::from_str(query).ok()).unwrap_or_default())
    }

    /// The first parameter of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first parameter of this name that says something.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// Every parameter of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The whole number in the first parameter of this name; one too large for the type is the largest there is.
    ///
    /// # Errors
    /// A sentence when it is not a whole number of zero or more.
    pub fn whole_number(&self, name: &str) -> Result<Option<u64>, String> {
        let Some(text) = self.first(name) else { return Ok(None) };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("must be a whole number, not '{}'", shortened(text)));
        }
        Ok(Some(text.parse().unwrap_or(u64::MAX)))
    }

    /// These parameters as a query, with some of them set anew at the end.
    #[must_use]
    pub fn with(&self, set: &[(&str, String)]) -> String {
        let kept = self.0.iter().filter(|(name, _)| set.iter().all(|(changed, _)| changed != name));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<(&str, &str)> = kept.chain(set.iter().map(|(name, value)| (*name, value.as_str()))).collect();
        serde_html_form::to_string(pairs).unwrap_or_default()
    }
}

/// The beginning of a text that came from a client, short enough to be said back.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_may_repeat() {
        let read = Parameters::read(Some("keyword=Mara+Vinter%20%C3%B8&groupIds=a&groupIds=b&empty"));
        assert_eq!(read.first("keyword"), Some("Mara Vinter ø"));
        assert_eq!(read.all("groupIds").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((read.first("empty"), read.filled("empty")), (Some(""), None));
        assert_eq!(Parameters::read(None).first("keyword"), None);
        assert!(Parameters::read(Some("a=%ff%")).first("a").is_some());
    }

    #[test]
    fn numbers_are_whole_and_saturate() {
        let read = Parameters::read(Some("a=7&b=-1&c=&d=99999999999999999999&e=x"));
        assert_eq!(read.whole_number("a"), Ok(Some(7)));
        assert_eq!(read.whole_number("d"), Ok(Some(u64::MAX)));
        assert_eq!(read.whole_number("none"), Ok(None));
        for bad in ["b", "c", "e"] {
            assert!(read.whole_number(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_query_is_repeated_with_some_parameters_set_anew() {
        let read = Parameters::read(Some("start=5&keyword=a%26b&limit=1"));
        let next = read.with(&[("limit", "1".into()), ("start", "6".into())]);
        assert_eq!(next, "keyword=a%26b&limit=1&start=6");
        assert_eq!(Parameters::read(Some(&next)).first("keyword"), Some("a&b"));
    }
}
