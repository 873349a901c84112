//! What of a batch is let in: whom it reaches, what it may name, and what it must not take away.

use cardfile_directory::judge;
use cardfile_directory::{Error, Kind, Result};
use cardfile_index::terms;
use cardfile_model::{Contact, Membership, Mode, Numbers, OrganizationId, Reach, Record, Violation, fold};
use uuid::Uuid;

use super::Run;
use crate::sets::SetName;
use crate::{cards, groups, organizations, protect};

impl Run<'_, '_> {
    /// Sees to it that a write takes from nobody what must stay.
    pub(super) fn protect(&mut self, before: &Record, after: Option<&Contact>) -> Result<()> {
        judge::oneself(self.author, before, after)?;
        let losses = judge::losses(self.author, &before.contact, after).into_iter().collect();
        match self.batch.mode {
            Mode::Each => protect::stand(self.turn, self.tenant, &losses, &Numbers::from_iter([before.number])),
            Mode::AllOrNothing => {
                self.losses.extend(losses);
                Ok(())
            }
        }
    }

    /// Refuses e-mail addresses that come onto a card and are on another's, if the batch wants that.
    pub(super) fn own_emails(&mut self, before: Option<&Record>, after: &Contact) -> Result<()> {
        if !self.batch.has_unique_emails {
            return Ok(());
        }
        let has = |contact: &Contact, folded: &str| contact.emails.iter().any(|entry| fold::text(&entry.value) == folded);
        for entry in &after.emails {
            let folded = fold::text(&entry.value);
            if before.is_some_and(|before| has(&before.contact, &folded)) {
                continue;
            }
            for number in self.turn.indexed_by(self.tenant, &terms::email(&entry.value))? {
                let connection = self.turn.connection;
                let draft = self.turn.draft(self.tenant)?;
                let is_other = before.is_none_or(|before| before.number != number);
                if is_other
                    && !draft.set(connection, &SetName::Trash)?.contains(number)
                    && draft.record(connection, number)?.is_some_and(|record| has(&record.contact, &folded))
                {
                    return Err(Error::AlreadyExists { kind: Kind::Contact, key: entry.value.clone() });
                }
            }
        }
        Ok(())
    }

    /// Refuses organizations that are not known, unless the contact belonged to them before.
    pub(super) fn know_organizations(&mut self, contact: &Contact, had: &[Membership]) -> Result<()> {
        for membership in &contact.memberships {
            let number = membership.organization;
            let is_known = number == self.organization || had.iter().any(|known| known.organization == number);
            if !is_known && !organizations::is_known(self.turn.connection, self.turn.draft(self.tenant)?.row.key, number)? {
                return Err(Error::NotFound { kind: Kind::Organization, id: number.to_string() });
            }
        }
        Ok(())
    }

    /// The card of a person whom this batch reaches.
    pub(crate) fn current(&mut self, id: Uuid) -> Result<Record> {
        self.settle_arrivals()?;
        let current = cards::find_any(self.turn, self.tenant, id)?.ok_or_else(|| Error::no_contact(id))?;
        self.reach(&current)?;
        Ok(current)
    }

    /// Refuses a person whom this batch does not reach.
    fn reach(&mut self, current: &Record) -> Result<()> {
        let is_below = match self.batch.reach {
            Reach::Below(top) => self.is_within(current.contact.home(), top)?,
            Reach::Own | Reach::Members | Reach::Inherited => false,
        };
        judge::reached(&self.batch, self.organization, current, is_below)
    }

    /// The card of a living person of this number; `None` for one whom this batch does not find.
    pub(crate) fn at(&mut self, number: u32) -> Result<Option<Record>> {
        let connection = self.turn.connection;
        let draft = self.turn.draft(self.tenant)?;
        let found = if draft.is_live(connection, number)? { draft.record(connection, number)? } else { None };
        let Some(record) = found else { return Ok(None) };
        match self.reach(&record) {
            Err(Error::NotFound { kind: Kind::Contact, .. }) => Ok(None),
            reached => reached.map(|()| Some(record)),
        }
    }

    /// Whether the organization of a number is `top`, or below it.
    fn is_within(&mut self, number: u32, top: OrganizationId) -> Result<bool> {
        let (connection, key) = (self.turn.connection, self.turn.draft(self.tenant)?.row.key);
        let top = organizations::number(connection, key, top)?;
        Ok(top == organizations::ROOT || top == number || organizations::above(connection, key, number)?.contains(&top))
    }

    /// Refuses groups that are not known, unless the contact was shown to them before.
    pub(super) fn know_groups(&mut self, wanted: &[Uuid], had: &[Uuid]) -> Result<()> {
        if self.batch.admits_unknown_groups {
            return Ok(());
        }
        let (connection, key) = (self.turn.connection, self.turn.draft(self.tenant)?.row.key);
        let mut unknown = Vec::new();
        for (at, id) in wanted.iter().enumerate().filter(|(_, id)| !had.contains(id)) {
            if groups::by_id(connection, key, *id)?.is_none() {
                unknown.push(Violation::new(format!("shared_with[{at}]"), "known", format!("there is no group {id}")));
            }
        }
        if unknown.is_empty() { Ok(()) } else { Err(Error::Invalid(unknown)) }
    }
}
