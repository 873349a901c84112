//! Who is meant: the one type behind every bulk request of every door.

use roaring::RoaringBitmap;
use uuid::Uuid;

/// A set of person numbers of one tenant.
pub type Numbers = RoaringBitmap;

/// Some people, or everyone but some. "Everyone" is everyone of the organization (or the group) the request speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// These.
    Only(People),
    /// Everyone but these.
    AllExcept(People),
}

/// People as a caller names them.
#[derive(Debug, Clone, PartialEq)]
pub enum People {
    /// By id; order and repetition mean nothing.
    Ids(Vec<Uuid>),
    /// By person number.
    Numbers(Numbers),
}

impl Selection {
    /// Everyone.
    #[must_use]
    pub fn all() -> Self {
        Selection::AllExcept(People::Numbers(Numbers::new()))
    }

    /// These, by id.
    #[must_use]
    pub fn ids(ids: impl IntoIterator<Item = Uuid>) -> Self {
        Selection::Only(People::Ids(ids.into_iter().collect()))
    }
}

/// What to do about a named person whom the directory does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Pass over.
    Skip,
    /// Refuse the whole request: `NotFound` for the first.
    Refuse,
    /// Give the id a person number of its own, without a card, so that it can stand in a group. A person number asked for
    /// cannot be admitted and is passed over.
    Admit,
}

/// The sources whose contacts a caller may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// Every source.
    Any,
    /// These, in the order they are to be named to the caller.
    Only(Vec<String>),
}

impl Sources {
    /// Whether contacts of this source may be touched.
    #[must_use]
    pub fn allow(&self, source: &str) -> bool {
        match self {
            Sources::Any => true,
            Sources::Only(allowed) => allowed.iter().any(|name| name == source),
        }
    }
}
