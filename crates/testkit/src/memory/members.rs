//! Who is meant by a selection, and who is in a group.

use cardfile_directory::{Error, Result};
use cardfile_model::{Contact, Group, Member, MemberEdit, Numbers, OrganizationId, People, Selection, Unknown};
use uuid::Uuid;

use super::state::{Row, Standing, Tenant};

/// The numbers of people as named, whatever became of them, and of those who took them in.
pub(super) fn numbers_of(tenant: &Tenant, people: &People) -> Numbers {
    match people {
        People::Ids(ids) => ids.iter().flat_map(|id| [tenant.ids.get(id).copied(), tenant.led_to(*id)]).flatten().collect(),
        People::Numbers(numbers) => numbers.clone(),
    }
}

impl Tenant {
    /// Takes one step of a change of membership.
    pub fn edit_members(
        &mut self,
        members: &mut Numbers,
        edit: MemberEdit,
        (organization, inherits): (OrganizationId, bool),
        unknown: Unknown,
    ) -> Result<()> {
        match edit {
            MemberEdit::Add(Selection::Only(People::Ids(ids))) => {
                for id in ids {
                    members.extend(self.joining(id, unknown)?);
                }
            }
            MemberEdit::Add(Selection::Only(People::Numbers(numbers))) => {
                let book = self.book(organization, inherits);
                for number in numbers {
                    if book.contains(number) {
                        members.insert(number);
                    } else if unknown == Unknown::Refuse {
                        return Err(no_number(number));
                    }
                }
            }
            MemberEdit::Add(Selection::AllExcept(people)) => {
                *members |= self.book(organization, inherits) - numbers_of(self, &people);
            }
            MemberEdit::Remove(Selection::Only(people)) => *members -= numbers_of(self, &people),
            MemberEdit::Remove(Selection::AllExcept(people)) => *members &= numbers_of(self, &people),
        }
        Ok(())
    }

    /// The number by which an id joins a group; `None` to pass it over.
    fn joining(&mut self, id: Uuid, unknown: Unknown) -> Result<Option<u32>> {
        if let Some(number) = self.led_to(id) {
            return Ok(Some(number));
        }
        match unknown {
            Unknown::Skip => Ok(None),
            Unknown::Refuse => Err(Error::no_contact(id)),
            Unknown::Admit => {
                let number = self.number_for(id);
                let is_gone = self.person(number).is_some_and(|person| matches!(person.standing, Standing::Gone));
                Ok((!is_gone).then_some(number))
            }
        }
    }

    /// Those in a group who are seen there: with a card that is not in the trash, or without any.
    pub fn seen(&self, row: &Row) -> Vec<Member> {
        let seen = row.members.iter().filter_map(|number| {
            let person = self.person(number)?;
            let name = match &person.standing {
                Standing::Stub => None,
                Standing::Card(card) if card.trashed.is_none() => card.record.contact.name_or_email(),
                Standing::Card(_) | Standing::Gone => return None,
            };
            Some(Member { id: person.id, number, name })
        });
        seen.collect()
    }

    /// A group with its size.
    pub fn sized(&self, row: &Row) -> Group {
        let cards = row.members.iter().filter_map(|number| self.live(number)).map(|card| &card.record.contact);
        let count = |is_counted: fn(&Contact) -> bool| cards.clone().filter(|contact| is_counted(contact)).count() as u64;
        Group {
            size: self.seen(row).len() as u64,
            cards: count(|_| true),
            with_email: count(|contact| !contact.emails.is_empty()),
            with_phone: count(|contact| !contact.phones.is_empty()),
            ..row.group.clone()
        }
    }
}

fn no_number(number: u32) -> Error {
    Error::NotFound { kind: cardfile_directory::Kind::Contact, id: number.to_string() }
}
