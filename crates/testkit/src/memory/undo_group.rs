//! A change of a group is taken back.

use cardfile_directory::{Applied, Author, Error, Result};
use cardfile_model::{ChangeKind, Numbers};

use super::group::{deleted, patched};
use super::state::{Deed, Effect, Logged, Row, Standing, Tenant};
use super::undo::Undo;

pub(super) fn undo_group(tenant: &mut Tenant, author: &Author, undo: &Undo, logged: &Logged) -> Result<Applied> {
    let id = logged.change.group.expect("a change of a group names it");
    let row = tenant.row_mut(id).expect("groups are never forgotten").clone();
    let is_left_standing = !matches!(logged.effect, Effect::GroupGone);
    if is_left_standing == row.is_deleted {
        undo.pass_over(row.group.revision)?;
        return Ok(tenant.unchanged());
    }
    let by = (ChangeKind::Undo, Some(undo.change));
    match &logged.effect {
        Effect::GroupMade => Ok(deleted(tenant, author, by, id)),
        Effect::GroupGone => restore(tenant, author, undo, row),
        Effect::GroupPatched { name, description } => {
            let Row { mut group, members, .. } = row;
            if let Some((before, after)) = name {
                if group.name == *after {
                    group.name.clone_from(before);
                    tenant.free_name(group.organization, &group.name, id)?;
                } else {
                    undo.pass_over(group.revision)?;
                }
            }
            if let Some((before, after)) = description {
                if group.description == *after {
                    group.description.clone_from(before);
                } else {
                    undo.pass_over(group.revision)?;
                }
            }
            let came = &logged.change.came - &undo.passed;
            let went = tenant.remembered(&(&logged.change.went - &undo.passed));
            Ok(patched(tenant, author, by, group, (members - came) | went))
        }
        Effect::Forgotten | Effect::Erased { .. } | Effect::People(_) | Effect::Notes(_) | Effect::Organization(_) => {
            Err(Error::internal("this is no change of a group"))
        }
    }
}

fn restore(tenant: &mut Tenant, author: &Author, undo: &Undo, row: Row) -> Result<Applied> {
    let Row { group, members, .. } = row;
    tenant.free_name(group.organization, &group.name, group.id)?;
    let revision = tenant.next_revision();
    let standing = tenant.row_mut(group.id).expect("groups are never forgotten");
    standing.is_deleted = false;
    (standing.group.modified, standing.group.revision) = (author.time, revision);
    let deed = Deed {
        kind: ChangeKind::Undo,
        organization: group.organization,
        group: Some(group.id),
        came: members,
        went: Numbers::new(),
        stayed: Numbers::new(),
        undoes: Some(undo.change),
        effect: Effect::GroupMade,
    };
    Ok(tenant.log(author, deed))
}

impl Tenant {
    /// Of these people, those who were not purged.
    fn remembered(&self, numbers: &Numbers) -> Numbers {
        let is_remembered = |number: &u32| self.person(*number).is_some_and(|person| !matches!(person.standing, Standing::Gone));
        numbers.iter().filter(is_remembered).collect()
    }
}
