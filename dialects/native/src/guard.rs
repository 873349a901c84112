//! The guard rail: what concerns very many people must be confirmed.

use cardfile_directory::{Desk, Wanted};
use cardfile_model::Reach;

use crate::error::Failure;
use crate::settings::Settings;
use crate::visit::Visit;

impl Settings {
    /// Whether a request about so many people, of so many, must be confirmed.
    #[must_use]
    pub fn guards(&self, people: u64, of: u64) -> bool {
        people > self.guard_people && people.saturating_mul(100) > of.saturating_mul(self.guard_percent.into())
    }
}

/// Sees to it that a request that takes something from so many of an organization's people was confirmed.
pub async fn confirmed(visit: &Visit, desk: &Desk<'_>, people: u64) -> Result<(), Failure> {
    if visit.flag("confirm")? || people <= visit.settings().guard_people {
        return Ok(());
    }
    let of = desk.reader()?.everyone(Wanted { reach: Reach::Own, ..Wanted::default() }).await?.len();
    if visit.settings().guards(people, of) { Err(Failure::Unconfirmed { people, of }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_people_and_small_shares_need_no_confirmation() {
        let settings = Settings::default();
        assert!(!settings.guards(50, 50));
        assert!(!settings.guards(200, 1000));
        assert!(settings.guards(201, 1000));
        assert!(settings.guards(51, 51));
        assert!(!settings.guards(u64::MAX, u64::MAX));
    }
}
