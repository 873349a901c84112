//! What is old enough goes for good.

use cardfile_model::Numbers;
use jiff::Timestamp;

use super::state::{Effect, Standing, Tenant};

impl Tenant {
    /// Purges at most `most` people, and forgets what undo kept for changes before this time.
    pub fn purge(&mut self, before: Timestamp, most: usize) -> usize {
        let is_due = |standing: &Standing| match standing {
            Standing::Card(card) => card.trashed.is_some_and(|trashed| trashed < before),
            Standing::Stub | Standing::Gone => false,
        };
        let due = self.everyone().filter(|number| self.person(*number).is_some_and(|person| is_due(&person.standing)));
        let due: Numbers = due.take(most).collect();
        for number in &due {
            self.person_mut(number).expect("it was found above").standing = Standing::Gone;
        }
        for row in &mut self.groups {
            row.members -= &due;
        }
        for logged in self.log.iter_mut().filter(|logged| logged.change.time < before) {
            logged.effect = Effect::Forgotten;
            logged.change.is_undoable = false;
        }
        let has_ended = due.len() < most as u64;
        if has_ended {
            self.purged = self.log.iter().take_while(|logged| logged.change.time < before).count() as u64;
        }
        usize::try_from(due.len()).expect("no more than asked for")
    }
}
