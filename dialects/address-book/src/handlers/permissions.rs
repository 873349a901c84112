//! What accounts below may do with the groups of one above.

use std::collections::BTreeMap;

use cardfile_directory::{Grant, Right};
use cardfile_model::{GroupFilter, GroupOrder, OrganizationId};
use uuid::Uuid;

use super::done;
use crate::error::Failure;
use crate::map::group;
use crate::visit::Visit;
use crate::wire::Out;

/// The rights of an account below on every group of this one.
pub async fn list(visit: &Visit) -> Result<Out, Failure> {
    let (account, below) = (visit.guid(0, "id")?, OrganizationId(visit.guid(1, "subAccountID")?));
    let desk = visit.desk_of(OrganizationId(account)).await?;
    let reader = desk.group_reader()?;
    let rights: BTreeMap<Uuid, Right> = reader.rights_of(below).await?.into_iter().collect();
    let name = desk.below(below).await?.name;
    let (groups, _) = reader.find(GroupFilter::All, (GroupOrder::Name, false), 0, usize::MAX).await?;
    let permission = |found: cardfile_model::Group| {
        Out::object(vec![
            ("ID", Out::Guid(below.0)),
            ("Name", Out::Text(name.clone())),
            ("GroupID", Out::Guid(found.id)),
            ("GroupName", Out::Text(found.name)),
            ("PermissionLevel", group::level(rights.get(&found.id).copied())),
        ])
    };
    Ok(Out::List("AccountAddressbookGroupPermissionResponse", groups.into_iter().map(permission).collect()))
}

/// Sets rights: all of them or none.
pub async fn set(visit: &Visit) -> Result<Out, Failure> {
    const LIST: &str = "AccountsAddressBookGroupAccess";
    let account = visit.guid(0, "id")?;
    let node = visit.body()?.object("AccountAddressbookGroupPermissionV2Request")?;
    let list = node.member(LIST).ok_or_else(|| Failure::invalid(LIST, "is required"))?;
    let items = list.items("AccountAddressBookGroupPermissionDetails", false, LIST)?;
    if items.len() > visit.settings.batch_items {
        return Err(Failure::too_many(visit.settings.batch_items));
    }
    let mut grants = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let field = |name: &str| format!("{LIST}[{at}].{name}");
        let item = item.object(&format!("{LIST}[{at}]"))?;
        let required = |name: &str| item.member(name).ok_or_else(|| Failure::invalid(&field(name), "is required"));
        let id = |name: &str| required(name)?.guid(&field(name))?.ok_or_else(|| Failure::invalid(&field(name), "must be a GUID"));
        let right = group::right(required("PermissionLevel")?, &field("PermissionLevel"))?;
        grants.push(Grant { to: OrganizationId(id("ID")?), group: id("GroupID")?, right });
    }
    let desk = visit.desk_of(OrganizationId(account)).await?;
    desk.group_editor()?.grant(&grants).await?;
    Ok(done())
}
