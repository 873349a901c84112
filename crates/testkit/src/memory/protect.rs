//! What must not be taken away, judged by looking at everyone.

use std::collections::BTreeSet;

use cardfile_directory::judge::{self, Loss};
use cardfile_directory::{Author, Result};
use cardfile_model::{Numbers, Record};

use super::state::{Before, Person, Standing, Tenant};

impl Tenant {
    /// What people lost since they were as `before` says.
    pub fn losses<'b>(&self, author: &Author, before: impl IntoIterator<Item = (&'b u32, &'b Before)>) -> BTreeSet<Loss> {
        let mut losses = BTreeSet::new();
        for (number, before) in before {
            let Some(contact) = before.contact.as_ref().filter(|_| before.was_live) else { continue };
            let after = self.live(*number).map(|card| &card.record.contact);
            losses.extend(judge::losses(author, contact, after));
        }
        losses
    }

    /// Whether who asks was not touched in a way that nobody may touch themselves, since they were as `before` says.
    pub fn spares<'b>(&self, author: &Author, before: impl IntoIterator<Item = (&'b u32, &'b Before)>) -> Result<()> {
        for (number, before) in before {
            let Some(contact) = before.contact.clone().filter(|_| before.was_live) else { continue };
            let Some(Person { standing: Standing::Card(card), .. }) = self.person(*number) else { continue };
            let before = Record { contact, ..card.record.clone() };
            judge::oneself(author, &before, self.live(*number).map(|card| &card.record.contact))?;
        }
        Ok(())
    }

    /// Whether somebody in use holds each of these roles, without these people.
    pub fn stand(&self, losses: impl IntoIterator<Item = Loss>, without: &Numbers) -> Result<()> {
        for loss in losses {
            let holds = |number: u32| {
                self.live(number).is_some_and(|card| {
                    let contact = &card.record.contact;
                    !contact.is_inactive && contact.holds(loss.organization, loss.role) && !without.contains(number)
                })
            };
            if !self.everyone().any(holds) {
                return Err(loss.refusal());
            }
        }
        Ok(())
    }
}
