//! Log-ins: people who sign in with a name and a password, and what both may look like.

use cardfile_model::fold;
use jiff::Timestamp;

use crate::caller::{Principal, Scopes};
use crate::error::{Error, Result};

/// The longest name of a log-in, in characters.
const MOST_NAME_CHARS: usize = 254;
/// The longest password, in bytes.
const MOST_PASSWORD_BYTES: usize = 1024;

/// Which kind of log-in it is: where one signs in with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surface {
    /// Administrators of the directory.
    Admin,
    /// Agents, who work for an organization.
    Agent,
    /// Shoppers: contacts that may sign in.
    Store,
}

impl Surface {
    /// What it is called where it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Surface::Admin => "admin",
            Surface::Agent => "agent",
            Surface::Store => "store",
        }
    }

    /// The scope that a token of such a log-in has.
    #[must_use]
    pub fn scopes(self) -> Scopes {
        Scopes(vec![format!("commerce:{}", self.as_str())])
    }
}

/// Somebody who signs in with a name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Where they sign in.
    pub surface: Surface,
    /// The name, folded as [`fold::text`] does; unique in the tenant among those of the surface. Also the principal's name.
    pub name: String,
    /// What is kept of the password: a PHC string.
    pub hash: String,
    /// Whom the tokens stand for; `expires` says nothing here.
    pub principal: Principal,
    /// When it was made.
    pub created: Timestamp,
}

/// The name as it is kept.
///
/// # Errors
/// `Invalid` for one that is blank, too long, or has control characters.
pub(crate) fn folded(name: &str) -> Result<String> {
    let folded = fold::text(name);
    if folded.is_empty() || name.chars().count() > MOST_NAME_CHARS || name.chars().any(char::is_control) {
        let message = format!("the name of a log-in has 1 to {MOST_NAME_CHARS} characters, is not blank, and is one line");
        return Err(Error::invalid("login", "form", message));
    }
    Ok(folded)
}

/// Whether a password could be one.
///
/// # Errors
/// `Invalid` for one that is empty or too long.
pub(crate) fn fit(password: &str) -> Result<()> {
    if (1..=MOST_PASSWORD_BYTES).contains(&password.len()) {
        return Ok(());
    }
    Err(Error::invalid("password", "length", format!("a password has 1 to {MOST_PASSWORD_BYTES} bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_folded() {
        assert_eq!(folded(" Mia@Harbour.test ").unwrap(), "mia@harbour.test");
        assert!(folded(&"é".repeat(MOST_NAME_CHARS)).is_ok());
    }

    #[test]
    fn blank_long_and_broken_names_are_refused() {
        for bad in ["", " ", "\u{301}", "a\nb", "a\0", &"a".repeat(MOST_NAME_CHARS + 1)] {
            assert!(matches!(folded(bad), Err(Error::Invalid(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_password_has_bytes_within_bounds() {
        assert!(fit(" ").is_ok() && fit(&"p".repeat(MOST_PASSWORD_BYTES)).is_ok());
        assert!(fit("").is_err() && fit(&"p".repeat(MOST_PASSWORD_BYTES + 1)).is_err());
    }
}
