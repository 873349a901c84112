//! Reading contacts by id: the most frequent question of all, so one contact takes one statement.

use std::collections::HashMap;

use cardfile_directory::{Error, Result};
use cardfile_model::{Audience, OrganizationId, Reach, Record, Sources, TenantId};
use uuid::Uuid;

use crate::rows;
use crate::sets::SetName;
use crate::sql::{Connection, EachRow, Question, Row, Sql, Table, Value, Words, params};
use crate::state::{States, View};

/// What one statement tells of a person: a snapshot of its own, that has the tenant's version with the row.
#[derive(Debug)]
pub struct Point {
    version: i64,
    /// The number of the id, if it has one.
    number: Option<u32>,
    record: Option<Record>,
}

impl Point {
    /// From a row of [`Words::point`](crate::sql::Words::point).
    ///
    /// # Errors
    /// `Internal` for a damaged row.
    pub fn read(row: &Row<'_>) -> Result<Self> {
        let number: Option<u32> = row.get(6)?;
        let is_there = number.is_some() && !row.is_null(0)?;
        let record = number.filter(|_| is_there).map(|number| rows::read(row, number)).transpose()?;
        Ok(Point { version: row.get(5)?, number, record })
    }

    /// Of an id that nobody has, in a tenant of this version.
    #[must_use]
    pub fn nobody(version: i64) -> Self {
        Point { version, number: None, record: None }
    }

    /// Asks a database on a connection.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ask(connection: &Connection, tenant: TenantId, id: Uuid) -> Result<Option<Self>> {
        connection.row(connection.words().point, params![tenant.0, id], Point::read)
    }

    /// The contact, if what is in memory of its tenant is as the database is now. `None` when memory is behind, or too much is
    /// not in memory that this connection, if any, does not reach.
    #[expect(clippy::option_option, reason = "what is not known is not what is not there")]
    pub(crate) fn seen(
        self,
        connection: &Connection,
        states: &States,
        tenant: TenantId,
        (organization, audience): (OrganizationId, Audience),
    ) -> Option<Option<Record>> {
        let state = states.at(tenant, self.version)?;
        let view = View { connection, state, helpers: None, asked: None };
        // Whoever is not there may have been merged into somebody.
        let may_lead_on = !view.set(&SetName::Successors).ok()?.is_empty();
        let Some(number) = self.number.filter(|_| self.record.is_some()) else { return (!may_lead_on).then_some(None) };
        if may_lead_on && !view.live().ok()?.contains(number) {
            return None;
        }
        let is_seen = view.is_seen(number, organization, audience).ok()?;
        Some(self.record.filter(|_| is_seen))
    }
}

/// No connection at all: for what is to be answered from memory, if it can be.
pub(crate) struct Unreached;

impl Sql for Unreached {
    fn visit(&self, _: &str, _: &[Value<'_>], _: &mut EachRow<'_>) -> Result<()> {
        Err(unreached())
    }

    fn execute(&self, _: &str, _: &[Value<'_>]) -> Result<u64> {
        Err(unreached())
    }

    fn insert(&self, _: Table, _: &[Vec<Value<'_>>]) -> Result<()> {
        Err(unreached())
    }

    fn words(&self) -> &'static Words {
        const NONE: Question = Question { one: "", many: "" };
        &Words {
            tenant: "",
            tenant_locked: "",
            add_tenant: "",
            put_tenant: "",
            drop_tenant: "",
            point: "",
            record: NONE,
            card: NONE,
            number: NONE,
            everyone: "",
            people_between: "",
            update_contact: "",
            delete_contact: "",
            texts: NONE,
            texts_between: "",
            put_texts: "",
            delete_texts: "",
            delete_texts_between: "",
        }
    }

    fn stands(&self) -> bool {
        false
    }
}

fn unreached() -> Error {
    Error::internal("it is not in memory")
}

impl View<'_> {
    /// The contacts of these ids as one who asks may see them.
    pub(crate) fn get(&self, organization: OrganizationId, audience: Audience, ids: &[Uuid]) -> Result<Vec<Option<Record>>> {
        let mut numbers = HashMap::new();
        rows::numbers_of(self.connection, self.key(), ids, |id, number| {
            numbers.insert(id, number);
            Ok(())
        })?;
        self.lead_on(ids, &mut numbers)?;
        let mut seen = Vec::new();
        for number in numbers.values().copied() {
            if self.is_seen(number, organization, audience)? {
                seen.push(number);
            }
        }
        let mut found = HashMap::new();
        rows::records(self.connection, self.key(), seen, |record| {
            found.insert(record.number, record);
            Ok(())
        })?;
        Ok(ids.iter().map(|id| found.get(numbers.get(id)?).cloned()).collect())
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
