//! What happened in a tenant, whatever the organization.

use std::collections::BTreeMap;

use cardfile_directory::History;
use cardfile_model::{Membership, Numbers, Organization};

use super::state::{Effect, Logged, Standing, Tenant};

impl Tenant {
    /// The changes after a revision, and whose memberships they changed.
    pub fn history(&self, since: u64, limit: usize) -> History {
        let entries: Vec<&Logged> = self.log.iter().filter(|logged| logged.change.revision > since).take(limit).collect();
        let mut moved: BTreeMap<u32, Numbers> = BTreeMap::new();
        for logged in &entries {
            let before = match &logged.effect {
                Effect::People(before) => before,
                Effect::Erased { number, homes } => {
                    for home in homes {
                        moved.entry(*home).or_default().insert(*number);
                    }
                    continue;
                }
                _ => continue,
            };
            let known = before.iter().filter_map(|(number, before)| Some((*number, before.contact.as_ref()?)));
            for (number, contact) in known {
                let after = self.memberships_after(number, logged.change.revision);
                if after.is_some_and(|after| after != contact.memberships) {
                    let homes = contact.memberships.iter().map(|seat| seat.organization);
                    let root = contact.memberships.is_empty().then_some(Organization::ROOT);
                    homes.chain(root).for_each(|home| {
                        moved.entry(home).or_default().insert(number);
                    });
                }
            }
        }
        let changes = entries.into_iter().map(|logged| logged.change.clone()).collect();
        History { revision: self.revision(), purged: self.purged, changes, moved }
    }

    /// Where somebody belonged once a change was done: as the next change of their card found it, else as they are now.
    fn memberships_after(&self, number: u32, revision: u64) -> Option<&[Membership]> {
        let later = self.log.iter().filter(|logged| logged.change.revision > revision);
        let found = later.filter_map(|logged| match &logged.effect {
            Effect::People(before) => before.get(&number)?.contact.as_ref(),
            _ => None,
        });
        let now = match &self.person(number)?.standing {
            Standing::Card(card) => Some(&card.record.contact),
            Standing::Stub | Standing::Gone => None,
        };
        found.chain(now).next().map(|contact| contact.memberships.as_slice())
    }
}
