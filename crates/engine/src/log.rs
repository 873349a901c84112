//! The log: one entry a change, and what undo needs of it.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Author, Counts, Error, History, Result};
use cardfile_model::{Change, ChangeKind, Group, MembershipEdit, Numbers, OrganizationId, OrganizationTurn, Patch, TenantId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fault::corrupt;
use crate::organizations::ROOT;
use crate::rows::time;
use crate::sets::{bits, to_bytes};
use crate::sql::{Connection, Key, Question, Row, ToValue, Value, params};
use crate::state::View;
use crate::turn::Turn;

/// Changes asked for in one statement at most.
const ASKED: usize = 1_000;

/// A change to be remembered.
pub(crate) struct Entry {
    pub(crate) kind: ChangeKind,
    /// The organization's number.
    pub(crate) organization: u32,
    pub(crate) group: Option<Uuid>,
    pub(crate) undoes: Option<u64>,
    pub(crate) came: Numbers,
    pub(crate) went: Numbers,
    /// Who came and went at once, so that in the end neither happened.
    pub(crate) passed: Numbers,
    pub(crate) before: Before,
}

/// What a set cannot say of how it was before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Before {
    /// For each person whose card changed, the patch that takes it back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) patches: Vec<(u32, Patch)>,
    /// The group's name, before and after, when it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<(String, String)>,
    /// The group's description, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<(Option<String>, Option<String>)>,
    /// Whether the group came (`Some(true)`) or went (`Some(false)`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group_came: Option<bool>,
    /// The notes that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Noted>,
    /// Who came into groups, and who went, by a merge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seats: Vec<Seat>,
    /// What of an organization changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<OrganizationTurn>,
    /// Who was erased, which nothing takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) erased: Option<Erased>,
}

/// Who was erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Erased {
    pub(crate) number: u32,
    /// The organizations where they had been as far as undo knew: those who follow what happens there are told.
    pub(crate) homes: BTreeSet<u32>,
}

/// That somebody came into a group, or went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seat {
    pub(crate) group: Uuid,
    pub(crate) person: u32,
    pub(crate) came: bool,
}

/// A note before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Noted {
    pub(crate) shelf: String,
    pub(crate) key: String,
    pub(crate) before: Option<serde_json::Value>,
    pub(crate) after: Option<serde_json::Value>,
}

impl Before {
    /// Remembers what of a group's name and description changed.
    pub(crate) fn note_group(&mut self, before: &Group, after: &Group) {
        self.name = (before.name != after.name).then(|| (before.name.clone(), after.name.clone()));
        self.description =
            (before.description != after.description).then(|| (before.description.clone(), after.description.clone()));
    }
}

impl Entry {
    /// An entry of this kind that says nothing yet.
    pub(crate) fn new(kind: ChangeKind, organization: u32) -> Self {
        Entry {
            kind,
            organization,
            group: None,
            undoes: None,
            came: Numbers::new(),
            went: Numbers::new(),
            passed: Numbers::new(),
            before: Before::default(),
        }
    }

    /// Everyone touched.
    pub(crate) fn touched(&self) -> Numbers {
        let mut touched = &self.came | &self.went | &self.passed;
        touched.extend(self.before.patches.iter().map(|(number, _)| *number));
        touched
    }

    /// Whether nothing changed, so that there is nothing to remember.
    pub(crate) fn is_empty(&self) -> bool {
        self.came.is_empty() && self.went.is_empty() && self.passed.is_empty() && self.before == Before::default()
    }
}

/// What an entry tells of people.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    /// How many were touched.
    pub(crate) touched: u64,
    pub(crate) counts: Counts,
}

/// Remembers a change at the tenant's next revision, if there is one.
pub(crate) fn append_any(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, entry: &Entry) -> Result<Told> {
    if entry.is_empty() { Ok(Told::default()) } else { append(turn, tenant, author, entry) }
}

/// Remembers a change at the tenant's next revision.
pub(crate) fn append(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, entry: &Entry) -> Result<Told> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    draft.row.revision += 1;
    draft.touch();
    let (key, revision, touched) = (draft.row.key, draft.row.revision, entry.touched());
    let is_undoable = match entry.kind {
        ChangeKind::Erase | ChangeKind::Bundle => false,
        ChangeKind::Organization => entry.before.organization.is_some(),
        _ => true,
    };
    let sql = "INSERT INTO log (tenant_id, revision, time, principal, door, kind, organization, group_id, undoes,
                                touched, came, went, is_undoable, is_purged)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, FALSE)";
    let set = |numbers: &Numbers| {
        let mut numbers = numbers.clone();
        numbers.optimize();
        to_bytes(&numbers)
    };
    let (time, kind) = (author.time.as_microsecond(), entry.kind.name());
    let (all, came, went) = (set(&touched), set(&entry.came), set(&entry.went));
    let row = params![
        key,
        revision,
        time,
        author.principal,
        author.door,
        kind,
        entry.organization,
        entry.group,
        entry.undoes,
        all,
        came,
        went,
        is_undoable,
    ];
    connection.many(sql, &[row.to_vec()])?;
    if entry.before != Before::default() {
        let sql = "INSERT INTO undo (tenant_id, revision, before)
                   VALUES (?1, ?2, ?3)";
        let before = serde_json::to_vec(&entry.before).map_err(Error::internal)?;
        connection.many(sql, &[params![key, revision, before].to_vec()])?;
    }
    turn.witness(entry);
    let moved = entry.came.len() + entry.went.len();
    let counts = Counts {
        came: entry.came.len(),
        went: entry.went.len(),
        changed: touched.len() - moved - (&entry.passed - (&entry.came | &entry.went)).len(),
    };
    Ok(Told { touched: touched.len(), counts })
}

/// Everyone touched after a revision, in whichever respect; who was only handed out was not.
pub(crate) fn touched_at_all_since(connection: &Connection, tenant: Key, since: u64) -> Result<Numbers> {
    let sql = "SELECT touched
                 FROM log
                WHERE tenant_id = ?1 AND revision > ?2 AND kind <> 'bundle'";
    let mut touched = Numbers::new();
    connection.each(sql, params![tenant, since], |row| {
        touched |= bits(row.blob(0)?)?;
        Ok(())
    })?;
    Ok(touched)
}

/// The columns that [`read`] takes.
pub(crate) const COLUMNS: &str = "l.revision, l.time, l.principal, l.door, l.kind, o.id, l.group_id, l.undoes,
                                  l.touched, l.came, l.went, l.is_undoable";

/// A change from [`COLUMNS`] of a log `l` and its organization `o`.
pub(crate) fn read(row: &Row<'_>) -> Result<Change> {
    let kind: String = row.get(4)?;
    let set = |column: usize| bits(row.blob(column)?);
    Ok(Change {
        revision: row.get(0)?,
        time: time(row.get(1)?)?,
        principal: row.get(2)?,
        door: row.get(3)?,
        kind: ChangeKind::read(&kind).ok_or_else(|| corrupt(kind))?,
        organization: OrganizationId(row.get(5)?),
        group: row.get(6)?,
        undoes: row.get(7)?,
        touched: set(8)?,
        came: set(9)?,
        went: set(10)?,
        is_undoable: row.get(11)?,
    })
}

/// The changes of an organization after a revision, oldest first.
pub(crate) fn since(connection: &Connection, tenant: Key, organization: u32, since: u64, limit: usize) -> Result<Vec<Change>> {
    let sql = format!(
        "SELECT {COLUMNS}
           FROM log l
           JOIN organizations o ON o.tenant_id = l.tenant_id AND o.number = l.organization
          WHERE l.tenant_id = ?1 AND l.revision > ?2 AND l.organization = ?3
          ORDER BY l.revision
          LIMIT ?4"
    );
    connection.rows(&sql, params![tenant, since, organization, limit], read)
}

/// The changes of a tenant after a revision, oldest first, and whose memberships they changed.
pub(crate) fn history(view: &View<'_>, since: u64, limit: usize) -> Result<History> {
    let (revision, purged) = (view.state.row.revision, view.state.row.purged);
    if since >= revision || limit == 0 {
        return Ok(History { revision, purged, ..History::default() });
    }
    let sql = format!(
        "SELECT {COLUMNS}
           FROM log l
           JOIN organizations o ON o.tenant_id = l.tenant_id AND o.number = l.organization
          WHERE l.tenant_id = ?1 AND l.revision > ?2
          ORDER BY l.revision
          LIMIT ?3"
    );
    let changes = view.connection.rows(&sql, params![view.key(), since, limit], read)?;
    let last = changes.last().map_or(since, |change| change.revision);
    let moved = moved(view, since, last)?;
    Ok(History { revision, purged, changes, moved })
}

/// Whose memberships changed after a revision, up to another, by the number of each organization that they belonged to.
fn moved(view: &View<'_>, since: u64, last: u64) -> Result<BTreeMap<u32, Numbers>> {
    let sql = "SELECT before
                 FROM undo
                WHERE tenant_id = ?1 AND revision > ?2 AND revision <= ?3";
    let mut moved: BTreeMap<u32, Numbers> = BTreeMap::new();
    view.connection.each(sql, params![view.key(), since, last], |row| {
        let before: Before = serde_json::from_slice(row.blob(0)?).map_err(corrupt)?;
        if let Some(Erased { number, homes }) = before.erased {
            for home in homes {
                moved.entry(home).or_default().insert(number);
            }
        }
        for (number, patch) in before.patches {
            for edit in patch.memberships {
                // What takes a change of memberships back puts the whole list in its place.
                let MembershipEdit::Replace(seats) = edit else { continue };
                let homes = if seats.is_empty() { vec![ROOT] } else { seats.iter().map(|seat| seat.organization).collect() };
                for home in homes {
                    moved.entry(home).or_default().insert(number);
                }
            }
        }
        Ok(())
    })?;
    Ok(moved)
}

/// One change of an organization.
pub(crate) fn change(connection: &Connection, tenant: Key, organization: u32, revision: u64) -> Result<Option<Change>> {
    let previous = revision.saturating_sub(1);
    let found = since(connection, tenant, organization, previous, 1)?;
    Ok(found.into_iter().find(|change| change.revision == revision))
}

/// What undo needs of a change besides its sets.
pub(crate) fn before(connection: &Connection, tenant: Key, revision: u64) -> Result<Before> {
    let sql = "SELECT before
                 FROM undo
                WHERE tenant_id = ?1 AND revision = ?2";
    let read = |row: &Row<'_>| serde_json::from_slice(row.blob(0)?).map_err(corrupt);
    Ok(connection.row(sql, params![tenant, revision], read)?.unwrap_or_default())
}

/// Has undo keep something else of a change, or nothing.
pub(crate) fn put_before(connection: &Connection, tenant: Key, revision: u64, before: &Before) -> Result<()> {
    if *before == Before::default() {
        let sql = "DELETE FROM undo
                    WHERE tenant_id = ?1 AND revision = ?2";
        return connection.execute(sql, params![tenant, revision]).map(drop);
    }
    let sql = "UPDATE undo
                  SET before = ?3
                WHERE tenant_id = ?1 AND revision = ?2";
    let before = serde_json::to_vec(before).map_err(Error::internal)?;
    connection.execute(sql, params![tenant, revision, before]).map(drop)
}

/// Everyone touched after a revision in the same respect: the same group, or no group, which is the cards.
pub(crate) fn touched_since(connection: &Connection, tenant: Key, since: u64, group: Option<Uuid>) -> Result<Numbers> {
    let sql = "SELECT touched
                 FROM log
                WHERE tenant_id = ?1 AND revision > ?2 AND group_id IS NOT DISTINCT FROM ?3 AND kind <> 'bundle'";
    let mut touched = Numbers::new();
    connection.each(sql, params![tenant, since, group], |row| {
        touched |= bits(row.blob(0)?)?;
        Ok(())
    })?;
    Ok(touched)
}

/// `revision, door, principal` of changes, and what the principal is called as a client, as a log-in and by its tokens.
macro_rules! authors {
    ($is_wanted:literal) => {
        concat!(
            "SELECT l.revision, l.door, l.principal,
                    (SELECT min(c.id) FROM clients c WHERE c.tenant_id = ?1 AND c.principal = l.principal),
                    (SELECT min(g.name) FROM logins g WHERE g.tenant_id = ?1 AND g.principal = l.principal),
                    (SELECT min(k.name) FROM tokens k WHERE k.tenant_id = ?1 AND k.principal = l.principal)
               FROM log l
              WHERE l.tenant_id = ?1 AND l.revision ",
            $is_wanted
        )
    };
}
const AUTHORS: Question = Question { one: authors!("= ?2"), many: authors!("= ANY(?2)") };

/// The names of those who made changes, by revision.
pub(crate) fn authors(connection: &Connection, tenant: Key, revisions: &BTreeSet<u64>) -> Result<BTreeMap<u64, String>> {
    let wanted: Vec<Value<'_>> = revisions.iter().map(ToValue::to_value).collect();
    let mut authors = BTreeMap::new();
    for wanted in wanted.chunks(ASKED) {
        connection.ask(&AUTHORS, tenant, wanted, |row| {
            let principal: Option<Uuid> = row.get(2)?;
            let name = row.get::<Option<String>>(3)?.or(row.get(4)?).or(row.get(5)?);
            let name = match (principal, name) {
                (Some(_), Some(name)) => name,
                (Some(principal), None) => principal.to_string(),
                (None, _) => row.get(1)?,
            };
            authors.insert(row.get(0)?, name);
            Ok(())
        })?;
    }
    Ok(authors)
}
