//! One person whole: all that is kept of them, and all traces of them gone.

use std::collections::BTreeSet;

use cardfile_directory::{Applied, Author, DEAD_LETTERS, Error, Held, Key, Result, Surface, judge};
use cardfile_model::{ChangeKind, Numbers, Organization, OrganizationId, Sources, TenantId};
use uuid::Uuid;

use super::State;
use super::state::{Card, Deed, Effect, Standing, Tenant};

pub(super) fn erase(
    tenant: &mut Tenant,
    author: &Author,
    (organization, id): (OrganizationId, Uuid),
    sources: &Sources,
) -> Result<Applied> {
    let Card { record, trashed } = tenant.whole(author, (organization, id), sources)?;
    let number = record.number;
    let formers = record.contact.formers.iter().filter(|former| tenant.card(former.number).is_some());
    judge::erasable(&formers.map(|former| former.id).collect::<Vec<_>>())?;
    let is_live = trashed.is_none();
    if is_live {
        judge::oneself(author, &record, None)?;
        tenant.stand(judge::losses(author, &record.contact, None), &Numbers::from([number]))?;
    }
    let moved = tenant.history(0, usize::MAX).moved.into_iter();
    let mut homes: BTreeSet<u32> = moved.filter(|(_, people)| people.contains(number)).map(|(home, _)| home).collect();
    homes.extend(record.contact.memberships.iter().map(|seat| seat.organization));
    homes.extend(record.contact.memberships.is_empty().then_some(Organization::ROOT));
    tenant.person_mut(number).expect("it was found above").standing = Standing::Gone;
    tenant.erased.insert(number);
    for row in &mut tenant.groups {
        row.members.remove(number);
    }
    for logged in &mut tenant.log {
        if let Effect::People(before) = &mut logged.effect {
            before.remove(&number);
        }
    }
    tenant.plans.clear();
    tenant.jobs.retain(|kept| !kept.job.state.is_over());
    for kept in &mut tenant.jobs {
        kept.files.retain(|(file, _), _| !file.starts_with(DEAD_LETTERS));
    }
    let name = id.to_string();
    for done in tenant.once.values_mut().filter(|done| String::from_utf8_lossy(&done.answer).contains(&name)) {
        done.answer.clear();
    }
    let (mut went, mut stayed) = (Numbers::new(), Numbers::new());
    if is_live {
        went.insert(number)
    } else {
        stayed.insert(number)
    };
    let effect = Effect::Erased { number, homes };
    let kind = ChangeKind::Erase;
    let deed = Deed { kind, organization, group: None, came: Numbers::new(), went, stayed, undoes: None, effect };
    Ok(Applied { number: Some(number), ..tenant.log(author, deed) })
}

/// Logs that all that is kept of somebody is handed out.
pub(super) fn bundle(
    tenant: &mut Tenant,
    author: &Author,
    (organization, id): (OrganizationId, Uuid),
    sources: &Sources,
) -> Result<Applied> {
    let number = tenant.whole(author, (organization, id), sources)?.record.number;
    let (nobody, stayed) = (Numbers::new, Numbers::from([number]));
    let (kind, effect) = (ChangeKind::Bundle, Effect::Forgotten);
    let deed = Deed { kind, organization, group: None, came: nobody(), went: nobody(), stayed, undoes: None, effect };
    Ok(Applied { number: Some(number), ..tenant.log(author, deed) })
}

impl Tenant {
    /// The card of somebody whom an author may erase, or hand out, in the trash or not.
    fn whole(&self, author: &Author, (organization, id): (OrganizationId, Uuid), sources: &Sources) -> Result<Card> {
        self.known_organization(organization)?;
        judge::delegation(author, |id| Ok(self.live_by_id(id).cloned()))?;
        let found = self.ids.get(&id).and_then(|number| self.person(*number)).map(|person| &person.standing);
        let Some(Standing::Card(card)) = found else { return Err(Error::no_contact(id)) };
        judge::whole(self.number_of(organization), sources, &card.record)?;
        Ok(Card::clone(card))
    }

    /// The ids of these people who were erased.
    pub fn erased_among(&self, numbers: &Numbers) -> impl Iterator<Item = (u32, Uuid)> {
        (&self.erased & numbers).into_iter().filter_map(|number| Some((number, self.person(number)?.id)))
    }
}

impl State {
    /// All that is kept of somebody.
    pub(super) fn held(&self, tenant: TenantId, id: Uuid) -> Option<Held> {
        let kept = self.tenants.get(&tenant)?;
        let Standing::Card(card) = &kept.person(*kept.ids.get(&id)?)?.standing else { return None };
        let number = card.record.number;
        let rows = kept.groups.iter().filter(|row| !row.is_deleted && row.members.contains(number));
        let changes = kept.log.iter().map(|logged| &logged.change).filter(|change| change.touched.contains(number));
        let logins = [Surface::Admin, Surface::Agent, Surface::Store].map(|surface| self.logins(tenant, surface));
        let tokens = self.tokens.iter().filter(|known| known.token.tenant == tenant && known.principal.person == id);
        let mut tokens: Vec<_> =
            tokens.map(|known| (Key { principal: known.principal.clone(), created: known.created }, known.origin)).collect();
        tokens.sort_by_key(|(key, _)| (key.created, key.principal.id));
        Some(Held {
            record: card.record.clone(),
            is_trashed: card.trashed.is_some(),
            groups: rows.map(|row| kept.sized(row)).collect(),
            changes: changes.cloned().collect(),
            logins: logins.into_iter().flatten().filter(|login| login.principal.person == id).collect(),
            tokens,
        })
    }

    /// Takes the log-ins and tokens of these people away.
    pub(super) fn forget_callers(&mut self, tenant: TenantId, people: &[Uuid]) {
        let is_gone = |known: TenantId, person: &Uuid| known == tenant && people.contains(person);
        let gone = self.logins.iter().filter(|(known, login)| is_gone(*known, &login.principal.person));
        let principals: Vec<Uuid> = gone.map(|(_, login)| login.principal.id).collect();
        self.logins.retain(|(known, login)| !is_gone(*known, &login.principal.person));
        self.tokens.retain(|known| !is_gone(known.token.tenant, &known.principal.person));
        for principal in principals {
            self.revoke_tokens_of(tenant, principal);
        }
    }
}
