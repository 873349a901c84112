//! Contacts go to the trash by selection.

use std::collections::BTreeMap;

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
    let mut before = BTreeMap::new();
    for number in selected {
        let Some(card) = tenant.card_mut(number) else { continue };
        let contact = &card.record.contact;
        if !trash.sources.allow(&contact.source) {
            let source = (!contact.source.is_empty()).then(|| contact.source.clone());
            return Err(Error::Forbidden { action: Action::UseSource(source) });
        }
        before.insert(number, Before { was_live: true, contact: Some(contact.clone()) });
        card.trashed = Some(author.time);
    }
    Ok(tenant.log_people(author, (ChangeKind::Trash, trash.organization, None), before))
}
