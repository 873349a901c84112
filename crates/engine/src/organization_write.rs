//! Making and changing organizations.

use cardfile_directory::{Applied, Author, Error, Kind, OrganizationDraft, Result, judge};
use cardfile_model::{ChangeKind, Expect, Limits, Organization, OrganizationId, OrganizationPatch, OrganizationTurn, TenantId};

use crate::cards;
use crate::log::{self, Entry};
use crate::organizations::{self, unknown};
use crate::registry::tenant_of;
use crate::signposts::Signpost;
use crate::sql::{Connection, Key, params};
use crate::turn::Turn;

/// Makes an organization for the operator, and its tenant if it has none.
pub(crate) fn add(turn: &mut Turn<'_>, draft: OrganizationDraft, author: &Author) -> Result<Organization> {
    let connection = turn.connection;
    is_free(connection, draft.id)?;
    let tenant = draft.tenant.unwrap_or(TenantId(draft.id.0));
    if draft.tenant.is_none() {
        connection.execute(connection.words().add_tenant, params![tenant.0])?;
        Signpost::Tenant.put(connection, tenant)?;
    }
    let has_unique_name = draft.has_unique_name;
    let organization = drafted(turn, tenant, author, draft)?;
    if organization.number == organizations::ROOT {
        organization.parent.map_or(Ok(()), |parent| Err(unknown(parent)))?;
    } else {
        let limits = Limits { organization_depth: u32::MAX, ..Limits::default() };
        place(connection, turn.draft(tenant)?.row.key, (None, &organization), &limits, has_unique_name)?;
    }
    make(turn, tenant, author, &organization)?;
    Ok(organization)
}

/// Makes an organization for a door.
pub(crate) fn create(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, draft: OrganizationDraft) -> Result<Applied> {
    let connection = turn.connection;
    let key = turn.draft(tenant)?.row.key;
    is_free(connection, draft.id)?;
    if draft.tenant.is_some() {
        return Err(Error::invalid("tenant", "absent", "it goes into the tenant it is asked of"));
    }
    let has_unique_name = draft.has_unique_name;
    let organization = drafted(turn, tenant, author, draft)?;
    judge::organization(&author.limits, &organization)?;
    place(connection, key, (None, &organization), &author.limits, has_unique_name)?;
    let most = author.limits.tenant_organizations;
    if organization.number > most {
        return Err(Error::TooLarge { limit: "tenant_organizations", most: most.into() });
    }
    make(turn, tenant, author, &organization)?;
    applied(turn, tenant, true, organization)
}

/// Changes an organization, or moves it.
pub(crate) fn patch(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    (id, expect): (OrganizationId, Expect),
    patch: OrganizationPatch,
) -> Result<Applied> {
    let connection = turn.connection;
    let key = turn.draft(tenant)?.row.key;
    let before = organizations::by_id(connection, key, id)?;
    judge::delegation(author, |person| cards::find(turn, tenant, person))?;
    let has_unique_name = patch.has_unique_name;
    let Some(mut after) = judge::organization_patch(&author.limits, &before, expect, patch)? else {
        return applied(turn, tenant, false, before);
    };
    let mut entry = Entry::new(ChangeKind::OrganizationPatch, before.number);
    entry.before.organization = Some(change(turn, tenant, author, (&before, &mut after), has_unique_name)?);
    log::append(turn, tenant, author, &entry)?;
    applied(turn, tenant, true, after)
}

/// Makes an organization what it was before a change; answers what it is now, and what changed by that, if anything.
///
/// # Errors
/// `Stale` when it is not what the change left, unless that is to be passed over; as [`patch`] when it may not be what it was.
pub(crate) fn take_back(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    (id, revision, turned): (OrganizationId, u64, &OrganizationTurn),
    is_forced: bool,
) -> Result<(Organization, Option<OrganizationTurn>)> {
    let connection = turn.connection;
    let before = organizations::by_id(connection, turn.draft(tenant)?.row.key, id)?;
    let mut after = before.clone();
    if !turned.take_back(&mut after) && !is_forced {
        return Err(Error::Stale { expected: revision, actual: before.revision });
    }
    if after == before {
        return Ok((before, None));
    }
    let back = change(turn, tenant, author, (&before, &mut after), turned.has_unique_name)?;
    Ok((after, Some(back)))
}

/// Locks an organization, or opens it: not a change of the directory.
pub(crate) fn lock(turn: &mut Turn<'_>, tenant: TenantId, id: OrganizationId, is_locked: bool) -> Result<()> {
    let connection = turn.connection;
    let Ok(draft) = turn.draft(tenant) else { return Err(unknown(id)) };
    let organization = Organization { is_locked, ..organizations::by_id(connection, draft.row.key, id)? };
    organizations::put(connection, draft.row.key, &organization, draft.touch_organizations())
}

/// An id may not have been given to an organization of any tenant.
fn is_free(connection: &Connection, id: OrganizationId) -> Result<()> {
    match tenant_of(connection, id)? {
        Some(_) => Err(Error::AlreadyExists { kind: Kind::Organization, key: id.to_string() }),
        None => Ok(()),
    }
}

/// The organization that a draft makes.
fn drafted(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, draft: OrganizationDraft) -> Result<Organization> {
    let row = &turn.draft(tenant)?.row;
    let OrganizationDraft { id, tenant: _, parent, name, country, is_active, extensions, has_unique_name: _ } = draft;
    let number = row.next_organization;
    let root = (number != organizations::ROOT).then_some(OrganizationId(tenant.0));
    Ok(Organization {
        id,
        number,
        parent: parent.or(root),
        name,
        country,
        is_locked: false,
        is_active,
        revision: row.revision + 1,
        created: author.time,
        modified: author.time,
        extensions,
    })
}

fn make(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, organization: &Organization) -> Result<()> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    draft.row.next_organization += 1;
    organizations::put(connection, draft.row.key, organization, draft.touch_organizations())?;
    Signpost::Organization(organization.id).put(connection, tenant)?;
    let mut entry = Entry::new(ChangeKind::Organization, organization.number);
    entry.before.organization = OrganizationTurn::made(organization);
    log::append(turn, tenant, author, &entry).map(drop)
}

/// Writes an organization as changed at the tenant's next revision; answers what changed.
fn change(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    (before, after): (&Organization, &mut Organization),
    has_unique_name: bool,
) -> Result<OrganizationTurn> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    place(connection, draft.row.key, (Some(before), after), &author.limits, has_unique_name)?;
    (after.revision, after.modified) = (draft.row.revision + 1, author.time);
    organizations::put(connection, draft.row.key, after, draft.touch_organizations())?;
    Ok(OrganizationTurn::between(before, after, has_unique_name))
}

/// Whether an organization may hang where it does, and be called as it is there.
fn place(
    connection: &Connection,
    tenant: Key,
    (before, after): (Option<&Organization>, &Organization),
    limits: &Limits,
    has_unique_name: bool,
) -> Result<()> {
    let is_moved = before.is_none_or(|before| before.parent != after.parent);
    let mut level = 0;
    if is_moved {
        let tree = |message| Error::invalid("parent", "tree", message);
        let parent = after.parent.filter(|_| before.is_none_or(|before| before.parent.is_some()));
        let parent = parent.ok_or_else(|| tree("the root organization does not move"))?;
        let number = organizations::number(connection, tenant, parent)?;
        let above = organizations::above(connection, tenant, number)?;
        if number == after.number || above.contains(&after.number) {
            return Err(tree("an organization does not move to what is below it"));
        }
        level = u32::try_from(above.len()).unwrap_or(u32::MAX).saturating_add(1);
    }
    let is_named = before.is_none_or(|before| before.name != after.name);
    if has_unique_name && (is_moved || is_named) && organizations::is_name_taken(connection, tenant, after)? {
        return Err(Error::AlreadyExists { kind: Kind::Organization, key: after.name.clone() });
    }
    let most = limits.organization_depth;
    if is_moved && before.is_some() {
        level = level.saturating_add(organizations::levels_below(connection, tenant, after.id, most)?);
    }
    if is_moved && level > most {
        return Err(Error::TooLarge { limit: "organization_depth", most: most.into() });
    }
    Ok(())
}

fn applied(turn: &mut Turn<'_>, tenant: TenantId, is_changed: bool, organization: Organization) -> Result<Applied> {
    let revision = turn.draft(tenant)?.row.revision;
    Ok(Applied { revision, is_changed, organization: Some(organization), ..Applied::default() })
}
