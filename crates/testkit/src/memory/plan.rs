//! What a command would do, plans that are kept, and requests that are done once.

use cardfile_directory::{Applied, Author, Difference, Error, KeptPlan, Kind, Once, Planned, Result};
use cardfile_model::Numbers;
use jiff::SignedDuration;

use super::state::{Card, Done, Logged, Standing, Tenant};

/// How long keys are remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// What led from one state of a tenant to another.
pub(super) fn planned(before: &Tenant, after: &Tenant, applied: Applied, most: usize) -> Planned {
    let revision = before.revision();
    let mut planned = Planned { applied: Applied { revision, ..applied }, revision, ..Planned::default() };
    for logged in &after.log[before.log.len()..] {
        planned.touched |= &logged.change.touched;
        planned.came |= &logged.change.came;
        planned.went |= &logged.change.went;
    }
    let differs = |number: u32| {
        let now = card(after, number)?;
        let was = card(before, number);
        let is_other = was.is_none_or(|was| was.record.contact != now.record.contact);
        let is_shown = is_other && (was.is_some() || now.trashed.is_none());
        is_shown.then(|| Difference {
            id: now.record.id,
            number,
            before: was.map(|was| was.record.contact.clone()),
            after: now.record.contact.clone(),
        })
    };
    planned.differences = planned.touched.iter().filter_map(differs).take(most).collect();
    planned
}

fn card(tenant: &Tenant, number: u32) -> Option<&Card> {
    match &tenant.person(number)?.standing {
        Standing::Card(card) => Some(card),
        Standing::Stub | Standing::Gone => None,
    }
}

/// Refuses to go on if one of these people was touched since a revision.
pub(super) fn untouched(tenant: &Tenant, since: u64, people: &Numbers) -> Result<()> {
    let is_later = |logged: &&Logged| logged.change.revision > since && logged.change.kind.touches();
    let later = tenant.log.iter().filter(is_later);
    let is_touched = later.into_iter().any(|logged| !logged.change.touched.is_disjoint(people));
    if is_touched { Err(Error::Stale { expected: since, actual: tenant.revision() }) } else { Ok(()) }
}

pub(super) fn keep(tenant: &mut Tenant, author: &Author, plan: KeptPlan) -> Result<Applied> {
    tenant.known_organization(plan.organization)?;
    tenant.plans.retain(|kept| kept.expires > author.time);
    let most = author.limits.tenant_plans;
    if tenant.plans.len() >= most as usize {
        return Err(Error::TooLarge { limit: "tenant_plans", most: most.into() });
    }
    tenant.plans.push(plan);
    Ok(tenant.unchanged())
}

/// What was answered when the author's request was done before.
pub(super) fn receipt(tenant: &mut Tenant, author: &Author) -> Result<Option<Vec<u8>>> {
    let Some(Once { principal, key, fingerprint, .. }) = &author.once else { return Ok(None) };
    tenant.once.retain(|_, done| author.time.duration_since(done.time) < REMEMBERED);
    match tenant.once.get(&(*principal, key.clone())) {
        Some(done) if done.fingerprint == *fingerprint => Ok(Some(done.answer.clone())),
        Some(_) => Err(Error::AlreadyExists { kind: Kind::Once, key: key.clone() }),
        None => Ok(None),
    }
}

/// Remembers what was answered to the author's request.
pub(super) fn remember(tenant: &mut Tenant, author: &Author, applied: &Applied) {
    if let Some(Once { principal, key, fingerprint, answer }) = &author.once {
        let done = Done { time: author.time, fingerprint: *fingerprint, answer: answer(applied) };
        tenant.once.insert((*principal, key.clone()), done);
    }
}
