//! What the log tells of the trash and of groups: nothing else does.

use std::collections::HashMap;

use cardfile_directory::Result;
use cardfile_model::{ChangeKind, Numbers};
use rusqlite::{Row, params};
use uuid::Uuid;

use crate::fault::{corrupt, fault};
use crate::log::Before;
use crate::sets::{SetName, bits};
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
                 LEFT JOIN undo u ON u.tenant = l.tenant AND u.revision = l.revision
                WHERE l.tenant = ?1
                ORDER BY l.revision";
    let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query([view.key()]).map_err(fault)?;
    let mut told = Told::default();
    while let Some(row) = rows.next().map_err(fault)? {
        let revision: u64 = row.get(0).map_err(fault)?;
        if let Err(error) = told.hear(revision, row) {
            told.wrong.push(format!("change {revision} cannot be read: {error}"));
        }
        told.last = revision;
    }
    told.end(view)
}

impl Told {
    fn hear(&mut self, revision: u64, row: &Row<'_>) -> Result<()> {
        if revision != self.last + 1 {
            self.wrong.push(format!("the log goes from change {} to change {revision}", self.last));
        }
        let set = |column: usize| bits(row.get_ref(column).map_err(fault)?.as_blob().map_err(corrupt)?);
        let (touched, came, went) = (set(2)?, set(3)?, set(4)?);
        let name: String = row.get(6).map_err(corrupt)?;
        let kind = ChangeKind::read(&name).ok_or_else(|| corrupt(name))?;
        if let Some(before) = row.get_ref(7).map_err(fault)?.as_blob_or_null().map_err(corrupt)? {
            serde_json::from_slice::<Before>(before).map_err(corrupt)?;
        } else if !row.get::<_, bool>(5).map_err(fault)? {
            if matches!(
                kind,
                ChangeKind::GroupCreate | ChangeKind::GroupDelete | ChangeKind::Note | ChangeKind::OrganizationPatch
            ) {
                self.wrong.push(missing(revision));
            }
            self.unremembered.push((revision, &touched - (&came | &went)));
        }
        if let Some(group) = row.get(1).map_err(fault)? {
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
        for (revision, others) in &self.unremembered {
            if !others.is_disjoint(&self.came) {
                self.wrong.push(missing(*revision));
            }
        }
        let known = &*people | &*stubs;
        let sql = "SELECT number, id
                     FROM groups
                    WHERE tenant = ?1 AND NOT is_deleted";
        let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params![view.key()]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let (number, id) = (row.get(0).map_err(fault)?, row.get(1).map_err(fault)?);
            let told = self.groups.remove(&id).unwrap_or_default() & &known;
            // Groups may still name people who were removed for good.
            if told != &*view.set(&SetName::Group(number))? & &known {
                self.wrong.push(format!("the people in group {id} are not those that the log says"));
            }
        }
        Ok(self.wrong)
    }
}

fn missing(revision: u64) -> String {
    format!("what undo needs of change {revision} is missing")
}
