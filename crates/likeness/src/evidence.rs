//! What two cards must share to be compared at all.

use std::hash::{DefaultHasher, Hash, Hasher};

use cardfile_model::{ForeignKey, fold};

/// Digits below which a number is an extension or a service, which people of different companies have alike.
const FEWEST_DIGITS: usize = 6;
/// Domains whose mail goes to one place, whatever dots are in the local part.
///
/// Source: Google, Gmail Help, "Dots don't matter in Gmail addresses" (answer 7436150); that both domains are one: answer 10313.
const DOTLESS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// An e-mail address in two forms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Email {
    /// Where its mail goes: without the `+tag`, and without dots at Gmail.
    pub(crate) mailbox: String,
    /// As typed, but for case and accents, as everywhere in the directory.
    pub(crate) folded: String,
}

impl Email {
    /// `None` for what is no address.
    pub(crate) fn read(typed: &str) -> Option<Email> {
        let folded = fold::text(typed);
        let (local, domain) = folded.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty())?;
        // RFC 5233 §4: the detail after a separator, which is `+` nearly everywhere.
        let user = local.split_once('+').map_or(local, |(user, _)| user);
        let is_dotless = DOTLESS.contains(&domain);
        let user = if is_dotless { user.replace('.', "") } else { user.to_owned() };
        let mailbox = match (user.is_empty(), is_dotless) {
            (true, _) => folded.clone(),
            (false, true) => format!("{user}@{}", DOTLESS[0]),
            (false, false) => format!("{user}@{domain}"),
        };
        Some(Email { mailbox, folded })
    }
}

/// A phone number, normalised or as typed, by its digits; `None` for what has too few to belong to few people.
pub(crate) fn phone(number: &str) -> Option<String> {
    (number.chars().filter(char::is_ascii_digit).count() >= FEWEST_DIGITS).then(|| fold::phone(number))
}

/// Whether a foreign key says anything. Keys are compared byte by byte.
pub(crate) fn is_key(key: &ForeignKey) -> bool {
    !key.value.trim().is_empty()
}

/// One piece of evidence as 64 bits, the same within a process. Two pieces may have one hash: who is taken for a candidate so is
/// compared, and found to share nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Evidence(u64);

impl Evidence {
    pub(crate) fn of_email(email: &Email) -> Evidence {
        Evidence::hash(&(0_u8, &email.mailbox))
    }

    /// `number` is what [`phone`] made.
    pub(crate) fn of_phone(number: &str) -> Evidence {
        Evidence::hash(&(1_u8, number))
    }

    pub(crate) fn of_key(key: &ForeignKey) -> Evidence {
        Evidence::hash(&(2_u8, &key.system, &key.value))
    }

    /// The upper and the lower half.
    #[expect(clippy::cast_possible_truncation, reason = "the halves are what is meant")]
    pub(crate) fn halves(self) -> [u32; 2] {
        [(self.0 >> 32) as u32, self.0 as u32]
    }

    pub(crate) fn of_halves([high, low]: [u32; 2]) -> Evidence {
        Evidence(u64::from(high) << 32 | u64::from(low))
    }

    fn hash(value: &impl Hash) -> Evidence {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        Evidence(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(typed: &str) -> Option<String> {
        Email::read(typed).map(|email| email.mailbox)
    }

    #[test]
    fn an_address_is_where_its_mail_goes() {
        assert_eq!(mailbox(" Mara.Vinter@Quay.example").as_deref(), Some("mara.vinter@quay.example"));
        assert_eq!(mailbox("mara.vinter+shop@quay.example").as_deref(), Some("mara.vinter@quay.example"));
        assert_eq!(mailbox("Mara.Vinter+a+b@GoogleMail.com").as_deref(), Some("maravinter@gmail.com"));
        assert_eq!(mailbox("+tag@quay.example").as_deref(), Some("+tag@quay.example"));
        assert_eq!(mailbox("...@gmail.com").as_deref(), Some("...@gmail.com"));
    }

    #[test]
    fn what_is_no_address_is_no_evidence() {
        for typed in ["", "n/a", "@", "mara@", "@quay.example"] {
            assert_eq!(mailbox(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_extension_is_no_evidence() {
        assert_eq!(phone("Ext. 4711"), None);
        assert_eq!(phone("Reception"), None);
        assert_eq!(phone("+49 (171) 123-456").as_deref(), Some("+49171123456"));
    }

    #[test]
    fn the_same_text_is_other_evidence_as_a_number_than_as_a_key() {
        let key = |system: &str, value: &str| Evidence::of_key(&ForeignKey { system: system.into(), value: value.into() });
        assert_ne!(key("", "4711471"), Evidence::of_phone("4711471"));
        assert_ne!(key("SAP1", "2"), key("SAP", "12"));
        let evidence = key("SAP", "1");
        assert_eq!(Evidence::of_halves(evidence.halves()), evidence);
    }
}
