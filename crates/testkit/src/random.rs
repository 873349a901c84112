//! Random commands and questions, put to a store and to the judge alike: both must answer the same.
//!
//! Everything follows from a seed. What fails says the seed, the step, what was asked, and both answers.

mod cards;
mod commands;
mod compare;
mod dice;
mod organizations;
mod questions;

use std::sync::Arc;

use cardfile_directory::{Author, Clock, Command, Delegation, OrganizationDraft, Protected, Store};
use cardfile_model::{Limits, OrganizationId, TenantId};
use jiff::SignedDuration;
use uuid::Uuid;

use self::dice::Dice;
use crate::clock::{CountingIds, FixedClock};
use crate::memory::MemoryStore;

/// Two stores that should not be told apart, and what is known about them.
struct Trial {
    judge: MemoryStore,
    store: Arc<dyn Store>,
    clock: FixedClock,
    dice: Dice,
    seed: u64,
    step: usize,
    tenant: TenantId,
    organizations: Vec<OrganizationId>,
    /// Ids of further organizations, known or not, where nobody is.
    made: Vec<OrganizationId>,
    /// Ids of people, known or not.
    people: Vec<Uuid>,
    /// Ids of groups, known or not.
    groups: Vec<Uuid>,
    /// Of these, the people of each organization who are there now.
    alive: Vec<Vec<Uuid>>,
    /// Of these, the groups that stand now.
    standing: Vec<Uuid>,
    given: u64,
}

/// Puts as many random steps to a fresh store as asked for, and panics where it answers otherwise than the judge.
///
/// # Panics
/// When the store and the judge do not agree, or the store's own check finds something.
pub async fn agrees_with_the_judge(store: Arc<dyn Store>, seed: u64, steps: usize) {
    let mut life = Life::begin(store, seed).await;
    life.go_on(steps).await;
}

/// Random steps that may go on in another store, to which all was brought that the first one had.
pub struct Life(Trial);

impl Life {
    /// Makes a tenant of two organizations in a fresh store.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn begin(store: Arc<dyn Store>, seed: u64) -> Self {
        let mut trial = Trial::new(store, seed);
        trial.settle().await;
        Life(trial)
    }

    /// Goes on in another store, which must have all that the one before had.
    ///
    /// # Panics
    /// When it answers otherwise than the judge, or its own check finds something.
    pub async fn move_to(&mut self, store: Arc<dyn Store>) {
        self.0.store = store;
        self.0.ask_everything().await;
    }

    /// Puts random steps to the store.
    ///
    /// # Panics
    /// When the store and the judge do not agree, or the store's own check finds something.
    pub async fn go_on(&mut self, steps: usize) {
        let trial = &mut self.0;
        for step in trial.step + 1..=trial.step + steps {
            trial.step = step;
            trial.step().await;
            if step % 25 == 0 {
                trial.ask_everything().await;
            }
        }
        trial.ask_everything().await;
    }
}

impl Trial {
    fn new(store: Arc<dyn Store>, seed: u64) -> Self {
        let mut trial = Trial {
            judge: MemoryStore::new(),
            store,
            clock: FixedClock::default(),
            dice: Dice::new(seed),
            seed,
            step: 0,
            tenant: TenantId(Uuid::nil()),
            organizations: Vec::new(),
            made: Vec::new(),
            people: Vec::new(),
            groups: Vec::new(),
            alive: vec![Vec::new(), Vec::new()],
            standing: Vec::new(),
            given: 0,
        };
        trial.people = (0..3).map(|_| trial.new_id()).collect();
        trial.groups = vec![trial.new_id()];
        trial
    }

    fn new_id(&mut self) -> Uuid {
        self.given += 1;
        CountingIds::id(9, self.given)
    }

    /// Makes a tenant of two organizations in both.
    async fn settle(&mut self) {
        self.tenant = TenantId(self.new_id());
        let root = OrganizationDraft::new(OrganizationId(self.tenant.0), "Root");
        let below = OrganizationDraft { id: OrganizationId(self.new_id()), tenant: Some(self.tenant), ..root.clone() };
        self.organizations = vec![root.id, below.id];
        for draft in [root, below] {
            let stores: [&dyn Store; 2] = [&self.judge, &*self.store];
            for store in stores {
                store.add_organization(draft.clone(), self.clock.now()).await.expect("an organization can be made");
            }
        }
    }

    async fn step(&mut self) {
        self.look_round().await;
        match self.dice.below(40) {
            0 => self.purge().await,
            1 => drop(self.clock.advance(SignedDuration::from_mins(30))),
            _ => {
                let command = self.command().await;
                self.command_both(command).await;
            }
        }
        self.ask().await;
    }

    /// Asks the judge who and what is there, so that commands meet somebody.
    async fn look_round(&mut self) {
        self.standing.clear();
        for (organization, alive) in self.organizations.iter().zip(&mut self.alive) {
            let page = self.judge.find(self.tenant, questions::everyone(*organization)).await.expect("the judge can be asked");
            *alive = page.records.into_iter().map(|record| record.id).collect();
            let query = questions::every_group(*organization);
            let (groups, _) = self.judge.groups(self.tenant, query).await.expect("the judge can be asked");
            self.standing.extend(groups.into_iter().map(|group| group.id));
        }
    }

    /// Somebody: mostly one who is there.
    fn somebody(&mut self, organization: usize) -> Uuid {
        let alive = &self.alive[organization];
        if alive.is_empty() || self.dice.chance(25) { *self.dice.one(&self.people) } else { *self.dice.one(alive) }
    }

    /// A group: mostly one that stands.
    fn some_group(&mut self) -> Uuid {
        let known = if self.standing.is_empty() || self.dice.chance(15) { &self.groups } else { &self.standing };
        *self.dice.one(known)
    }

    /// The author of the next command: now and then within narrow limits.
    fn author(&mut self) -> Author {
        let time = self.clock.advance(SignedDuration::from_secs(1));
        let limits = match self.dice.below(12) {
            0 => Limits {
                tenant_people: 25,
                revised_people: 3,
                claim_sources: 1,
                tenant_groups: 4,
                shelf_notes: 2,
                organization_bytes: 60,
                tenant_organizations: 8,
                organization_depth: 2,
                ..Limits::default()
            },
            _ => Limits::default(),
        };
        let author = Author::unbound(time, None, "random", Arc::new(limits));
        Author {
            protected: Protected {
                last_approver: self.dice.chance(70),
                last_admin: self.dice.chance(50),
                oneself: self.dice.chance(50),
            },
            person: self.dice.chance(30).then(|| *self.dice.one(&self.people)),
            delegated: self.dice.chance(5).then(|| Delegation {
                organization: self.dice.below(3) + 1,
                roles: self.dice.one::<&[&str]>(&[&["admin"], &["admin", "approver"]]),
            }),
            ..author
        }
    }

    async fn command_both(&mut self, command: Command) {
        let author = self.author();
        if self.dice.chance(15) {
            self.plan_both(&author, &command).await;
        }
        let judged = self.judge.apply(self.tenant, author.clone(), command.clone()).await;
        let answered = self.store.apply(self.tenant, author, command.clone()).await;
        let undoes = |command: &Command| matches!(command, Command::Undo { .. });
        let is_undo = match &command {
            Command::Together(commands) => commands.iter().any(undoes),
            command => undoes(command),
        };
        self.compare(&command, &compare::applied(&judged, is_undo), &compare::applied(&answered, is_undo));
    }

    /// Asks both what a command would do; neither may do any of it.
    async fn plan_both(&mut self, author: &Author, command: &Command) {
        let most = self.dice.below(5) as usize;
        let judged = self.judge.plan(self.tenant, author.clone(), command.clone(), most).await;
        let answered = self.store.plan(self.tenant, author.clone(), command.clone(), most).await;
        self.compare(&("plan", command), &compare::planned(&judged), &compare::planned(&answered));
    }

    async fn purge(&mut self) {
        let age = SignedDuration::from_mins(i64::from(self.dice.below(90)));
        let before = self.clock.now() - age;
        let stores: [&dyn Store; 2] = [&self.judge, &*self.store];
        let mut gone = [0; 2];
        for (store, gone) in stores.into_iter().zip(&mut gone) {
            loop {
                match store.purge(before).await.expect("a store can purge") {
                    0 => break,
                    some => *gone += some,
                }
            }
        }
        self.compare(&format!("purge before {before}"), &gone[0], &gone[1]);
    }

    /// Panics unless the store answered as the judge did.
    fn compare<T: PartialEq + std::fmt::Debug>(&self, asked: &dyn std::fmt::Debug, judged: &T, answered: &T) {
        assert!(
            judged == answered,
            "seed {}, step {}: {asked:#?}\nthe judge:\n{judged:#?}\nthe store:\n{answered:#?}",
            self.seed,
            self.step
        );
    }
}
