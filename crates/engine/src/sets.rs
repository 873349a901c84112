//! Sets of people: their names, and how they are kept in chunks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use cardfile_directory::Result;
use cardfile_model::{Contact, Numbers, Organization, role};

use crate::fault::corrupt;
use crate::sql::{Connection, Key, Value, params, row};

/// Consecutive person numbers in one chunk: one container of a roaring bitmap.
const CHUNK_BITS: u32 = 16;

/// The sets of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum SetName {
    /// Everyone with a card, also in the trash; who is purged is not in it.
    People,
    /// Who was deleted and not yet purged.
    Trash,
    /// Who has an id and a number, but no card.
    Stubs,
    /// Who was erased: no other set names them.
    Erased,
    /// Whose card is shown to some groups only.
    Restricted,
    /// Whose card has an e-mail address.
    WithEmail,
    /// Whose card has a phone number.
    WithPhone,
    /// Who belongs to another organization than the root.
    Elsewhere,
    /// Who belongs to this organization, which is not the root.
    Organization(u32),
    /// Who belongs to this organization without being at home there.
    Guests(u32),
    /// Who holds a role in this organization.
    Role(u32, String),
    /// Who holds, in any organization, a role whose last holder is protected.
    Holders,
    /// Who is out of use for now.
    Inactive,
    /// Into whom others were merged.
    Successors,
    /// Whose card is of this source.
    Source(String),
    /// Who is in this group.
    Group(u32),
    /// Whose card is shown to the group of this id.
    SharedWith(uuid::Uuid),
}

impl fmt::Display for SetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetName::People => f.write_str("people"),
            SetName::Trash => f.write_str("trash"),
            SetName::Stubs => f.write_str("stubs"),
            SetName::Erased => f.write_str("erased"),
            SetName::Restricted => f.write_str("restricted"),
            SetName::WithEmail => f.write_str("with-email"),
            SetName::WithPhone => f.write_str("with-phone"),
            SetName::Elsewhere => f.write_str("elsewhere"),
            SetName::Organization(number) => write!(f, "organization/{number}"),
            SetName::Guests(number) => write!(f, "guests/{number}"),
            SetName::Role(number, role) => write!(f, "role/{number}/{role}"),
            SetName::Holders => f.write_str("holders"),
            SetName::Inactive => f.write_str("inactive"),
            SetName::Successors => f.write_str("successors"),
            SetName::Source(name) => write!(f, "source/{name}"),
            SetName::Group(number) => write!(f, "group/{number}"),
            SetName::SharedWith(id) => write!(f, "shared/{id}"),
        }
    }
}

impl SetName {
    /// The set that a stored name means.
    pub(crate) fn read(name: &str) -> Option<SetName> {
        Some(match name.split_once('/') {
            None => match name {
                "people" => SetName::People,
                "trash" => SetName::Trash,
                "stubs" => SetName::Stubs,
                "erased" => SetName::Erased,
                "restricted" => SetName::Restricted,
                "with-email" => SetName::WithEmail,
                "with-phone" => SetName::WithPhone,
                "elsewhere" => SetName::Elsewhere,
                "holders" => SetName::Holders,
                "inactive" => SetName::Inactive,
                "successors" => SetName::Successors,
                _ => return None,
            },
            Some(("organization", number)) => SetName::Organization(number.parse().ok()?),
            Some(("guests", number)) => SetName::Guests(number.parse().ok()?),
            Some(("role", held)) => {
                let (number, role) = held.split_once('/')?;
                SetName::Role(number.parse().ok()?, role.to_owned())
            }
            Some(("source", name)) => SetName::Source(name.to_owned()),
            Some(("group", number)) => SetName::Group(number.parse().ok()?),
            Some(("shared", id)) => SetName::SharedWith(id.parse().ok()?),
            Some(_) => return None,
        })
    }
}

/// The sets in which a card stands by where the person belongs, what they may do there, and whether they are in use.
pub(crate) fn belonging(contact: &Contact) -> Vec<SetName> {
    let mut names = Vec::new();
    let home = contact.home();
    if home != Organization::ROOT {
        names.extend([SetName::Elsewhere, SetName::Organization(home)]);
    }
    for membership in &contact.memberships {
        let organization = membership.organization;
        names.extend((organization != home).then_some(SetName::Guests(organization)));
        names.extend(membership.roles.iter().map(|role| SetName::Role(organization, role.clone())));
    }
    let is_guarded = |role: &String| role::GUARDED.contains(&role.as_str());
    let is_holder = contact.memberships.iter().any(|membership| membership.roles.iter().any(is_guarded));
    names.extend(is_holder.then_some(SetName::Holders));
    names.extend(contact.is_inactive.then_some(SetName::Inactive));
    names.extend((!contact.formers.is_empty()).then_some(SetName::Successors));
    names
}

/// Reads a whole set; one that is not there is empty.
pub(crate) fn load(connection: &Connection, tenant: Key, name: &SetName) -> Result<Numbers> {
    let sql = "SELECT bits
                 FROM sets
                WHERE tenant_id = ?1 AND name = ?2
                ORDER BY chunk";
    let mut set = Numbers::new();
    connection.each(sql, params![tenant, name.to_string()], |row| {
        set |= bits(row.blob(0)?)?;
        Ok(())
    })?;
    Ok(set)
}

/// Every set of a tenant whose stored name begins so.
pub(crate) fn names(connection: &Connection, tenant: Key, prefix: &str) -> Result<Vec<SetName>> {
    let sql = "SELECT DISTINCT name
                 FROM sets
                WHERE tenant_id = ?1 AND name >= ?2 AND name < ?3
                ORDER BY name";
    // The first name after all that begin so: the prefixes are of ASCII letters.
    let mut end = prefix.as_bytes().to_vec();
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    let end = String::from_utf8(end).map_err(corrupt)?;
    connection.rows(sql, params![tenant, prefix, end], |row| {
        let name = row.text(0)?;
        SetName::read(name).ok_or_else(|| corrupt(name))
    })
}

/// Every set of a tenant that has this person in it.
pub(crate) fn names_with(connection: &Connection, tenant: Key, number: u32) -> Result<Vec<SetName>> {
    let sql = "SELECT name, bits
                 FROM sets
                WHERE tenant_id = ?1 AND chunk = ?2";
    let mut names = Vec::new();
    connection.each(sql, params![tenant, number >> CHUNK_BITS], |row| {
        if bits(row.blob(1)?)?.contains(number) {
            let name = row.text(0)?;
            names.push(SetName::read(name).ok_or_else(|| corrupt(name))?);
        }
        Ok(())
    })?;
    Ok(names)
}

/// Writes chunks of a set; a chunk without anyone goes.
pub(crate) fn store(connection: &Connection, tenant: Key, name: &SetName, set: &Numbers, chunks: &BTreeSet<u32>) -> Result<()> {
    let put = "INSERT INTO sets (tenant_id, name, chunk, bits)
               VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (tenant_id, name, chunk) DO UPDATE SET bits = excluded.bits";
    let remove = "DELETE FROM sets
                   WHERE tenant_id = ?1 AND name = ?2 AND chunk = ?3";
    let name = name.to_string();
    let (mut written, mut removed) = (Vec::new(), Vec::new());
    for chunk in chunks {
        let mut part = slice(set, chunk << CHUNK_BITS);
        let mut row = row![tenant, name.as_str(), chunk];
        if part.is_empty() {
            removed.push(row);
        } else {
            part.optimize();
            row.push(Value::Blob(to_bytes(&part).into()));
            written.push(row);
        }
    }
    connection.many(put, &written)?;
    connection.many(remove, &removed)
}

/// The people of one chunk, given by its first number.
fn slice(set: &Numbers, first: u32) -> Numbers {
    let mut window = Numbers::new();
    window.insert_range(first..=first | ((1 << CHUNK_BITS) - 1));
    window &= set;
    window
}

/// A set as bytes, in the portable format of roaring bitmaps.
pub(crate) fn to_bytes(set: &Numbers) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(set.serialized_size());
    set.serialize_into(&mut bytes).expect("writing to a vector cannot fail");
    bytes
}

/// A set from its bytes.
pub(crate) fn bits(bytes: &[u8]) -> Result<Numbers> {
    Numbers::deserialize_from(bytes).map_err(corrupt)
}

/// The chunks in which a set has someone.
pub(crate) fn chunks_of(set: &Numbers) -> BTreeSet<u32> {
    let mut chunks = BTreeSet::new();
    let mut next = set.min();
    while let Some(number) = next {
        let chunk = number >> CHUNK_BITS;
        chunks.insert(chunk);
        next = match (chunk + 1).checked_shl(CHUNK_BITS) {
            Some(from) if chunk < (u32::MAX >> CHUNK_BITS) => set.range(from..).next(),
            _ => None,
        };
    }
    chunks
}

/// The sets of one tenant as they were at one version of it, read when first asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sets(pub(crate) BTreeMap<SetName, Arc<Numbers>>);

impl Sets {
    /// A set, from memory or from the file.
    pub(crate) fn get(&mut self, connection: &Connection, tenant: Key, name: &SetName) -> Result<Arc<Numbers>> {
        if let Some(set) = self.0.get(name) {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(load(connection, tenant, name)?);
        self.0.insert(name.clone(), Arc::clone(&set));
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_name_reads_back_as_it_was_written() {
        let names = [
            SetName::People,
            SetName::Trash,
            SetName::Stubs,
            SetName::Erased,
            SetName::Restricted,
            SetName::Elsewhere,
            SetName::Organization(7),
            SetName::Guests(7),
            SetName::Role(7, "a/b ü".into()),
            SetName::Holders,
            SetName::Inactive,
            SetName::Successors,
            SetName::Source("a/b ü".into()),
            SetName::Group(u32::MAX),
            SetName::SharedWith(uuid::Uuid::from_u128(5)),
        ];
        for name in names {
            assert_eq!(SetName::read(&name.to_string()), Some(name));
        }
        assert_eq!(SetName::read("group/x"), None);
    }

    #[test]
    fn the_chunks_of_a_set_are_those_with_someone_in_them() {
        let set = Numbers::from_iter([0, 1, 65_535, 65_536, 300_000, u32::MAX]);
        assert_eq!(chunks_of(&set), BTreeSet::from([0, 1, 4, 65_535]));
        assert_eq!(chunks_of(&Numbers::new()), BTreeSet::new());
    }
}
