//! The judge: the simplest possible store, which every other must agree with.
//!
//! Everything is kept in ordered maps under one lock; a transaction is a copy of the tenant that takes its place when all went
//! well; every question is answered by looking at everyone. Where the contract leaves something open, the judge settles it:
//!
//! * The trash and the restoring from it are set arithmetic: a card's revision and times do not move by them.
//! * A create is judged in this order: the id, source and rules, the groups it is shown to, `tenant_people`, which counts cards,
//!   those in the trash included.
//! * `came` and `went` are net: who was made and deleted in one batch is touched, but neither came nor went.
//! * By id, a person is known to a membership edit who has a card that is not in the trash, in any organization of the tenant; by
//!   number, who is one of those that "everyone" means there. With
//!   [`Unknown::Admit`](cardfile_model::Unknown) an id in the trash is put into the group under its own number, unseen until it
//!   is restored, an id purged is passed over, and new ids get numbers in the order they are named.
//! * Who leaves a group is never looked up: who is not in is passed over, whoever it is.
//! * Sets of people in changes hold the people in the trash too; sizes and members do not.
//! * A group's parent must be a group of the same organization. A group restored, or patched back, is modified by that.
//! * The undo of a group's change whose group does not stand as that change left it (gone, back, renamed) is `Stale`; forced, it
//!   passes over that part.

mod audience;
mod erase;
mod filter;
mod group;
mod history;
mod jobs;
mod logins;
mod members;
mod merge;
mod notes;
mod organization;
mod plan;
mod protect;
mod purge;
mod registry;
mod state;
mod store;
mod trash;
mod undo;
mod undo_group;
mod write;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cardfile_directory::{Client, Login, Origin, Principal, Token};
use cardfile_model::TenantId;
use jiff::Timestamp;

use self::state::Tenant;

/// A store in memory; see the module's page.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tenants: BTreeMap<TenantId, Tenant>,
    tokens: Vec<Kept>,
    /// Clients, removed ones too.
    clients: Vec<(Client, bool)>,
    refreshes: Vec<Refresh>,
    logins: Vec<(TenantId, Login)>,
}

/// A token, whom it stands for, and the client it was issued to.
#[derive(Debug)]
struct Kept {
    token: Token,
    principal: Principal,
    client: Option<String>,
    origin: Origin,
    created: Timestamp,
}

/// A refresh token that is not spent.
#[derive(Debug)]
struct Refresh {
    token: Token,
    client: String,
    expires: Timestamp,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
