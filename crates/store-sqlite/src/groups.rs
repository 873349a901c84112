//! Groups: their rows, and reading them.

use cardfile_directory::{Error, Kind, Result};
use cardfile_model::{Group, GroupFilter, GroupOrder, GroupQuery, Member, Numbers, OrganizationId, TenantId, fold};
use rusqlite::{Connection, OptionalExtension, Row, params, types::Value};
use uuid::Uuid;

use crate::fault::fault;
use crate::organizations;
use crate::rows::{self, time};
use crate::sets::SetName;
use crate::state::View;
use crate::turn::Turn;

/// A group's row, its organization by number.
#[derive(Debug, Clone)]
pub(crate) struct GroupRow {
    pub(crate) organization: u32,
    pub(crate) is_deleted: bool,
    /// Its size is not in the row, and 0 here.
    pub(crate) group: Group,
}

const COLUMNS: &str = "g.number, g.id, o.id, g.parent, g.name, g.description, g.created, g.modified, g.revision,
                       g.organization, g.is_deleted";
const FROM: &str = "groups g JOIN organizations o ON o.tenant = g.tenant AND o.number = g.organization";

fn read(row: &Row<'_>) -> Result<GroupRow> {
    let group = Group {
        number: row.get(0).map_err(fault)?,
        id: row.get(1).map_err(fault)?,
        organization: OrganizationId(row.get(2).map_err(fault)?),
        parent: row.get(3).map_err(fault)?,
        name: row.get(4).map_err(fault)?,
        description: row.get(5).map_err(fault)?,
        created: time(row.get(6).map_err(fault)?)?,
        modified: time(row.get(7).map_err(fault)?)?,
        revision: row.get(8).map_err(fault)?,
        size: 0,
        cards: 0,
        with_email: 0,
        with_phone: 0,
    };
    Ok(GroupRow { organization: row.get(9).map_err(fault)?, is_deleted: row.get(10).map_err(fault)?, group })
}

/// A group by id, also one that was deleted.
pub(crate) fn row_by_id(connection: &Connection, tenant: i64, id: Uuid) -> Result<Option<GroupRow>> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE g.tenant = ?1 AND g.id = ?2");
    let mut statement = connection.prepare_cached(&sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant, id]).map_err(fault)?;
    rows.next().map_err(fault)?.map(read).transpose()
}

/// A group by id that was not deleted.
pub(crate) fn by_id(connection: &Connection, tenant: i64, id: Uuid) -> Result<Option<GroupRow>> {
    Ok(row_by_id(connection, tenant, id)?.filter(|row| !row.is_deleted))
}

/// How many groups a tenant has.
pub(crate) fn count(connection: &Connection, tenant: i64) -> Result<u64> {
    let sql = "SELECT count(*)
                 FROM groups
                WHERE tenant = ?1 AND NOT is_deleted";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_row([tenant], |row| row.get(0)).map_err(fault)
}

/// Writes a group's row, new or changed.
///
/// # Errors
/// `AlreadyExists` when another group of the organization has the name.
pub(crate) fn put(connection: &Connection, tenant: i64, row: &GroupRow) -> Result<()> {
    let sql = "INSERT INTO groups (tenant, number, id, organization, parent, name, folded, description, created, modified,
                                   revision, is_deleted)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                   ON CONFLICT (tenant, number) DO UPDATE
                  SET parent = excluded.parent, name = excluded.name, folded = excluded.folded,
                      description = excluded.description, modified = excluded.modified, revision = excluded.revision,
                      is_deleted = excluded.is_deleted";
    let GroupRow { organization, is_deleted, group } = row;
    let folded = fold::text(&group.name);
    if !is_deleted {
        let taken = "SELECT 1
                       FROM groups
                      WHERE tenant = ?1 AND organization = ?2 AND folded = ?3 AND NOT is_deleted AND number <> ?4";
        let mut taken = connection.prepare_cached(taken).map_err(fault)?;
        if taken.exists(params![tenant, organization, folded, group.number]).map_err(fault)? {
            return Err(Error::AlreadyExists { kind: Kind::Group, key: group.name.clone() });
        }
    }
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let row = params![
        tenant,
        group.number,
        group.id,
        organization,
        group.parent,
        group.name,
        folded,
        group.description,
        group.created.as_microsecond(),
        group.modified.as_microsecond(),
        group.revision,
        is_deleted,
    ];
    statement.execute(row).map(drop).map_err(fault)
}

/// Writes when and by which change a group changed.
pub(crate) fn put_times(connection: &Connection, tenant: i64, group: &Group) -> Result<()> {
    let sql = "UPDATE groups
                  SET modified = ?3, revision = ?4
                WHERE tenant = ?1 AND number = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let row = params![tenant, group.number, group.modified.as_microsecond(), group.revision];
    statement.execute(row).map(drop).map_err(fault)
}

/// Everything that `Store` reads of groups, over one snapshot.
impl View<'_> {
    /// A group with its size.
    pub(crate) fn group(&self, id: Uuid) -> Result<Option<Group>> {
        by_id(self.connection, self.key(), id)?.map(|row| self.sized(row.group)).transpose()
    }

    fn sized(&self, group: Group) -> Result<Group> {
        let members = self.set(&SetName::Group(group.number))?;
        let cards = &*members & &*self.live()?;
        Ok(Group {
            size: members.intersection_len(&*self.present()?),
            cards: cards.len(),
            with_email: cards.intersection_len(&*self.set(&SetName::WithEmail)?),
            with_phone: cards.intersection_len(&*self.set(&SetName::WithPhone)?),
            ..group
        })
    }

    /// One page of groups and how many there are in all.
    pub(crate) fn groups(&self, query: &GroupQuery) -> Result<(Vec<Group>, u64)> {
        let organization = organizations::number(self.connection, self.key(), query.organization)?;
        let (condition, value) = match &query.filter {
            GroupFilter::All => ("?3 IS NULL", Value::Null),
            GroupFilter::NameIs(name) => ("g.folded = ?3", Value::Text(fold::text(name))),
            GroupFilter::NameStarts(name) => ("substr(g.folded, 1, length(?3)) = ?3", Value::Text(fold::text(name))),
        };
        let order = match query.order {
            GroupOrder::Created => "g.number",
            GroupOrder::Name => "g.folded",
            GroupOrder::Id => "g.id",
        };
        let direction = if query.is_descending { "DESC" } else { "ASC" };
        let also = hex_list(&query.also);
        let place = if query.also.is_empty() { "g.organization = ?2" } else { PLACE };
        let matching = format!("g.tenant = ?1 AND {place} AND NOT g.is_deleted AND {condition}");
        let total = self
            .connection
            .prepare_cached(&format!("SELECT count(*) FROM groups g WHERE ?4 IS ?4 AND {matching}"))
            .and_then(|mut statement| statement.query_row(params![self.key(), organization, value, also], |row| row.get(0)))
            .map_err(fault)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE {matching} AND ?4 IS ?4
                            ORDER BY {order} {direction}, g.number LIMIT ?5 OFFSET ?6"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(fault)?;
        let [limit, offset] = [query.limit as u64, query.offset].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        let mut rows = statement.query(params![self.key(), organization, value, also, limit, offset]).map_err(fault)?;
        let mut groups = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            groups.push(self.sized(read(row)?.group)?);
        }
        Ok((groups, total))
    }

    /// The groups of an organization, and some others, in which some of these people are.
    pub(crate) fn groups_of(
        &self,
        organization: OrganizationId,
        also: &[Uuid],
        people: &Numbers,
    ) -> Result<Vec<(String, Numbers)>> {
        let organization = organizations::number(self.connection, self.key(), organization)?;
        let people = people & &*self.live()?;
        let sql = format!(
            "SELECT g.number, g.name
               FROM groups g
              WHERE g.tenant = ?1 AND {PLACE} AND NOT g.is_deleted AND ?3 IS ?3
              ORDER BY g.folded, g.number"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(fault)?;
        let mut rows = statement.query(params![self.key(), organization, Value::Null, hex_list(also)]).map_err(fault)?;
        let mut groups = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            let members = &*self.set(&SetName::Group(row.get(0).map_err(fault)?))? & &people;
            if !members.is_empty() {
                groups.push((row.get(1).map_err(fault)?, members));
            }
        }
        Ok(groups)
    }

    /// A slice of the people in a group, by number.
    pub(crate) fn members(&self, id: Uuid, offset: u64, limit: usize) -> Result<Vec<Member>> {
        let row = by_id(self.connection, self.key(), id)?.ok_or_else(|| Error::no_group(id))?;
        let members = &*self.set(&SetName::Group(row.group.number))? & &*self.present()?;
        let mut slice = Vec::new();
        let from = u32::try_from(offset).ok().and_then(|offset| members.select(offset));
        for number in from.into_iter().flat_map(|from| members.range(from..)).take(limit) {
            slice.push(self.member(number)?);
        }
        Ok(slice)
    }

    fn member(&self, number: u32) -> Result<Member> {
        if let Some((id, contact)) = rows::card(self.connection, self.key(), number)? {
            return Ok(Member { id, number, name: contact.name_or_email() });
        }
        let sql = "SELECT id
                     FROM stubs
                    WHERE tenant = ?1 AND number = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let id = statement.query_row(params![self.key(), number], |row| row.get(0)).optional().map_err(fault)?;
        let id = id.ok_or_else(|| crate::fault::corrupt(format!("nobody has number {number}")))?;
        Ok(Member { id, number, name: None })
    }
}

/// The groups of an organization, and those of a list of ids.
const PLACE: &str = "(g.organization = ?2 OR g.id IN (SELECT unhex(value) FROM json_each(?4)))";

/// Ids as a JSON list of hexadecimal digits, as [`PLACE`] takes them.
fn hex_list(ids: &[Uuid]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("\"{}\"", id.simple())).collect();
    format!("[{}]", quoted.join(","))
}

/// A group as readers will see it once this turn is committed.
pub(crate) fn drafted(turn: &mut Turn<'_>, tenant: TenantId, row: GroupRow) -> Result<Group> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let members = draft.set(connection, &SetName::Group(row.group.number))?;
    let cards = draft.live(connection)? & &*members;
    Ok(Group {
        size: cards.len() + draft.set(connection, &SetName::Stubs)?.intersection_len(&members),
        cards: cards.len(),
        with_email: draft.set(connection, &SetName::WithEmail)?.intersection_len(&cards),
        with_phone: draft.set(connection, &SetName::WithPhone)?.intersection_len(&cards),
        ..row.group
    })
}
