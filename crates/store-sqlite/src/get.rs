//! Reading contacts by id: the most frequent question of all, so one contact takes one statement.

use cardfile_directory::Result;
use cardfile_model::{Audience, OrganizationId, Reach, Record, Sources, TenantId};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::fault::fault;
use crate::rows;
use crate::sets::SetName;
use crate::state::{States, View};

/// The contact of this id, if what is in memory of its tenant is as the file is now: a statement is a snapshot of its own,
/// and tells the version with the row. `None` when memory is behind.
pub(crate) fn one(
    connection: &Connection,
    states: &States,
    tenant: TenantId,
    (organization, audience): (OrganizationId, Audience),
    id: Uuid,
) -> Result<Option<Vec<Option<Record>>>> {
    let sql = "SELECT c.id, c.revision, c.created, c.modified, c.document, t.version, i.number
                 FROM tenants t
                 LEFT JOIN ids i ON i.tenant = t.tenant AND i.id = ?2
                 LEFT JOIN contacts c ON c.person = (t.tenant << 32 | i.number)
                WHERE t.id = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant.0, id]).map_err(fault)?;
    let Some(row) = rows.next().map_err(fault)? else { return Ok(None) };
    let Some(state) = states.at(tenant, row.get(5).map_err(fault)?) else { return Ok(None) };
    let (number, is_there): (Option<u32>, bool) =
        (row.get(6).map_err(fault)?, row.get_ref(0).map_err(fault)? != rusqlite::types::ValueRef::Null);
    let view = View { connection, state, helpers: None, asked: None };
    let Some(number) = number.filter(|_| is_there) else { return Ok(Some(vec![None])) };
    if !view.is_seen(number, organization, audience)? {
        return Ok(Some(vec![None]));
    }
    Ok(Some(vec![Some(rows::read(row, number)?)]))
}

impl View<'_> {
    /// The contacts of these ids as one who asks may see them.
    pub(crate) fn get(&self, organization: OrganizationId, audience: Audience, ids: &[Uuid]) -> Result<Vec<Option<Record>>> {
        ids.iter()
            .map(|id| match rows::number_of(self.connection, self.key(), *id)? {
                Some(number) if self.is_seen(number, organization, audience)? => {
                    rows::record(self.connection, self.key(), number)
                }
                _ => Ok(None),
            })
            .collect()
    }

    /// Whether one person is in the scope of who asks; as [`View::scope`] without making it.
    fn is_seen(&self, number: u32, organization: OrganizationId, audience: Audience) -> Result<bool> {
        let Some(home) = self.home(organization)? else { return Ok(false) };
        if !self.is_member(home, number)? || !self.live()?.contains(number) {
            return Ok(false);
        }
        if audience == Audience::Everything || !self.set(&SetName::Restricted)?.contains(number) {
            return Ok(true);
        }
        Ok(self.scope((organization, Reach::Members), &Sources::Any, audience)?.contains(number))
    }
}
