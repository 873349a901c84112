//! Who may see whom.

use cardfile_model::{Audience, OrganizationId, Reach, Record};
use uuid::Uuid;

use super::state::{Card, Standing, Tenant};

impl Tenant {
    /// The card of somebody who is not in the trash, if this audience may see it from this organization.
    pub fn shown(&self, number: u32, from: (OrganizationId, Reach), audience: Audience) -> Option<&Record> {
        self.shown_of(self.live(number)?, from, audience)
    }

    /// As [`Tenant::shown`], for a card that may be in the trash.
    pub fn shown_of<'t>(&self, card: &'t Card, from: (OrganizationId, Reach), audience: Audience) -> Option<&'t Record> {
        let card = Some(card).filter(|card| self.is_reached(card, from))?;
        let is_shown = match audience {
            Audience::Everything => true,
            Audience::Person(person) => self.is_shown_to(card, person),
        };
        is_shown.then_some(&card.record)
    }

    fn is_reached(&self, card: &Card, (organization, reach): (OrganizationId, Reach)) -> bool {
        let contact = &card.record.contact;
        match reach {
            Reach::Own => contact.home() == self.number_of(organization),
            Reach::Members => contact.belongs(self.number_of(organization)),
            Reach::Inherited => self.homes(organization, true).into_iter().any(|home| contact.belongs(self.number_of(home))),
            Reach::Below(top) => self.is_below(contact.home(), top),
        }
    }

    fn is_shown_to(&self, card: &Card, person: Uuid) -> bool {
        let groups = &card.record.contact.shared_with;
        groups.is_empty() || groups.iter().any(|group| self.is_member(*group, person))
    }

    /// Whether a person is seen in a group that stands.
    fn is_member(&self, group: Uuid, person: Uuid) -> bool {
        let number = self.ids.get(&person).copied().filter(|number| {
            self.person(*number).is_some_and(|person| match &person.standing {
                Standing::Stub => true,
                Standing::Card(card) => card.trashed.is_none(),
                Standing::Gone => false,
            })
        });
        let members = self.row(group).map(|row| &row.members);
        number.zip(members).is_some_and(|(number, members)| members.contains(number))
    }
}
