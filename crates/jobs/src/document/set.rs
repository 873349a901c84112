//! Some people, as they are written down.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cardfile_model::Numbers;
use serde::{Deserialize, Serialize};

/// Some people, by number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Set(pub Numbers);

impl From<Set> for String {
    fn from(Set(mut numbers): Set) -> String {
        numbers.optimize();
        let mut bytes = Vec::with_capacity(numbers.serialized_size());
        // Nothing fails that writes into memory; what did would not be read again.
        let _written = numbers.serialize_into(&mut bytes);
        STANDARD.encode(bytes)
    }
}

impl TryFrom<String> for Set {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
        Numbers::deserialize_from(&*bytes).map(Set).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_written_down_and_read_as_they_were() {
        let people = Set([1, 2, 70_000].into());
        let text = serde_json::to_string(&people).unwrap();
        assert_eq!(serde_json::from_str::<Set>(&text).unwrap(), people);
        assert!(serde_json::from_str::<Set>(r#""no set""#).is_err());
    }
}
