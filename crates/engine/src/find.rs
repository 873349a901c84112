//! Finding people: whom a question can be about, and one page of the rows of those whom its filter finds.

use std::collections::HashMap;
use std::sync::Arc;

use cardfile_directory::Result;
use cardfile_model::{Audience, Life, Numbers, Order, OrganizationId, Page, Query, Reach, Record, Sources};
use uuid::Uuid;

use crate::fault::corrupt;
use crate::order::Orders;
use crate::sets::SetName;
use crate::state::View;
use crate::{groups, organizations, rows};

impl View<'_> {
    /// Everyone whom a question can be about: in reach, of permitted sources, shown to who asks.
    pub(crate) fn scope(&self, from: (OrganizationId, Reach), sources: &Sources, audience: Audience) -> Result<Arc<Numbers>> {
        self.scope_among(&self.live()?, from, sources, audience)
    }

    /// As [`View::scope`], among these people.
    fn scope_among(
        &self,
        among: &Arc<Numbers>,
        from: (OrganizationId, Reach),
        sources: &Sources,
        audience: Audience,
    ) -> Result<Arc<Numbers>> {
        let mut scope = self.reached(among, from)?;
        for name in self.sources()? {
            let SetName::Source(source) = name else { continue };
            if !sources.allow(source) {
                narrow(&mut scope, &*self.set(name)?);
            }
        }
        if let Audience::Person(id) = audience {
            let restricted = self.set(&SetName::Restricted)?;
            if !restricted.is_empty() {
                narrow(&mut scope, &(&*restricted - self.shown_to(id)?));
            }
        }
        Ok(scope)
    }

    /// Who of these people a question can reach from an organization.
    fn reached(&self, among: &Arc<Numbers>, (organization, reach): (OrganizationId, Reach)) -> Result<Arc<Numbers>> {
        let homes = match reach {
            Reach::Below(top) => self.below(top)?,
            Reach::Own | Reach::Members | Reach::Inherited => self.homes(organization, reach == Reach::Inherited)?,
        };
        let is_root_in = homes.contains(&organizations::ROOT);
        if is_root_in && matches!(reach, Reach::Below(_)) {
            return Ok(Arc::clone(among));
        }
        // With the root it is told who is not meant, for these are fewer.
        let mut others = if is_root_in { (*self.set(&SetName::Elsewhere)?).clone() } else { Numbers::new() };
        for home in homes {
            let mut here = Vec::new();
            if home != organizations::ROOT {
                here.push(self.set(&SetName::Organization(home))?);
            }
            if matches!(reach, Reach::Members | Reach::Inherited) {
                here.push(self.set(&SetName::Guests(home))?);
            }
            for here in here.iter().filter(|here| !here.is_empty()) {
                if is_root_in { others -= &**here } else { others |= &**here }
            }
        }
        if !is_root_in {
            return Ok(Arc::new(others & &**among));
        }
        let mut reached = Arc::clone(among);
        narrow(&mut reached, &others);
        Ok(reached)
    }

    /// The contacts shown to groups that a person is in.
    fn shown_to(&self, id: Uuid) -> Result<Numbers> {
        let mut shown = Numbers::new();
        let number = rows::number_of(self.connection, self.key(), id)?;
        let present = self.present()?;
        let Some(number) = number.filter(|number| present.contains(*number)) else { return Ok(shown) };
        for name in crate::sets::names(self.connection, self.key(), "shared/")? {
            let SetName::SharedWith(group) = &name else { continue };
            if let Some(row) = groups::by_id(self.connection, self.key(), *group)?
                && self.set(&SetName::Group(row.group.number))?.contains(number)
            {
                shown |= &*self.set(&name)?;
            }
        }
        Ok(shown)
    }

    /// Everyone whom a query finds.
    pub(crate) fn numbers(&self, query: &Query) -> Result<Arc<Numbers>> {
        let among = match query.life {
            Life::Live => self.live()?,
            Life::Trashed => Arc::new(&*self.set(&SetName::People)? & &*self.set(&SetName::Trash)?),
        };
        let scope = self.scope_among(&among, (query.organization, query.reach), &query.sources, query.audience)?;
        self.found(&query.filter, &scope)
    }

    /// One page of what a query finds.
    pub(crate) fn find(&self, query: &Query, orders: &Orders) -> Result<Page> {
        let hits = self.numbers(query)?;
        let total = hits.len();
        if query.limit == 0 || query.offset >= total {
            return Ok(Page { records: Vec::new(), total });
        }
        let slice = (query.offset, query.limit);
        let page = match query.order {
            _ if !query.then.is_empty() => crate::order::page_by_rows(self, query, &hits)?,
            Order::Number => by_number(&hits, query.is_descending, slice),
            // Orders in memory are of who lives.
            _ if query.life == Life::Trashed => crate::order::page_by_rows(self, query, &hits)?,
            order => orders.page(self, (order, query.is_descending), (&hits, total == self.live()?.len()), slice)?,
        };
        let mut found: HashMap<u32, Record> = HashMap::with_capacity(page.len());
        rows::records(self.connection, self.key(), page.iter().copied(), |record| {
            self.go_on()?;
            found.insert(record.number, record);
            Ok(())
        })?;
        let row = |number| found.remove(&number).ok_or_else(|| corrupt(format!("person {number} has no row")));
        Ok(Page { records: page.into_iter().map(row).collect::<Result<_>>()?, total })
    }
}

/// A slice of people by number, or in the reverse.
fn by_number(hits: &Numbers, is_descending: bool, (offset, limit): (u64, usize)) -> Vec<u32> {
    let rank = |rank: u64| u32::try_from(rank).ok().and_then(|rank| hits.select(rank));
    if is_descending {
        let last = rank((hits.len() - 1).saturating_sub(offset));
        return last.into_iter().flat_map(|last| hits.range(..=last).rev()).take(limit).collect();
    }
    rank(offset).into_iter().flat_map(|first| hits.range(first..)).take(limit).collect()
}

/// Takes people out of a shared set, copying it only if that changes anything.
fn narrow(scope: &mut Arc<Numbers>, without: &Numbers) {
    if !scope.is_disjoint(without) {
        *Arc::make_mut(scope) -= without;
    }
}
