//! Groups: their rows, and reading them.

use std::collections::{BTreeMap, HashMap};

use cardfile_directory::{Error, Kind, Result};
use cardfile_model::{Contact, Group, GroupFilter, GroupOrder, GroupQuery, Member, Numbers, OrganizationId, TenantId, fold};
use uuid::Uuid;

use crate::fault::corrupt;
use crate::organizations;
use crate::rows::time;
use crate::sets::SetName;
use crate::sql::{Connection, Key, Question, Row, ToValue, Value, params, row};
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
const FROM: &str = "groups g JOIN organizations o ON o.tenant_id = g.tenant_id AND o.number = g.organization";

fn read(row: &Row<'_>) -> Result<GroupRow> {
    let group = Group {
        number: row.get(0)?,
        id: row.get(1)?,
        organization: OrganizationId(row.get(2)?),
        parent: row.get(3)?,
        name: row.get(4)?,
        description: row.get(5)?,
        created: time(row.get(6)?)?,
        modified: time(row.get(7)?)?,
        revision: row.get(8)?,
        size: 0,
        cards: 0,
        with_email: 0,
        with_phone: 0,
    };
    Ok(GroupRow { organization: row.get(9)?, is_deleted: row.get(10)?, group })
}

/// A group by id, also one that was deleted.
pub(crate) fn row_by_id(connection: &Connection, tenant: Key, id: Uuid) -> Result<Option<GroupRow>> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE g.tenant_id = ?1 AND g.id = ?2");
    connection.row(&sql, params![tenant, id], read)
}

/// A group by id that was not deleted.
pub(crate) fn by_id(connection: &Connection, tenant: Key, id: Uuid) -> Result<Option<GroupRow>> {
    Ok(row_by_id(connection, tenant, id)?.filter(|row| !row.is_deleted))
}

/// A group by number that was not deleted.
pub(crate) fn by_number(connection: &Connection, tenant: Key, number: u32) -> Result<Option<GroupRow>> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE g.tenant_id = ?1 AND g.number = ?2 AND NOT g.is_deleted");
    connection.row(&sql, params![tenant, number], read)
}

/// How many groups a tenant has.
pub(crate) fn count(connection: &Connection, tenant: Key) -> Result<u64> {
    let sql = "SELECT count(*)
                 FROM groups
                WHERE tenant_id = ?1 AND NOT is_deleted";
    connection.one(sql, params![tenant], |row| row.get(0))
}

/// Writes a group's row, new or changed.
///
/// # Errors
/// `AlreadyExists` when another group of the organization has the name.
pub(crate) fn put(connection: &Connection, tenant: Key, row: &GroupRow) -> Result<()> {
    let sql = "INSERT INTO groups (tenant_id, number, id, organization, parent, name, folded, description, created,
                                   modified, revision, is_deleted)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                   ON CONFLICT (tenant_id, number) DO UPDATE
                  SET parent = excluded.parent, name = excluded.name, folded = excluded.folded,
                      description = excluded.description, modified = excluded.modified, revision = excluded.revision,
                      is_deleted = excluded.is_deleted";
    let GroupRow { organization, is_deleted, group } = row;
    let folded = fold::text(&group.name);
    if !is_deleted {
        let taken = "SELECT 1
                       FROM groups
                      WHERE tenant_id = ?1 AND organization = ?2 AND folded = ?3 AND NOT is_deleted AND number <> ?4";
        if connection.exists(taken, params![tenant, organization, folded, group.number])? {
            return Err(Error::AlreadyExists { kind: Kind::Group, key: group.name.clone() });
        }
    }
    let (created, modified) = (group.created.as_microsecond(), group.modified.as_microsecond());
    let row = params![
        tenant,
        group.number,
        group.id,
        organization,
        group.parent,
        group.name,
        folded,
        group.description,
        created,
        modified,
        group.revision,
        is_deleted,
    ];
    connection.execute(sql, row).map(drop)
}

/// Writes when and by which change a group changed.
pub(crate) fn put_times(connection: &Connection, tenant: Key, group: &Group) -> Result<()> {
    let sql = "UPDATE groups
                  SET modified = ?3, revision = ?4
                WHERE tenant_id = ?1 AND number = ?2";
    connection.execute(sql, params![tenant, group.number, group.modified.as_microsecond(), group.revision]).map(drop)
}

/// Everything that `Store` reads of groups, over one snapshot.
impl View<'_> {
    /// A group with its size.
    pub(crate) fn group(&self, id: Uuid) -> Result<Option<Group>> {
        by_id(self.connection, self.key(), id)?.map(|row| self.sized(row.group)).transpose()
    }

    pub(crate) fn sized(&self, group: Group) -> Result<Group> {
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
        let wanted = Wanted::new(&query.filter);
        let (groups, total) = if query.also.is_empty() {
            self.page(organization, query, &wanted)?
        } else {
            let mut groups = self.listed(organization, &query.also, &wanted)?;
            let total = groups.len() as u64;
            groups.sort_unstable_by(|(one_folded, one), (other_folded, other)| {
                let order = match query.order {
                    GroupOrder::Created => one.number.cmp(&other.number),
                    GroupOrder::Name => one_folded.cmp(other_folded),
                    GroupOrder::Id => one.id.cmp(&other.id),
                };
                let order = if query.is_descending { order.reverse() } else { order };
                order.then(one.number.cmp(&other.number))
            });
            let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
            (groups.into_iter().skip(offset).take(query.limit).map(|(_, group)| group).collect(), total)
        };
        let groups = groups.into_iter().map(|group| self.sized(group)).collect::<Result<_>>()?;
        Ok((groups, total))
    }

    /// One page of the groups of an organization, without their sizes, and how many there are in all.
    fn page(&self, organization: u32, query: &GroupQuery, wanted: &Wanted) -> Result<(Vec<Group>, u64)> {
        let order = match query.order {
            GroupOrder::Created => "g.number",
            GroupOrder::Name => "g.folded",
            GroupOrder::Id => "g.id",
        };
        let direction = if query.is_descending { "DESC" } else { "ASC" };
        let matching = format!("g.tenant_id = ?1 AND g.organization = ?2 AND NOT g.is_deleted{}", wanted.condition);
        let tenant = self.key();
        let mut asked = params![tenant, organization].to_vec();
        asked.extend(wanted.name.as_ref().map(ToValue::to_value));
        let total = self.connection.one(&format!("SELECT count(*) FROM groups g WHERE {matching}"), &asked, |row| row.get(0))?;
        let (limit, offset) = (asked.len() + 1, asked.len() + 2);
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE {matching}
                            ORDER BY {order} {direction}, g.number LIMIT ?{limit} OFFSET ?{offset}"
        );
        asked.extend(row![query.limit as u64, query.offset]);
        let groups = self.connection.rows(&sql, &asked, |row| Ok(read(row)?.group))?;
        Ok((groups, total))
    }

    /// The groups of an organization, and those of a list of ids, with their folded names and without their sizes; by number.
    fn listed(&self, organization: u32, also: &[Uuid], wanted: &Wanted) -> Result<Vec<(String, Group)>> {
        let mut found = BTreeMap::new();
        let mut ask = |place: &str, value: &dyn ToValue| {
            let sql = format!(
                "SELECT {COLUMNS}, g.folded FROM {FROM} WHERE g.tenant_id = ?1 AND {place} AND NOT g.is_deleted{}",
                wanted.condition
            );
            let tenant = self.key();
            let mut asked = vec![tenant.to_value(), value.to_value()];
            asked.extend(wanted.name.as_ref().map(ToValue::to_value));
            self.connection.each(&sql, &asked, |row| {
                let group = read(row)?.group;
                found.insert(group.number, (row.get(11)?, group));
                Ok(())
            })
        };
        ask("g.organization = ?2", &organization)?;
        also.iter().try_for_each(|id| ask("g.id = ?2", id))?;
        Ok(found.into_values().collect())
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
        let mut listed = self.listed(organization, also, &Wanted::new(&GroupFilter::All))?;
        // Those of one name stay in the order of their numbers.
        listed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut groups = Vec::new();
        for (_, group) in listed {
            let members = &*self.set(&SetName::Group(group.number))? & &people;
            if !members.is_empty() {
                groups.push((group.name, members));
            }
        }
        Ok(groups)
    }

    /// A slice of the people in a group, by number.
    pub(crate) fn members(&self, id: Uuid, offset: u64, limit: usize) -> Result<Vec<Member>> {
        let row = by_id(self.connection, self.key(), id)?.ok_or_else(|| Error::no_group(id))?;
        let members = &*self.set(&SetName::Group(row.group.number))? & &*self.present()?;
        let from = u32::try_from(offset).ok().and_then(|offset| members.select(offset));
        let numbers: Vec<u32> = from.into_iter().flat_map(|from| members.range(from..)).take(limit).collect();
        let mut slice = Vec::with_capacity(numbers.len());
        for numbers in numbers.chunks(ASKED) {
            let mut found = self.members_with_cards(numbers)?;
            for number in numbers {
                let member = found.remove(number);
                slice.push(member.ok_or_else(|| corrupt(format!("nobody has number {number}")))?);
            }
        }
        Ok(slice)
    }

    /// People with a card or without, by number.
    fn members_with_cards(&self, numbers: &[u32]) -> Result<HashMap<u32, Member>> {
        let mut found = HashMap::new();
        let wanted: Vec<Value<'_>> = numbers.iter().map(ToValue::to_value).collect();
        self.connection.ask(&self.connection.words().card, self.key(), &wanted, |row| {
            let number = row.get(0)?;
            let contact: Contact = serde_json::from_slice(row.blob(2)?).map_err(corrupt)?;
            found.insert(number, Member { id: row.get(1)?, number, name: contact.name_or_email() });
            Ok(())
        })?;
        let wanted: Vec<Value<'_>> =
            numbers.iter().filter(|number| !found.contains_key(*number)).map(ToValue::to_value).collect();
        if !wanted.is_empty() {
            self.connection.ask(&STUB, self.key(), &wanted, |row| {
                let number = row.get(0)?;
                found.insert(number, Member { id: row.get(1)?, number, name: None });
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// `number, id` of a person without a card, who never had one or was erased.
pub(crate) const STUB: Question = Question {
    one: "SELECT number, id
            FROM stubs
           WHERE tenant_id = ?1 AND number = ?2",
    many: "SELECT number, id
             FROM stubs
            WHERE tenant_id = ?1 AND number = ANY(?2)",
};

/// People asked for in one statement at most.
const ASKED: usize = 1_000;

/// Which groups are wanted, as a statement says it: with the name as its third parameter, if there is one.
struct Wanted {
    condition: &'static str,
    /// Folded.
    name: Option<String>,
}

impl Wanted {
    fn new(filter: &GroupFilter) -> Self {
        let (condition, name) = match filter {
            GroupFilter::All => ("", None),
            GroupFilter::NameIs(name) => (" AND g.folded = ?3", Some(name)),
            GroupFilter::NameStarts(name) => (" AND substr(g.folded, 1, length(CAST(?3 AS text))) = ?3", Some(name)),
        };
        Wanted { condition, name: name.map(|name| fold::text(name)) }
    }
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
