//! A query parameter that is not as it must be.

use std::fmt;

/// A value that a parameter cannot have; what `limit`, `offset`, `sort`, `fields` and `exclude` are refused with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which parameter.
    pub parameter: &'static str,
    /// The beginning of the part of the value at fault, short enough to be said back.
    pub value: String,
}

impl Fault {
    /// A fault of this parameter.
    #[must_use]
    pub fn new(parameter: &'static str, value: &str) -> Self {
        Fault { parameter, value: shortened(value) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The value '{}' is not valid for the parameter {}.", self.value, self.parameter)
    }
}

impl std::error::Error for Fault {}

/// The beginning of a text that came from a client.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_the_value_and_the_parameter() {
        let fault = Fault::new("limit", "abc");
        assert_eq!(fault.to_string(), "The value 'abc' is not valid for the parameter limit.");
        assert_eq!(Fault::new("sort", &"é".repeat(5_000)).value.chars().count(), 40);
    }
}
