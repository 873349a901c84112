//! All that is kept of one person, over one snapshot.

use cardfile_directory::{Held, Key as Token, Origin, Principal, Result, Surface};
use cardfile_model::{Change, Group, TenantId};
use uuid::Uuid;

use crate::log::COLUMNS;
use crate::rows::time;
use crate::sets::SetName;
use crate::sql::params;
use crate::state::View;
use crate::{groups, log, logins, registry, rows, sets};

impl View<'_> {
    /// All that is kept of the person of an id, in the trash or not; `None` for an id without a card.
    pub(crate) fn held(&self, tenant: TenantId, id: Uuid) -> Result<Option<Held>> {
        let number = rows::number_of(self.connection, self.key(), id)?;
        let Some(record) = number.map(|number| rows::record(self.connection, self.key(), number)).transpose()?.flatten() else {
            return Ok(None);
        };
        let mut signs = Vec::new();
        for surface in [Surface::Admin, Surface::Agent, Surface::Store] {
            signs.extend(logins::all(self.connection, tenant, surface)?.into_iter().filter(|login| login.principal.person == id));
        }
        Ok(Some(Held {
            is_trashed: self.set(&SetName::Trash)?.contains(record.number),
            groups: self.groups_with(record.number)?,
            changes: self.changes_of(record.number)?,
            logins: signs,
            tokens: self.tokens_as(id)?,
            record,
        }))
    }

    /// The groups that somebody is in, by number.
    fn groups_with(&self, number: u32) -> Result<Vec<Group>> {
        let names = sets::names_with(self.connection, self.key(), number)?;
        let mut numbers: Vec<u32> =
            names.into_iter().filter_map(|name| if let SetName::Group(number) = name { Some(number) } else { None }).collect();
        numbers.sort_unstable();
        let rows = numbers.into_iter().map(|number| groups::by_number(self.connection, self.key(), number));
        rows.filter_map(Result::transpose).map(|row| self.sized(row?.group)).collect()
    }

    /// The changes that name somebody, oldest first.
    fn changes_of(&self, number: u32) -> Result<Vec<Change>> {
        let sql = format!(
            "SELECT {COLUMNS}
               FROM log l
               JOIN organizations o ON o.tenant_id = l.tenant_id AND o.number = l.organization
              WHERE l.tenant_id = ?1
              ORDER BY l.revision"
        );
        let mut changes = Vec::new();
        self.connection.each(&sql, params![self.key()], |row| {
            self.go_on()?;
            if sets::bits(row.blob(8)?)?.contains(number) {
                changes.push(log::read(row)?);
            }
            Ok(())
        })?;
        Ok(changes)
    }

    /// The tokens that act as somebody, oldest first.
    fn tokens_as(&self, person: Uuid) -> Result<Vec<(Token, Origin)>> {
        let sql = "SELECT principal, organization, role, scopes, sources, person, name, expires, is_session, until, created
                     FROM tokens
                    WHERE tenant_id = ?1 AND person = ?2
                    ORDER BY created, principal";
        self.connection.rows(sql, params![self.key(), person], |row| {
            let at = |column: usize| row.get::<Option<i64>>(column)?.map(time).transpose();
            let origin = if row.get(8)? { Origin::Session { until: at(9)? } } else { Origin::Key };
            let principal = Principal { expires: at(7)?, ..registry::principal(row)? };
            Ok((Token { principal, created: time(row.get(10)?)? }, origin))
        })
    }
}
