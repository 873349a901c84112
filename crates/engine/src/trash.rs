//! Who is meant by a selection, and moving them to the trash, and out of it, by set arithmetic.

use cardfile_directory::{Action, Applied, Author, Error, Result, Trash};
use cardfile_model::{ChangeKind, Numbers, People, Selection, Sources, TenantId};

use crate::log::{self, Entry, Told};
use crate::sets::SetName;
use crate::sql::{Connection, Key};
use crate::turn::{Draft, Turn};
use crate::{merge, organizations, protect, rows};

/// Moves the selected people of an organization to the trash.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, trash: &Trash) -> Result<Applied> {
    let connection = turn.connection;
    let (Selection::Only(people) | Selection::AllExcept(people)) = &trash.selection;
    let named = named(turn, tenant, people)?;
    let draft = turn.draft(tenant)?;
    let organization = organizations::number(connection, draft.row.key, trash.organization)?;
    let base = people_of(connection, draft, organization)?;
    let mut entry = Entry::new(ChangeKind::Trash, organization);
    entry.went = match &trash.selection {
        Selection::Only(_) => &named & &base,
        Selection::AllExcept(_) => &base - &named,
    };
    check_sources(connection, draft, &trash.sources, &entry.went)?;
    if let Selection::Only(_) = &trash.selection {
        let guests = draft.set(connection, &SetName::Guests(organization))?;
        let live = draft.live(connection)?;
        if !guests.is_disjoint(&(named & live)) {
            return Err(Error::Forbidden { action: Action::ChangeInherited });
        }
    }
    protect::spares(turn, tenant, author, &entry.went)?;
    let losses = protect::losses_of(turn, tenant, author, &entry.went)?;
    let draft = turn.draft(tenant)?;
    draft.include(connection, &SetName::Trash, &entry.went)?;
    protect::stand(turn, tenant, &losses, &Numbers::new())?;
    let is_changed = !entry.is_empty();
    let Told { touched, counts } = log::append_any(turn, tenant, author, &entry)?;
    let revision = turn.draft(tenant)?.row.revision;
    Ok(Applied { revision, is_changed, touched, counts, ..Applied::default() })
}

/// Takes the selected people of an organization out of the trash.
pub(crate) fn restore(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, wanted: &Trash) -> Result<Applied> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let organization = organizations::number(connection, draft.row.key, wanted.organization)?;
    let trashed = &*draft.set(connection, &SetName::People)? & &*draft.set(connection, &SetName::Trash)?;
    let base = at_home(connection, draft, organization, trashed)?;
    let mut entry = Entry::new(ChangeKind::Restore, organization);
    entry.came = match &wanted.selection {
        Selection::Only(people) => numbers_of(connection, draft.row.key, people)? & &base,
        Selection::AllExcept(people) => &base - numbers_of(connection, draft.row.key, people)?,
    };
    check_sources(connection, draft, &wanted.sources, &entry.came)?;
    draft.exclude(connection, &SetName::Trash, &entry.came)?;
    let is_changed = !entry.is_empty();
    let Told { touched, counts } = log::append_any(turn, tenant, author, &entry)?;
    let revision = turn.draft(tenant)?.row.revision;
    Ok(Applied { revision, is_changed, touched, counts, ..Applied::default() })
}

/// Everyone at home in an organization who is not in the trash.
pub(crate) fn people_of(connection: &Connection, draft: &mut Draft, organization: u32) -> Result<Numbers> {
    let live = draft.live(connection)?;
    at_home(connection, draft, organization, live)
}

/// Who of some people is at home in an organization.
fn at_home(connection: &Connection, draft: &mut Draft, organization: u32, people: Numbers) -> Result<Numbers> {
    Ok(if organization == organizations::ROOT {
        people - &*draft.set(connection, &SetName::Elsewhere)?
    } else {
        people & &*draft.set(connection, &SetName::Organization(organization))?
    })
}

/// Everyone who belongs to an organization and is not in the trash, and to those above it if wanted.
pub(crate) fn book_of(connection: &Connection, draft: &mut Draft, organization: u32, inherits: bool) -> Result<Numbers> {
    let mut homes = vec![organization];
    if inherits {
        homes.extend(organizations::above(connection, draft.row.key, organization)?);
    }
    let (live, mut book) = (draft.live(connection)?, Numbers::new());
    for home in homes {
        book |= people_of(connection, draft, home)? | (&live & &*draft.set(connection, &SetName::Guests(home))?);
    }
    Ok(book)
}

/// The numbers of people as they are named, whatever became of them, and those into whom they were merged.
pub(crate) fn named(turn: &mut Turn<'_>, tenant: TenantId, people: &People) -> Result<Numbers> {
    let connection = turn.connection;
    let successors = match people {
        People::Ids(ids) => merge::successors(turn, tenant, ids)?,
        People::Numbers(_) => Numbers::new(),
    };
    Ok(numbers_of(connection, turn.draft(tenant)?.row.key, people)? | successors)
}

/// The numbers of people as they are named, whatever became of them.
pub(crate) fn numbers_of(connection: &Connection, tenant: Key, people: &People) -> Result<Numbers> {
    let ids = match people {
        People::Numbers(numbers) => return Ok(numbers.clone()),
        People::Ids(ids) => ids,
    };
    let mut found = Numbers::new();
    rows::numbers_of(connection, tenant, ids, |_, number| {
        found.insert(number);
        Ok(())
    })?;
    Ok(found)
}

/// Refuses people whose source the caller may not touch.
fn check_sources(connection: &Connection, draft: &mut Draft, allowed: &Sources, people: &Numbers) -> Result<()> {
    if matches!(allowed, Sources::Any) {
        return Ok(());
    }
    for name in draft.sources(connection)? {
        let SetName::Source(source) = &name else { continue };
        if !allowed.allow(source) && !draft.set(connection, &name)?.is_disjoint(people) {
            return Err(Error::Forbidden { action: Action::UseSource(Some(source.clone())) });
        }
    }
    Ok(())
}
