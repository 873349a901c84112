//! Who was merged into whom: an id or a number of who is not there any more leads to who took them in.

use std::collections::HashMap;

use cardfile_directory::Result;
use cardfile_index::terms;
use cardfile_model::{Former, Numbers};
use uuid::Uuid;

use crate::rows;
use crate::sets::SetName;
use crate::state::View;

impl View<'_> {
    /// Whether nobody who is there took anybody in, so that no id leads anywhere but to itself.
    fn has_no_successors(&self) -> Result<bool> {
        Ok(self.set(&SetName::Successors)?.is_empty())
    }

    /// Gives ids of people who are not there the numbers of those who took them in.
    pub(crate) fn lead_on(&self, ids: &[Uuid], numbers: &mut HashMap<Uuid, u32>) -> Result<()> {
        if self.has_no_successors()? {
            return Ok(());
        }
        let live = self.live()?;
        for id in ids {
            if numbers.get(id).is_none_or(|number| !live.contains(*number)) {
                let took_in = self.took_in(&terms::former(*id), |former| former.id == *id)?;
                took_in.map(|number| numbers.insert(*id, number));
            }
        }
        Ok(())
    }

    /// Those who took in who of these is not there.
    pub(crate) fn successors_of_ids(&self, ids: &[Uuid]) -> Result<Numbers> {
        if self.has_no_successors()? {
            return Ok(Numbers::new());
        }
        let mut known = HashMap::new();
        rows::numbers_of(self.connection, self.key(), ids, |id, number| {
            known.insert(id, number);
            Ok(())
        })?;
        self.lead_on(ids, &mut known)?;
        Ok(known.into_values().collect())
    }

    /// As [`View::successors_of_ids`], by number.
    pub(crate) fn successors_of(&self, numbers: &Numbers) -> Result<Numbers> {
        let mut found = Numbers::new();
        if self.has_no_successors()? {
            return Ok(found);
        }
        for number in numbers - &*self.live()? {
            found.extend(self.took_in(&terms::former_number(number), |former| former.number == number)?);
        }
        Ok(found)
    }

    /// Who is there and took somebody in whom a term tells of; of several the lowest number.
    fn took_in(&self, term: &[u8], is_meant: impl Fn(&Former) -> bool) -> Result<Option<u32>> {
        let candidates = self.indexed_by(term)? & &*self.set(&SetName::Successors)? & &*self.live()?;
        for number in candidates {
            self.go_on()?;
            let record = rows::record(self.connection, self.key(), number)?;
            if record.is_some_and(|record| record.contact.formers.iter().any(&is_meant)) {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}
