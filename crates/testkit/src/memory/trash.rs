//! Contacts go to the trash, and come back, by selection.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Action, Applied, Author, Error, Result, Trash};
use cardfile_model::{ChangeKind, Selection};

use super::members::numbers_of;
use super::state::{Before, Tenant};

pub(super) fn trash(tenant: &mut Tenant, author: &Author, trash: &Trash) -> Result<Applied> {
    tenant.known_organization(trash.organization)?;
    let live = tenant.live_in(trash.organization);
    let selected = match &trash.selection {
        Selection::Only(people) => live & numbers_of(tenant, people),
        Selection::AllExcept(people) => live - numbers_of(tenant, people),
    };
    let mut guests = false;
    let home = tenant.number_of(trash.organization);
    if let Selection::Only(people) = &trash.selection {
        let is_guest = |number: u32| {
            tenant
                .live(number)
                .is_some_and(|card| card.record.contact.home() != home && card.record.contact.membership(home).is_some())
        };
        guests = numbers_of(tenant, people).into_iter().any(is_guest);
    }
    let (mut before, mut forbidden) = (BTreeMap::new(), BTreeSet::new());
    for number in selected {
        let Some(card) = tenant.card_mut(number) else { continue };
        let contact = &card.record.contact;
        if !trash.sources.allow(&contact.source) {
            forbidden.insert(contact.source.clone());
        }
        before.insert(number, Before { was_live: true, contact: Some(contact.clone()) });
        card.trashed = Some(author.time);
    }
    // Of several the first by name is told.
    if let Some(source) = forbidden.pop_first() {
        return Err(Error::Forbidden { action: Action::UseSource(Some(source)) });
    }
    if guests {
        return Err(Error::Forbidden { action: Action::ChangeInherited });
    }
    tenant.spares(author, &before)?;
    tenant.stand(tenant.losses(author, &before), &cardfile_model::Numbers::new())?;
    Ok(tenant.log_people(author, (ChangeKind::Trash, trash.organization, None), before))
}

pub(super) fn restore(tenant: &mut Tenant, author: &Author, wanted: &Trash) -> Result<Applied> {
    tenant.known_organization(wanted.organization)?;
    let trashed = tenant.trashed_in(wanted.organization);
    let selected = match &wanted.selection {
        Selection::Only(people) => trashed & numbers_of(tenant, people),
        Selection::AllExcept(people) => trashed - numbers_of(tenant, people),
    };
    let (mut before, mut forbidden) = (BTreeMap::new(), BTreeSet::new());
    for number in selected {
        let Some(card) = tenant.card_mut(number) else { continue };
        let contact = &card.record.contact;
        if !wanted.sources.allow(&contact.source) {
            forbidden.insert(contact.source.clone());
        }
        before.insert(number, Before { was_live: false, contact: Some(contact.clone()) });
        card.trashed = None;
    }
    if let Some(source) = forbidden.pop_first() {
        return Err(Error::Forbidden { action: Action::UseSource(Some(source)) });
    }
    Ok(tenant.log_people(author, (ChangeKind::Restore, wanted.organization, None), before))
}
