//! The contract of a store, answered from memory.

use async_trait::async_trait;
use cardfile_directory::{Applied, Author, Command, Error, Finding, Gauge, Kind, Result, Store};
use cardfile_model::{
    Audience, Change, Group, GroupFilter, GroupOrder, GroupQuery, Member, OrganizationId, Page, Query, Record, TenantId, fold,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::state::Tenant;
use super::{MemoryStore, filter, group, trash, undo, write};

/// How many people one call of purge removes at most.
const PURGE_SLICE: usize = 500;

#[async_trait]
impl Store for MemoryStore {
    async fn get(
        &self,
        tenant: TenantId,
        organization: OrganizationId,
        audience: Audience,
        ids: &[Uuid],
    ) -> Result<Vec<Option<Record>>> {
        let state = self.state();
        let Some(tenant) = state.tenants.get(&tenant) else { return Ok(vec![None; ids.len()]) };
        let get = |id| tenant.shown(*tenant.ids.get(id)?, organization, audience).cloned();
        Ok(ids.iter().map(get).collect())
    }

    async fn find(&self, tenant: TenantId, query: Query) -> Result<Page> {
        let state = self.state();
        let Some(tenant) = state.tenants.get(&tenant) else { return Ok(Page { records: Vec::new(), total: 0 }) };
        let mut records: Vec<Record> = tenant
            .everyone()
            .filter_map(|number| tenant.shown(number, query.organization, query.audience))
            .filter(|record| query.sources.allow(&record.contact.source) && tenant.is_found(record, &query.filter))
            .cloned()
            .collect();
        filter::sort(&mut records, query.order);
        Ok(Page { total: records.len() as u64, records: slice(records, query.offset, query.limit) })
    }

    async fn apply(&self, tenant: TenantId, author: Author, command: Command) -> Result<Applied> {
        let mut state = self.state();
        let unknown = || Error::NotFound { kind: Kind::Tenant, id: tenant.to_string() };
        let kept = state.tenants.get_mut(&tenant).ok_or_else(unknown)?;
        let mut tenant = kept.clone();
        let applied = run(&mut tenant, &author, command)?;
        if applied.is_changed {
            *kept = tenant;
        }
        Ok(applied)
    }

    async fn group(&self, tenant: TenantId, id: Uuid) -> Result<Option<Group>> {
        let state = self.state();
        let tenant = state.tenants.get(&tenant);
        Ok(tenant.and_then(|tenant| tenant.row(id).map(|row| tenant.sized(row))))
    }

    async fn groups(&self, tenant: TenantId, query: GroupQuery) -> Result<(Vec<Group>, u64)> {
        let state = self.state();
        let Some(tenant) = state.tenants.get(&tenant) else { return Ok((Vec::new(), 0)) };
        let rows = tenant.groups.iter().filter(|row| !row.is_deleted && row.group.organization == query.organization);
        let mut groups: Vec<Group> = rows.map(|row| tenant.sized(row)).filter(|group| is_found(group, &query.filter)).collect();
        match query.order {
            GroupOrder::Created => groups.sort_by_key(|group| group.number),
            GroupOrder::Name => groups.sort_by_key(|group| fold::text(&group.name)),
            GroupOrder::Id => groups.sort_by_key(|group| group.id),
        }
        if query.is_descending {
            groups.reverse();
        }
        let total = groups.len() as u64;
        Ok((slice(groups, query.offset, query.limit), total))
    }

    async fn members(&self, tenant: TenantId, group: Uuid, offset: u64, limit: usize) -> Result<Vec<Member>> {
        let state = self.state();
        let members = state.tenants.get(&tenant).and_then(|tenant| Some(tenant.seen(tenant.row(group)?)));
        Ok(slice(members.ok_or_else(|| Error::no_group(group))?, offset, limit))
    }

    async fn changes(&self, tenant: TenantId, organization: OrganizationId, since: u64, limit: usize) -> Result<Vec<Change>> {
        let state = self.state();
        let changes = state.tenants.get(&tenant).into_iter().flat_map(|tenant| &tenant.log).map(|logged| &logged.change);
        let wanted = changes.filter(|change| change.organization == organization && change.revision > since);
        Ok(wanted.take(limit).cloned().collect())
    }

    async fn purge(&self, before: Timestamp) -> Result<u64> {
        let mut gone = 0;
        for tenant in self.state().tenants.values_mut() {
            gone += tenant.purge(before, PURGE_SLICE - gone);
        }
        Ok(gone as u64)
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        Ok(Vec::new())
    }

    async fn rebuild_index(&self) -> Result<()> {
        Ok(())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }

    fn gauges(&self) -> Vec<Gauge> {
        Vec::new()
    }
}

fn run(tenant: &mut Tenant, author: &Author, command: Command) -> Result<Applied> {
    match command {
        Command::Write(batch) => write::write(tenant, author, batch),
        Command::Trash(trash) => trash::trash(tenant, author, &trash),
        Command::CreateGroup(draft) => group::create(tenant, author, draft),
        Command::PatchGroup { id, patch } => group::patch(tenant, author, id, patch),
        Command::DeleteGroup { id } => group::delete(tenant, author, id),
        Command::Undo { organization, change, is_forced } => undo::undo(tenant, author, organization, (change, is_forced)),
    }
}

fn is_found(group: &Group, filter: &GroupFilter) -> bool {
    match filter {
        GroupFilter::All => true,
        GroupFilter::NameIs(name) => fold::text(&group.name) == fold::text(name),
        GroupFilter::NameStarts(name) => fold::text(&group.name).starts_with(&fold::text(name)),
    }
}

fn slice<T>(all: Vec<T>, offset: u64, limit: usize) -> Vec<T> {
    all.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(limit).collect()
}
