//! Writing contacts one by one, with an outcome each.

mod admit;
mod upsert;

pub(crate) use upsert::Foreseen;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cardfile_directory::judge::{self, Loss};
use cardfile_directory::{Applied, Author, Error, Kind, Outcome, Result};
use cardfile_model::{Batch, ChangeKind, Contact, Expect, Mode, Numbers, Patch, Reach, Record, TenantId, Write};
use uuid::Uuid;

use crate::bearers::ExactTerm;
use crate::log::{self, Entry, Seat, Told};
use crate::sets::{self, SetName};
use crate::turn::{Indexed, Turn};
use crate::{cards, organizations, protect, rows};

/// A batch with all done that needs no transaction: new contacts judged, folded and serialized.
pub(crate) struct Prepared {
    batch: Batch,
    cards: Vec<Option<Result<Card>>>,
    foreseen: Foreseen,
}

/// A contact as it will be stored and found.
struct Card {
    document: Vec<u8>,
    indexed: Indexed,
    /// Of what a source tells, the contact that is made of it if it is new.
    told: Option<Contact>,
}

impl Card {
    fn of(contact: &Contact) -> Result<Self> {
        Ok(Card { document: rows::document(contact)?, indexed: cards::indexed(contact), told: None })
    }

    /// The card of a contact that may be made.
    fn judged(batch: &Batch, author: &Author, contact: &Contact) -> Result<Self> {
        judge::create(batch, &author.limits, contact).and_then(|()| Card::of(contact))
    }
}

impl Prepared {
    /// Does all of a batch that needs no transaction.
    pub(crate) fn new(mut batch: Batch, organization: u32, author: &Author) -> Self {
        batch.writes.iter_mut().for_each(|write| judge::settle(write, organization));
        let card = |write: &Write| match write {
            Write::Create { contact, .. } => Some(Card::judged(&batch, author, contact)),
            // Most of those whom a source tells of are new when there are many.
            Write::Upsert { claim, .. } => {
                let contact = claim.card();
                Some(Card::judged(&batch, author, &contact).map(|card| Card { told: Some(contact), ..card }))
            }
            _ => None,
        };
        let cards = batch.writes.iter().map(card).collect();
        Prepared { batch, cards, foreseen: Foreseen::default() }
    }

    /// With what was looked up before the transaction.
    pub(crate) fn foreseeing(self, foreseen: Foreseen) -> Self {
        Prepared { foreseen, ..self }
    }

    /// How many writes there are.
    pub(crate) fn len(&self) -> usize {
        self.batch.writes.len()
    }
}

/// What a batch does, as it goes.
pub(crate) struct Run<'a, 'c> {
    turn: &'a mut Turn<'c>,
    tenant: TenantId,
    organization: u32,
    author: &'a Author,
    batch: Batch,
    /// The revision that the change will have.
    revision: u64,
    entry: Entry,
    /// What the batch took from organizations, to be judged at its end; in mode `Each` it is judged write by write.
    losses: BTreeSet<Loss>,
    /// Who was made and is not in the sets yet, by source: they are put there together.
    arrivals: BTreeMap<String, Numbers>,
    /// Who of these stands in which sets by where they belong.
    belonging: BTreeMap<SetName, Numbers>,
    /// Who of these has an e-mail address, and who a phone number.
    reachable: (Numbers, Numbers),
    /// From how many cards it took all that they had in some member.
    blanked: u64,
    /// Whom the index had before the batch by the terms of what sources tell of.
    foreseen: HashMap<ExactTerm, Numbers>,
}

/// Writes a batch within a turn.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, prepared: Prepared) -> Result<Applied> {
    let Prepared { mut batch, cards, foreseen } = prepared;
    let (connection, is_careful) = (turn.connection, turn.is_careful());
    let draft = turn.draft(tenant)?;
    let key = draft.row.key;
    let writes = std::mem::take(&mut batch.writes);
    let is_new = |write: &&Write| matches!(write, Write::Create { .. } | Write::Upsert { .. });
    let (new, known): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(is_new);
    let [new, known] = [new, known].map(|writes| writes.into_iter().map(Write::id).collect::<Vec<Uuid>>());
    draft.people.read_ahead(connection, key, &known, &known)?;
    if is_careful {
        draft.people.read_ahead(connection, key, &new, &[])?;
    } else {
        draft.people.take_for_new(&new);
    }
    let mode = batch.mode;
    let mut run = Run::begin(turn, tenant, author, (batch, ChangeKind::Write))?;
    run.foresee(&writes, foreseen)?;
    let (mut outcomes, most_blanked) = (Vec::with_capacity(writes.len()), run.batch.most_blanked);
    for (write, card) in writes.into_iter().zip(cards) {
        let outcome = run.one(write, card);
        match outcome {
            Err(error) if is_fatal(&error) => return Err(error),
            Err(error) if mode == Mode::AllOrNothing => return Err(run.first_taken(&new)?.unwrap_or(error)),
            outcome => outcomes.push(outcome),
        }
        judge::blanked(run.blanked, most_blanked)?;
    }
    Ok(Applied { outcomes, ..run.end()? })
}

/// Whether an error concerns more than its own write.
fn is_fatal(error: &Error) -> bool {
    matches!(error, Error::Internal(_) | Error::Unavailable { .. })
}

impl<'a, 'c> Run<'a, 'c> {
    /// Begins what is logged as a change of this kind.
    pub(crate) fn begin(
        turn: &'a mut Turn<'c>,
        tenant: TenantId,
        author: &'a Author,
        (batch, kind): (Batch, ChangeKind),
    ) -> Result<Self> {
        let connection = turn.connection;
        let row = &turn.draft(tenant)?.row;
        let (key, revision) = (row.key, row.revision + 1);
        let organization = organizations::number(connection, key, batch.organization)?;
        if let Reach::Below(top) = batch.reach {
            organizations::number(connection, key, top)?;
        }
        judge::delegation(author, |id| cards::find(turn, tenant, id))?;
        Ok(Run {
            turn,
            tenant,
            organization,
            author,
            batch,
            revision,
            entry: Entry::new(kind, organization),
            losses: BTreeSet::new(),
            arrivals: BTreeMap::new(),
            belonging: BTreeMap::new(),
            reachable: Default::default(),
            blanked: 0,
            foreseen: HashMap::new(),
        })
    }

    /// The number of the organization that it is about.
    pub(crate) fn organization(&self) -> u32 {
        self.organization
    }

    /// The revision that the change will have.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Remembers who came into groups.
    pub(crate) fn remember_seats(&mut self, seats: Vec<Seat>) {
        self.entry.before.seats = seats;
    }

    /// Judges all of it together, and logs it.
    pub(crate) fn end(mut self) -> Result<Applied> {
        self.settle_arrivals()?;
        let Run { turn, tenant, author, mut entry, losses, blanked, .. } = self;
        let connection = turn.connection;
        turn.draft(tenant)?.store_people(connection)?;
        protect::stand(turn, tenant, &losses, &Numbers::new())?;
        entry.passed = &entry.came & &entry.went;
        entry.came -= &entry.passed;
        entry.went -= &entry.passed;
        let is_changed = !entry.is_empty();
        let Told { touched, counts } = log::append_any(turn, tenant, author, &entry)?;
        let revision = turn.draft(tenant)?.row.revision;
        Ok(Applied { revision, is_changed, touched, counts, blanked, ..Applied::default() })
    }

    fn one(&mut self, write: Write, card: Option<Result<Card>>) -> Result<Outcome> {
        match write {
            Write::Create { id, contact } => self.make(id, *contact, card),
            Write::Patch { id, .. } | Write::Replace { id, .. } => {
                let current = self.current(id)?;
                self.change(current, write)
            }
            Write::Upsert { id, by, claim } => self.upsert(id, &by, claim, card),
            Write::Delete { id, expect } => {
                let record = self.current(id)?;
                self.delete(&record, expect)?;
                Ok(Outcome::Trashed(id))
            }
        }
    }

    /// Moves somebody whom this batch reaches to the trash.
    pub(crate) fn delete(&mut self, record: &Record, expect: Expect) -> Result<()> {
        judge::delete(&self.batch, record, expect)?;
        self.protect(record, None)?;
        let number = Numbers::from_iter([record.number]);
        let connection = self.turn.connection;
        self.turn.draft(self.tenant)?.include(connection, &SetName::Trash, &number)?;
        self.entry.went |= number;
        Ok(())
    }

    /// Makes a contact, of a card that was prepared if it was.
    fn make(&mut self, id: Uuid, contact: Contact, card: Option<Result<Card>>) -> Result<Outcome> {
        let card = card.unwrap_or_else(|| Card::of(&contact));
        let created = card.and_then(|card| self.create(id, contact, card));
        created.map(Outcome::Created).or_else(|error| Err(self.unless_taken(id, error)?))
    }

    fn create(&mut self, id: Uuid, contact: Contact, card: Card) -> Result<Record> {
        self.know_groups(&contact.shared_with, &[])?;
        self.know_organizations(&contact, &[])?;
        self.own_emails(None, &contact)?;
        let connection = self.turn.connection;
        let draft = self.turn.draft(self.tenant)?;
        let (key, mut number) = (draft.row.key, draft.row.next_person);
        let arrivals: u64 = self.arrivals.values().map(Numbers::len).sum();
        if draft.set(connection, &SetName::People)?.len() + arrivals >= self.author.limits.tenant_people.into() {
            return Err(Error::TooLarge { limit: "tenant_people", most: self.author.limits.tenant_people.into() });
        }
        let next = after(number)?;
        match draft.number_of(connection, id)? {
            None => {
                draft.people.give_number(id, number);
                draft.row.next_person = next;
            }
            Some(given) if draft.set(connection, &SetName::Stubs)?.contains(given) => {
                draft.exclude(connection, &SetName::Stubs, &Numbers::from_iter([given]))?;
                rows::remove_stub(connection, key, given)?;
                number = given;
            }
            Some(_) => return Err(Error::AlreadyExists { kind: Kind::Contact, key: id.to_string() }),
        }
        let time = self.author.time;
        let record = Record { id, number, revision: self.revision, created: time, modified: time, contact };
        draft.people.make(&record, card.document);
        if let Some(arrivals) = self.arrivals.get_mut(&record.contact.source) {
            arrivals.insert(number);
        } else {
            self.arrivals.insert(record.contact.source.clone(), Numbers::from_iter([number]));
        }
        for name in sets::belonging(&record.contact) {
            self.belonging.entry(name).or_default().insert(number);
        }
        cards::share(self.turn, self.tenant, number, &[], &record.contact.shared_with)?;
        self.reachable.0.extend((!record.contact.emails.is_empty()).then_some(number));
        self.reachable.1.extend((!record.contact.phones.is_empty()).then_some(number));
        self.turn.index(self.tenant, number, card.indexed);
        self.entry.came.insert(number);
        Ok(record)
    }

    /// Puts who was made into the sets: before anything looks for them there, and at the end.
    fn settle_arrivals(&mut self) -> Result<()> {
        let connection = self.turn.connection;
        let draft = self.turn.draft(self.tenant)?;
        let (with_email, with_phone) = std::mem::take(&mut self.reachable);
        draft.include(connection, &SetName::WithEmail, &with_email)?;
        draft.include(connection, &SetName::WithPhone, &with_phone)?;
        for (source, arrivals) in std::mem::take(&mut self.arrivals) {
            draft.include(connection, &SetName::People, &arrivals)?;
            draft.include(connection, &SetName::Source(source), &arrivals)?;
        }
        for (name, arrivals) in std::mem::take(&mut self.belonging) {
            draft.include(connection, &name, &arrivals)?;
        }
        Ok(())
    }

    /// Where ids were taken for new: that the first of them that is not was taken, which is told before what comes later.
    fn first_taken(&mut self, ids: &[Uuid]) -> Result<Option<Error>> {
        let (connection, is_careful) = (self.turn.connection, self.turn.is_careful());
        if is_careful {
            return Ok(None);
        }
        let draft = self.turn.draft(self.tenant)?;
        let stubs = draft.set(connection, &SetName::Stubs)?;
        for id in ids {
            // Those that this batch has not come to have no number yet, and those of who was there already never get one.
            let Some(given) = draft.number_of(connection, *id)? else { continue };
            let taken = rows::number_of(connection, draft.row.key, *id)?;
            if taken.is_some_and(|taken| taken != given && !stubs.contains(taken)) {
                return Ok(Some(Error::AlreadyExists { kind: Kind::Contact, key: id.to_string() }));
            }
        }
        Ok(None)
    }

    /// The reason why a contact cannot be made: before all others, that its id is taken.
    fn unless_taken(&mut self, id: Uuid, error: Error) -> Result<Error> {
        let (connection, is_careful) = (self.turn.connection, self.turn.is_careful());
        let draft = self.turn.draft(self.tenant)?;
        let taken = match draft.number_of(connection, id)? {
            None if !is_careful => rows::number_of(connection, draft.row.key, id)?,
            known => known,
        };
        let stubs = draft.set(connection, &SetName::Stubs)?;
        Ok(match taken.filter(|number| !stubs.contains(*number)) {
            Some(_) if !is_fatal(&error) => Error::AlreadyExists { kind: Kind::Contact, key: id.to_string() },
            _ => error,
        })
    }

    /// Changes a card that this batch reaches.
    pub(crate) fn change(&mut self, current: Record, write: Write) -> Result<Outcome> {
        let Some(contact) = judge::change(&self.batch, &self.author.limits, &current, write)? else {
            return Ok(Outcome::Unchanged(current));
        };
        self.know_groups(&contact.shared_with, &current.contact.shared_with)?;
        self.know_organizations(&contact, &current.contact.memberships)?;
        self.own_emails(Some(&current), &contact)?;
        self.protect(&current, Some(&contact))?;
        self.blanked += u64::from(current.contact.is_blanked_by(&contact));
        let after = self.put(&current, contact)?;
        let reverse = Patch::reverse(&current.contact, &after.contact);
        // A person made, or changed already, in this very batch is taken back by what is remembered already.
        let is_remembered = self.entry.came.contains(after.number);
        match self.entry.before.patches.iter().rposition(|(number, _)| *number == after.number) {
            _ if is_remembered => {}
            None => self.entry.before.patches.push((after.number, reverse)),
            Some(at) => {
                let mut first = current.contact;
                self.entry.before.patches[at].1.clone().apply(&mut first);
                self.entry.before.patches[at].1 = Patch::reverse(&first, &after.contact);
            }
        }
        Ok(Outcome::Changed(after))
    }

    /// Writes a changed card with all that follows from it.
    fn put(&mut self, current: &Record, contact: Contact) -> Result<Record> {
        let after = Record { revision: self.revision, modified: self.author.time, contact, ..*current };
        cards::put(self.turn, self.tenant, current, &after)?;
        Ok(after)
    }
}

/// The number that the next person gets.
///
/// # Errors
/// `TooLarge` when there are no more: numbers are never given twice.
pub(crate) fn after(number: u32) -> Result<u32> {
    number.checked_add(1).ok_or(Error::TooLarge { limit: "tenant_people", most: u32::MAX.into() })
}
