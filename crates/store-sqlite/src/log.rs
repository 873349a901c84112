//! The log: one entry a change, and what undo needs of it.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Author, Error, Result};
use cardfile_model::{Change, ChangeKind, Group, Numbers, OrganizationId, OrganizationTurn, Patch, TenantId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fault::{corrupt, fault};
use crate::rows::time;
use crate::sets::{bits, to_bytes};
use crate::turn::Turn;

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
    /// What of an organization changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<OrganizationTurn>,
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

/// Remembers a change at the tenant's next revision, and answers how many people it touched.
pub(crate) fn append(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, entry: &Entry) -> Result<u64> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    draft.row.revision += 1;
    draft.touch();
    let (key, revision, touched) = (draft.row.key, draft.row.revision, entry.touched());
    let is_undoable = entry.kind != ChangeKind::Organization;
    let sql = "INSERT INTO log (tenant, revision, time, principal, door, kind, organization, group_id, undoes,
                                touched, came, went, is_undoable, is_purged)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let set = |numbers: &Numbers| {
        let mut numbers = numbers.clone();
        numbers.optimize();
        to_bytes(&numbers)
    };
    statement
        .execute(params![
            key,
            revision,
            author.time.as_microsecond(),
            author.principal,
            author.door,
            entry.kind.name(),
            entry.organization,
            entry.group,
            entry.undoes,
            set(&touched),
            set(&entry.came),
            set(&entry.went),
            is_undoable,
        ])
        .map_err(fault)?;
    if entry.before != Before::default() {
        let sql = "INSERT INTO undo (tenant, revision, before)
                   VALUES (?1, ?2, ?3)";
        let before = serde_json::to_vec(&entry.before).map_err(Error::internal)?;
        let mut statement = connection.prepare_cached(sql).map_err(fault)?;
        statement.execute(params![key, revision, before]).map_err(fault)?;
    }
    Ok(touched.len())
}

/// The columns that [`read`] takes.
pub(crate) const COLUMNS: &str = "l.revision, l.time, l.principal, l.door, l.kind, o.id, l.group_id, l.undoes,
                                  l.touched, l.came, l.went, l.is_undoable";

/// A change from [`COLUMNS`] of a log `l` and its organization `o`.
pub(crate) fn read(row: &Row<'_>) -> Result<Change> {
    let kind: String = row.get(4).map_err(fault)?;
    let set = |column: usize| bits(row.get_ref(column).map_err(fault)?.as_blob().map_err(corrupt)?);
    Ok(Change {
        revision: row.get(0).map_err(fault)?,
        time: time(row.get(1).map_err(fault)?)?,
        principal: row.get(2).map_err(fault)?,
        door: row.get(3).map_err(fault)?,
        kind: ChangeKind::read(&kind).ok_or_else(|| corrupt(kind))?,
        organization: OrganizationId(row.get(5).map_err(fault)?),
        group: row.get(6).map_err(fault)?,
        undoes: row.get(7).map_err(fault)?,
        touched: set(8)?,
        came: set(9)?,
        went: set(10)?,
        is_undoable: row.get(11).map_err(fault)?,
    })
}

/// The changes of an organization after a revision, oldest first.
pub(crate) fn since(connection: &Connection, tenant: i64, organization: u32, since: u64, limit: usize) -> Result<Vec<Change>> {
    let sql = format!(
        "SELECT {COLUMNS}
           FROM log l
           JOIN organizations o ON o.tenant = l.tenant AND o.number = l.organization
          WHERE l.tenant = ?1 AND l.revision > ?2 AND l.organization = ?3
          ORDER BY l.revision
          LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(fault)?;
    let [since, limit] = [since, limit as u64].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    let mut rows = statement.query(params![tenant, since, organization, limit]).map_err(fault)?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        changes.push(read(row)?);
    }
    Ok(changes)
}

/// One change of an organization.
pub(crate) fn change(connection: &Connection, tenant: i64, organization: u32, revision: u64) -> Result<Option<Change>> {
    let previous = revision.saturating_sub(1);
    let found = since(connection, tenant, organization, previous, 1)?;
    Ok(found.into_iter().find(|change| change.revision == revision))
}

/// What undo needs of a change besides its sets.
pub(crate) fn before(connection: &Connection, tenant: i64, revision: u64) -> Result<Before> {
    let sql = "SELECT before
                 FROM undo
                WHERE tenant = ?1 AND revision = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let bytes: Option<Vec<u8>> = statement.query_row(params![tenant, revision], |row| row.get(0)).optional().map_err(fault)?;
    bytes.map_or_else(|| Ok(Before::default()), |bytes| serde_json::from_slice(&bytes).map_err(corrupt))
}

/// Everyone touched after a revision in the same respect: the same group, or no group, which is the cards.
pub(crate) fn touched_since(connection: &Connection, tenant: i64, since: u64, group: Option<Uuid>) -> Result<Numbers> {
    let sql = "SELECT touched
                 FROM log
                WHERE tenant = ?1 AND revision > ?2 AND group_id IS ?3";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant, since, group]).map_err(fault)?;
    let mut touched = Numbers::new();
    while let Some(row) = rows.next().map_err(fault)? {
        touched |= bits(row.get_ref(0).map_err(fault)?.as_blob().map_err(corrupt)?)?;
    }
    Ok(touched)
}

/// The names of those who made changes, by revision.
pub(crate) fn authors(connection: &Connection, tenant: i64, revisions: &BTreeSet<u64>) -> Result<BTreeMap<u64, String>> {
    let sql = "SELECT l.door, l.principal,
                      (SELECT c.id FROM clients c WHERE c.tenant = l.tenant AND c.principal = l.principal),
                      (SELECT g.name FROM logins g WHERE g.tenant = l.tenant AND g.principal = l.principal),
                      (SELECT k.name FROM tokens k WHERE k.tenant = l.tenant AND k.principal = l.principal AND k.name IS NOT NULL)
                 FROM log l
                WHERE l.tenant = ?1 AND l.revision = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut authors = BTreeMap::new();
    for revision in revisions {
        let name = statement.query_row(params![tenant, revision], |row| {
            let principal: Option<Uuid> = row.get(1)?;
            let name: Option<String> = row.get::<_, Option<String>>(2)?.or(row.get(3)?).or(row.get(4)?);
            Ok(match (principal, name) {
                (Some(_), Some(name)) => name,
                (Some(principal), None) => principal.to_string(),
                (None, _) => row.get(0)?,
            })
        });
        authors.extend(name.optional().map_err(fault)?.map(|name| (*revision, name)));
    }
    Ok(authors)
}
