//! What the judge keeps of a tenant.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Applied, Author, Counts, Error, KeptPlan, Kind, Result};
use cardfile_model::{Change, ChangeKind, Contact, Group, Numbers, Organization, OrganizationId, OrganizationTurn, Record};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone, Default)]
pub(super) struct Tenant {
    pub organizations: Vec<Organization>,
    /// Everyone ever numbered; the number is the position, counted from 1.
    pub people: Vec<Person>,
    /// The number of every id ever given to a person.
    pub ids: BTreeMap<Uuid, u32>,
    /// Every group ever made.
    pub groups: Vec<Row>,
    /// What organizations keep beside people, by organization, shelf and key.
    pub notes: BTreeMap<(OrganizationId, String, String), Value>,
    /// The entry at position `n` is the change of revision `n + 1`.
    pub log: Vec<Logged>,
    /// Every change up to this revision is purged.
    pub purged: u64,
    /// Who was erased: only the id is remembered.
    pub erased: Numbers,
    /// Plans that are kept.
    pub plans: Vec<KeptPlan>,
    /// Work that goes on beside requests.
    pub jobs: Vec<super::jobs::Kept>,
    /// Requests that were done under a key, by principal and key.
    pub once: BTreeMap<(Uuid, String), Done>,
}

/// A request that was done under a key.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub time: Timestamp,
    pub fingerprint: [u8; 32],
    pub answer: Vec<u8>,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: Uuid,
    pub standing: Standing,
}

#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// An id without a card, so that it can stand in a group.
    Stub,
    Card(Box<Card>),
    /// Purged or erased: only the id is remembered.
    Gone,
}

#[derive(Debug, Clone)]
pub(super) struct Card {
    pub record: Record,
    /// When it went to the trash, if it is there.
    pub trashed: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The group, but for its size.
    pub group: Group,
    pub members: Numbers,
    pub is_deleted: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Logged {
    pub change: Change,
    pub effect: Effect,
    /// Who came into groups, or went, by a merge.
    pub seats: Vec<Seat>,
}

/// That somebody came into a group, or went.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub group: Uuid,
    pub person: u32,
    pub came: bool,
}

/// What undo needs of a change.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    /// Nothing to be undone, or not any more.
    Forgotten,
    /// How people were before.
    People(BTreeMap<u32, Before>),
    /// Somebody was erased who had belonged to these organizations. That cannot be undone.
    Erased { number: u32, homes: BTreeSet<u32> },
    /// A group came to be.
    GroupMade,
    /// A group went.
    GroupGone,
    /// What notes were, and what they became.
    Notes(BTreeMap<(String, String), (Option<Value>, Option<Value>)>),
    /// What of an organization changed.
    Organization(Box<OrganizationTurn>),
    /// A group's name and description, before and after, if they changed.
    GroupPatched { name: Option<(String, String)>, description: Option<(Option<String>, Option<String>)> },
}

/// How somebody was before a change.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub was_live: bool,
    pub contact: Option<Contact>,
}

/// What of a change is not the same for all.
pub(super) struct Deed {
    pub kind: ChangeKind,
    pub organization: OrganizationId,
    pub group: Option<Uuid>,
    pub came: Numbers,
    pub went: Numbers,
    /// Touched, but neither came nor went.
    pub stayed: Numbers,
    pub undoes: Option<u64>,
    pub effect: Effect,
}

impl Tenant {
    pub fn revision(&self) -> u64 {
        self.log.len() as u64
    }

    /// The revision that the change at work will lead to.
    pub fn next_revision(&self) -> u64 {
        self.revision() + 1
    }

    pub fn known_organization(&self, id: OrganizationId) -> Result<()> {
        let is_known = self.organizations.iter().any(|organization| organization.id == id);
        is_known.then_some(()).ok_or_else(|| Error::NotFound { kind: Kind::Organization, id: id.to_string() })
    }

    pub fn person(&self, number: u32) -> Option<&Person> {
        self.people.get((number as usize).checked_sub(1)?)
    }

    pub fn person_mut(&mut self, number: u32) -> Option<&mut Person> {
        self.people.get_mut((number as usize).checked_sub(1)?)
    }

    /// Gives an id a number.
    pub fn number_for(&mut self, id: Uuid) -> u32 {
        if let Some(&number) = self.ids.get(&id) {
            return number;
        }
        self.people.push(Person { id, standing: Standing::Stub });
        let number = u32::try_from(self.people.len()).expect("no test has four billion people");
        self.ids.insert(id, number);
        number
    }

    /// The card of a person who is not in the trash.
    pub fn live(&self, number: u32) -> Option<&Card> {
        match &self.person(number)?.standing {
            Standing::Card(card) if card.trashed.is_none() => Some(card),
            _ => None,
        }
    }

    /// The card of a person, in the trash or not, to be looked at.
    pub fn card(&self, number: u32) -> Option<&Card> {
        match &self.person(number)?.standing {
            Standing::Card(card) => Some(card),
            _ => None,
        }
    }

    /// The card of a person, in the trash or not.
    pub fn card_mut(&mut self, number: u32) -> Option<&mut Card> {
        match &mut self.person_mut(number)?.standing {
            Standing::Card(card) => Some(card),
            _ => None,
        }
    }

    /// The card of somebody who is not in the trash, by id.
    pub fn live_by_id(&self, id: Uuid) -> Option<&Record> {
        Some(&self.live(*self.ids.get(&id)?)?.record)
    }

    /// The number that an id leads to: of who is there, else of who took them in.
    pub fn led_to(&self, id: Uuid) -> Option<u32> {
        let known = self.ids.get(&id).copied();
        known.filter(|number| self.live(*number).is_some()).or_else(|| self.successor(id))
    }

    /// The number that a number leads to: of who is there, else of who took them in.
    pub fn called(&self, number: u32) -> Option<u32> {
        if self.live(number).is_some() {
            return Some(number);
        }
        let took_in = |card: &Card| card.record.contact.formers.iter().any(|former| former.number == number);
        self.everyone().find(|other| self.live(*other).is_some_and(took_in))
    }

    /// Who took somebody in.
    pub fn successor(&self, id: Uuid) -> Option<u32> {
        self.everyone().find(|number| self.live(*number).is_some_and(|card| card.record.contact.took_in(id)))
    }

    /// Everyone at home in an organization who is not in the trash.
    pub fn live_in(&self, organization: OrganizationId) -> Numbers {
        let home = self.number_of(organization);
        self.everyone().filter(|number| self.live(*number).is_some_and(|card| card.record.contact.home() == home)).collect()
    }

    /// Everyone at home in an organization who is in the trash.
    pub fn trashed_in(&self, organization: OrganizationId) -> Numbers {
        let home = self.number_of(organization);
        self.everyone().filter(|number| self.trashed(*number).is_some_and(|card| card.record.contact.home() == home)).collect()
    }

    /// The card of a person who is in the trash.
    pub fn trashed(&self, number: u32) -> Option<&Card> {
        match &self.person(number)?.standing {
            Standing::Card(card) if card.trashed.is_some() => Some(card),
            _ => None,
        }
    }

    /// The number of an organization; 0 for one that is not known.
    pub fn number_of(&self, organization: OrganizationId) -> u32 {
        self.organizations.iter().find(|known| known.id == organization).map_or(0, |known| known.number)
    }

    /// Whether an organization is `top` or below it.
    pub fn is_below(&self, number: u32, top: OrganizationId) -> bool {
        let id = self.organizations.iter().find(|known| known.number == number).map(|known| known.id);
        id.is_some_and(|id| self.homes(id, true).contains(&top))
    }

    /// An organization, and those above it if wanted.
    pub fn homes(&self, organization: OrganizationId, inherits: bool) -> Vec<OrganizationId> {
        let mut homes = vec![organization];
        while inherits && let Some(parent) = self.parent(homes[homes.len() - 1]) {
            homes.push(parent);
        }
        homes
    }

    fn parent(&self, organization: OrganizationId) -> Option<OrganizationId> {
        self.organizations.iter().find(|known| known.id == organization)?.parent
    }

    /// Everyone of an organization, and of those above it if wanted, who is not in the trash.
    pub fn book(&self, organization: OrganizationId, inherits: bool) -> Numbers {
        let homes: Vec<u32> = self.homes(organization, inherits).into_iter().map(|home| self.number_of(home)).collect();
        let belongs =
            |number: &u32| self.live(*number).is_some_and(|card| homes.iter().any(|home| card.record.contact.belongs(*home)));
        self.everyone().filter(belongs).collect()
    }

    /// Every number ever given.
    pub fn everyone(&self) -> impl Iterator<Item = u32> + use<> {
        1..=u32::try_from(self.people.len()).expect("no test has four billion people")
    }

    /// The job of an id.
    pub fn job(&self, id: Uuid) -> Option<&super::jobs::Kept> {
        self.jobs.iter().find(|kept| kept.job.id == id)
    }

    /// A group that stands.
    pub fn row(&self, id: Uuid) -> Option<&Row> {
        self.groups.iter().find(|row| row.group.id == id && !row.is_deleted)
    }

    /// A group, standing or deleted.
    pub fn row_mut(&mut self, id: Uuid) -> Option<&mut Row> {
        self.groups.iter_mut().find(|row| row.group.id == id)
    }

    /// Logs a change, the one and only of its transaction.
    pub fn log(&mut self, author: &Author, deed: Deed) -> Applied {
        let touched = &(&deed.came | &deed.went) | &deed.stayed;
        let revision = self.next_revision();
        let count = touched.len();
        // Who came or went with a changed card is counted as that; who was made and deleted in one batch is not counted.
        let changed = match &deed.effect {
            Effect::People(before) => {
                let changed = |number: &u32| {
                    let before = before.get(number).and_then(|before| before.contact.as_ref());
                    let now = self.person(*number).and_then(|person| match &person.standing {
                        Standing::Card(card) => Some(&card.record.contact),
                        Standing::Stub | Standing::Gone => None,
                    });
                    before.is_some() && before != now
                };
                deed.stayed.iter().filter(changed).count() as u64
            }
            _ => 0,
        };
        let counts = Counts { came: deed.came.len(), went: deed.went.len(), changed };
        self.log.push(Logged {
            change: Change {
                revision,
                time: author.time,
                principal: author.principal,
                door: author.door.into(),
                kind: deed.kind,
                organization: deed.organization,
                group: deed.group,
                touched,
                came: deed.came,
                went: deed.went,
                undoes: deed.undoes,
                is_undoable: !matches!(deed.effect, Effect::Forgotten | Effect::Erased { .. }),
            },
            effect: deed.effect,
            seats: Vec::new(),
        });
        Applied { revision, is_changed: true, touched: count, counts, ..Applied::default() }
    }

    /// Logs what became of people since they were as `before` says; nothing when that is nobody.
    pub fn log_people(
        &mut self,
        author: &Author,
        (kind, organization, undoes): (ChangeKind, OrganizationId, Option<u64>),
        before: BTreeMap<u32, Before>,
    ) -> Applied {
        if before.is_empty() {
            return self.unchanged();
        }
        let (mut came, mut went, mut stayed) = (Numbers::new(), Numbers::new(), Numbers::new());
        for (number, before) in &before {
            match (before.was_live, self.live(*number).is_some()) {
                (false, true) => came.insert(*number),
                (true, false) => went.insert(*number),
                _ => stayed.insert(*number),
            };
        }
        self.log(author, Deed { kind, organization, group: None, came, went, stayed, undoes, effect: Effect::People(before) })
    }

    pub fn unchanged(&self) -> Applied {
        Applied::nothing(self.revision())
    }
}
