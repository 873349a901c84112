//! What the log tells of the trash and of groups: nothing else does.

use std::collections::HashMap;

use cardfile_directory::Result;
use cardfile_model::{ChangeKind, Numbers};
use uuid::Uuid;

use crate::fault::corrupt;
use crate::log::Before;
use crate::sets::{SetName, bits};
use crate::sql::{Row, params};
use crate::state::View;

/// The log gone through from its beginning.
#[derive(Default)]
struct Told {
    /// Everyone who ever came, but for those made and deleted in one batch.
    came: Numbers,
    /// Who went and did not come back.
    trash: Numbers,
    groups: HashMap<Uuid, Numbers>,
    /// The changes of which undo remembers nothing, with those whom it would need to remember.
    unremembered: Vec<(u64, Numbers)>,
    last: u64,
    wrong: Vec<String>,
}

/// Says in what the log disagrees with itself, with the trash and with the groups.
pub(super) fn compare(view: &View<'_>) -> Result<Vec<String>> {
    let sql = "SELECT l.revision, l.group_id, l.touched, l.came, l.went, l.is_purged, l.kind, u.before
                 FROM log l
                 LEFT JOIN undo u ON u.tenant_id = l.tenant_id AND u.revision = l.revision
                WHERE l.tenant_id = ?1
                ORDER BY l.revision";
    let mut told = Told::default();
    view.connection.each(sql, params![view.key()], |row| {
        let revision = row.get(0)?;
        if let Err(error) = told.hear(revision, row) {
            told.wrong.push(format!("change {revision} cannot be read: {error}"));
        }
        told.last = revision;
        Ok(())
    })?;
    told.end(view)
}

impl Told {
    fn hear(&mut self, revision: u64, row: &Row<'_>) -> Result<()> {
        if revision != self.last + 1 {
            self.wrong.push(format!("the log goes from change {} to change {revision}", self.last));
        }
        let set = |column: usize| bits(row.blob(column)?);
        let (touched, came, went) = (set(2)?, set(3)?, set(4)?);
        let name = row.text(6)?;
        let kind = ChangeKind::read(name).ok_or_else(|| corrupt(name))?;
        if !row.is_null(7)? {
            serde_json::from_slice::<Before>(row.blob(7)?).map_err(corrupt)?;
        } else if !row.get::<bool>(5)? {
            if matches!(
                kind,
                ChangeKind::GroupCreate | ChangeKind::GroupDelete | ChangeKind::Note | ChangeKind::OrganizationPatch
            ) {
                self.wrong.push(missing(revision));
            }
            // Who is only handed out did not change.
            let others = &touched - (&came | &went);
            self.unremembered.extend(kind.touches().then_some((revision, others)));
        }
        if let Some(group) = row.get(1)? {
            let members = self.groups.entry(group).or_default();
            *members |= came;
            *members -= went;
        } else {
            self.trash |= went;
            self.trash -= &came;
            self.came |= came;
        }
        Ok(())
    }

    fn end(mut self, view: &View<'_>) -> Result<Vec<String>> {
        let revision = view.state.row.revision;
        if self.last != revision {
            self.wrong.push(format!("the tenant is at revision {revision}, the log ends at {}", self.last));
        }
        let (people, stubs) = (view.set(&SetName::People)?, view.set(&SetName::Stubs)?);
        // Who was made and deleted in one batch never came, and never comes back.
        let trash = (&self.trash | (&*people - &self.came)) & &*people;
        if trash != *view.set(&SetName::Trash)? {
            self.wrong.push("the trash is not what the log says".to_owned());
        }
        let erased = view.set(&SetName::Erased)?;
        for (revision, others) in &self.unremembered {
            if !(others - &*erased).is_disjoint(&self.came) {
                self.wrong.push(missing(*revision));
            }
        }
        let known = &*people | &*stubs;
        let sql = "SELECT number, id
                     FROM groups
                    WHERE tenant_id = ?1 AND NOT is_deleted";
        let groups: Vec<(u32, Uuid)> = view.connection.rows(sql, params![view.key()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (number, id) in groups {
            let (told, set) = (self.groups.remove(&id).unwrap_or_default() & &known, view.set(&SetName::Group(number))?);
            // Groups may still name people whom a purge removed.
            if told != &*set & &known || !set.is_disjoint(&erased) {
                self.wrong.push(format!("the people in group {id} are not those that the log says"));
            }
        }
        Ok(self.wrong)
    }
}

fn missing(revision: u64) -> String {
    format!("what undo needs of change {revision} is missing")
}
