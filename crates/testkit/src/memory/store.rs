//! The contract of a store, answered from memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use cardfile_directory::{
    Applied, Author, Command, Error, Finding, Gauge, Held, History, Job, KeptPlan, Kind, Planned, Result, Store,
};
use cardfile_model::{
    Audience, Change, Group, GroupFilter, GroupOrder, GroupQuery, Member, Note, NoteQuery, Numbers, Organization, OrganizationId,
    OrganizationQuery, Page, Query, Reach, Record, TenantId, fold,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::state::{Logged, Row, Standing, Tenant};
use super::{MemoryStore, State, erase, filter, group, jobs, merge, notes, organization, plan, trash, undo, write};

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
        let get = |id: &Uuid| tenant.shown(tenant.led_to(*id)?, (organization, Reach::Members), audience).cloned();
        Ok(ids.iter().map(get).collect())
    }

    async fn find(&self, tenant: TenantId, query: Query) -> Result<Page> {
        let state = self.state();
        let Some(kept) = state.tenants.get(&tenant) else { return Ok(Page { records: Vec::new(), total: 0 }) };
        let mut records = kept.found(&query);
        let author = |logged: &Logged| state.author(tenant, logged.change.principal, &logged.change.door);
        let authors = kept.log.iter().map(|logged| (logged.change.revision, author(logged))).collect();
        let orders: Vec<_> = std::iter::once((query.order, query.is_descending)).chain(query.then).collect();
        filter::sort(&mut records, &orders, &authors);
        Ok(Page { total: records.len() as u64, records: slice(records, query.offset, query.limit) })
    }

    async fn numbers(&self, tenant: TenantId, query: Query) -> Result<Numbers> {
        let state = self.state();
        let found = state.tenants.get(&tenant).map(|tenant| tenant.found(&query)).unwrap_or_default();
        Ok(found.into_iter().map(|record| record.number).collect())
    }

    async fn authors(&self, tenant: TenantId, revisions: &BTreeSet<u64>) -> Result<BTreeMap<u64, String>> {
        let state = self.state();
        let log = state.tenants.get(&tenant).into_iter().flat_map(|tenant| &tenant.log).map(|logged| &logged.change);
        let wanted = log.filter(|change| revisions.contains(&change.revision));
        Ok(wanted.map(|change| (change.revision, state.author(tenant, change.principal, &change.door))).collect())
    }

    async fn apply(&self, tenant: TenantId, author: Author, command: Command) -> Result<Applied> {
        let mut state = self.state();
        let unknown = || Error::NotFound { kind: Kind::Tenant, id: tenant.to_string() };
        let mut copy = state.tenants.get(&tenant).cloned().ok_or_else(unknown)?;
        let receipt = plan::receipt(&mut copy, &author)?;
        if receipt.is_some() {
            return Ok(Applied { receipt, ..copy.unchanged() });
        }
        let is_kept_beside = is_kept_beside(&command);
        let applied = run(&state, &mut copy, &author, command)?;
        plan::remember(&mut copy, &author, &applied);
        if applied.is_changed || author.once.is_some() || is_kept_beside {
            let erased: Vec<Uuid> = copy.erased_among(&copy.erased).map(|(_, id)| id).collect();
            state.tenants.insert(tenant, copy);
            state.forget_callers(tenant, &erased);
        }
        Ok(applied)
    }

    async fn plan(&self, tenant: TenantId, author: Author, command: Command, most: usize) -> Result<Planned> {
        let state = self.state();
        let unknown = || Error::NotFound { kind: Kind::Tenant, id: tenant.to_string() };
        let before = state.tenants.get(&tenant).ok_or_else(unknown)?;
        let mut after = before.clone();
        let applied = run(&state, &mut after, &author, command)?;
        Ok(plan::planned(before, &after, applied, most))
    }

    async fn kept_plan(&self, tenant: TenantId, id: Uuid) -> Result<Option<KeptPlan>> {
        let state = self.state();
        let plans = state.tenants.get(&tenant).into_iter().flat_map(|tenant| &tenant.plans);
        Ok(plans.into_iter().find(|plan| plan.id == id).cloned())
    }

    async fn job(&self, tenant: TenantId, id: Uuid) -> Result<Option<Job>> {
        Ok(self.state().tenants.get(&tenant).and_then(|tenant| Some(tenant.job(id)?.job.clone())))
    }

    async fn jobs(&self, tenant: TenantId, due: Option<Timestamp>) -> Result<Vec<Job>> {
        let state = self.state();
        let jobs = state.tenants.get(&tenant).into_iter().flat_map(|tenant| &tenant.jobs).map(|kept| &kept.job);
        let mut jobs: Vec<Job> = jobs.filter(|job| due.is_none_or(|due| job.due <= due)).cloned().collect();
        jobs.sort_by_key(|job| (job.created, job.id));
        Ok(jobs)
    }

    async fn job_piece(&self, tenant: TenantId, id: Uuid, file: &str, part: u32) -> Result<Option<Vec<u8>>> {
        let state = self.state();
        let job = state.tenants.get(&tenant).and_then(|tenant| tenant.job(id));
        Ok(job.and_then(|kept| kept.files.get(&(file.to_owned(), part)).cloned()))
    }

    async fn tenants_with_jobs(&self) -> Result<Vec<TenantId>> {
        Ok(self.state().tenants.iter().filter(|(_, tenant)| !tenant.jobs.is_empty()).map(|(id, _)| *id).collect())
    }

    async fn group(&self, tenant: TenantId, id: Uuid) -> Result<Option<Group>> {
        let state = self.state();
        let tenant = state.tenants.get(&tenant);
        Ok(tenant.and_then(|tenant| tenant.row(id).map(|row| tenant.sized(row))))
    }

    async fn groups(&self, tenant: TenantId, query: GroupQuery) -> Result<(Vec<Group>, u64)> {
        let state = self.state();
        let Some(tenant) = state.tenants.get(&tenant) else { return Ok((Vec::new(), 0)) };
        let is_asked = |group: &Group| group.organization == query.organization || query.also.contains(&group.id);
        let is_known = tenant.known_organization(query.organization).is_ok();
        let rows = tenant.groups.iter().filter(|row| !row.is_deleted && is_known && is_asked(&row.group));
        let mut groups: Vec<Group> = rows.map(|row| tenant.sized(row)).filter(|group| is_found(group, &query.filter)).collect();
        match query.order {
            GroupOrder::Created => groups.sort_by_key(|group| group.number),
            GroupOrder::Name => groups.sort_by_key(|group| fold::text(&group.name)),
            GroupOrder::Id => groups.sort_by_key(|group| group.id),
        }
        if query.is_descending {
            // Groups of several organizations may have one name: then by number, in both directions.
            match query.order {
                GroupOrder::Name => groups.sort_by_key(|group| (Reverse(fold::text(&group.name)), group.number)),
                GroupOrder::Created | GroupOrder::Id => groups.reverse(),
            }
        }
        let total = groups.len() as u64;
        Ok((slice(groups, query.offset, query.limit), total))
    }

    async fn groups_of(
        &self,
        tenant: TenantId,
        organization: OrganizationId,
        also: &[Uuid],
        people: &Numbers,
    ) -> Result<Vec<(String, Numbers)>> {
        let state = self.state();
        let Some(tenant) = state.tenants.get(&tenant) else { return Ok(Vec::new()) };
        if tenant.known_organization(organization).is_err() {
            return Ok(Vec::new());
        }
        let is_asked = |group: &Group| group.organization == organization || also.contains(&group.id);
        let mut rows: Vec<&Row> = tenant.groups.iter().filter(|row| !row.is_deleted && is_asked(&row.group)).collect();
        rows.sort_by_key(|row| (fold::text(&row.group.name), row.group.number));
        let within = |row: &Row| -> Numbers {
            row.members.iter().filter(|number| people.contains(*number) && tenant.live(*number).is_some()).collect()
        };
        let groups = rows.into_iter().map(|row| (row.group.name.clone(), within(row)));
        Ok(groups.filter(|(_, people)| !people.is_empty()).collect())
    }

    async fn find_organizations(&self, tenant: TenantId, query: OrganizationQuery) -> Result<(Vec<Organization>, u64)> {
        Ok(self.state().tenants.get(&tenant).map(|tenant| tenant.organizations_found(&query)).unwrap_or_default())
    }

    async fn notes(&self, tenant: TenantId, query: NoteQuery) -> Result<(Vec<Note>, u64)> {
        let notes = self.state().tenants.get(&tenant).map(|tenant| tenant.notes(&query)).unwrap_or_default();
        let total = notes.len() as u64;
        Ok((slice(notes, query.offset, query.limit), total))
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

    async fn history(&self, tenant: TenantId, since: u64, limit: usize) -> Result<History> {
        Ok(self.state().tenants.get(&tenant).map(|tenant| tenant.history(since, limit)).unwrap_or_default())
    }

    async fn ids(&self, tenant: TenantId, numbers: &Numbers) -> Result<BTreeMap<u32, Uuid>> {
        let state = self.state();
        let Some(tenant) = state.tenants.get(&tenant) else { return Ok(BTreeMap::new()) };
        let known = numbers.iter().filter_map(|number| Some((number, tenant.person(number)?)));
        let present = known.filter(|(_, person)| matches!(person.standing, Standing::Card(_)));
        Ok(present.map(|(number, person)| (number, person.id)).chain(tenant.erased_among(numbers)).collect())
    }

    async fn held(&self, tenant: TenantId, id: Uuid) -> Result<Option<Held>> {
        Ok(self.state().held(tenant, id))
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

/// Does a command on the copy of a tenant.
fn run(state: &State, tenant: &mut Tenant, author: &Author, command: Command) -> Result<Applied> {
    match command {
        Command::Write(batch) => write::write(tenant, author, batch),
        Command::Trash(trash) => trash::trash(tenant, author, &trash),
        Command::Restore(wanted) => trash::restore(tenant, author, &wanted),
        Command::Revise(revision) => write::revise(tenant, author, *revision),
        Command::Merge(wanted) => merge::merge(tenant, author, *wanted),
        Command::KeepPlan(plan) => plan::keep(tenant, author, *plan),
        Command::ForgetPlan { id } => {
            tenant.plans.retain(|plan| plan.id != id);
            Ok(tenant.unchanged())
        }
        Command::Job(edit) => jobs::edit(tenant, author, edit),
        Command::AndJob { command, then } => {
            let applied = run(state, tenant, author, *command)?;
            jobs::edit(tenant, author, then.0(&applied))?;
            Ok(applied)
        }
        Command::Unless { since, touched, command } => {
            plan::untouched(tenant, since, &touched)?;
            run(state, tenant, author, *command)
        }
        Command::CreateGroup(draft) => group::create(tenant, author, draft),
        Command::PatchGroup { id, patch } => group::patch(tenant, author, id, patch),
        Command::DeleteGroup { id } => group::delete(tenant, author, id),
        Command::Note { organization, edits } => notes::note(tenant, author, organization, edits),
        Command::CreateOrganization(draft) => {
            state.free_organization(draft.id)?;
            organization::create(tenant, author, *draft)
        }
        Command::PatchOrganization { id, expect, patch } => organization::patch(tenant, author, (id, expect), *patch),
        Command::Undo { organization, change, is_forced } => undo::undo(tenant, author, organization, (change, is_forced)),
        Command::Erase { organization, sources, id } => erase::erase(tenant, author, (organization, id), &sources),
        Command::Bundle { organization, sources, id } => erase::bundle(tenant, author, (organization, id), &sources),
        Command::Together(commands) => {
            let before = tenant.unchanged();
            commands.into_iter().try_fold(before, |done, command| Ok(done.and(run(state, tenant, author, command)?)))
        }
    }
}

/// Whether a command is about what is kept beside the directory itself, so that it changes something and makes no change.
fn is_kept_beside(command: &Command) -> bool {
    match command {
        Command::KeepPlan(_) | Command::ForgetPlan { .. } | Command::Job(_) | Command::AndJob { .. } => true,
        Command::Together(commands) => commands.iter().any(is_kept_beside),
        Command::Unless { command, .. } => is_kept_beside(command),
        _ => false,
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
