//! What one can do with the directory, and who may: use cases, permissions, errors, and the contract a store fulfils.
//!
//! A door asks [`Directory::identify`] who calls, then [`Directory::desk`] for a place at an organization's desk, then the
//! desk for a facet ([`Reader`], [`Editor`], [`GroupReader`], [`GroupEditor`]). Only a facet can do anything, and only a
//! caller who may gets one, so a forgotten check does not compile. Limits and validation live here too, so that every
//! door is bound by them.
//!
//! It knows nothing of HTTP, SQL or a vendor. Start reading at [`Store`], the page that says what is kept and how.

mod access;
mod applied;
mod bell;
mod caller;
mod callers;
mod clients;
mod clock;
mod contacts;
mod deed;
mod error;
mod feed;
mod groups;
mod job;
mod jobs;
pub mod judge;
mod keeper;
mod kept_plans;
mod login;
mod logins;
mod merchant;
mod notes;
mod once;
mod operate;
mod organizations;
mod passwords;
mod permits;
mod person;
pub mod phones;
mod protections;
mod registry;
mod rights;
mod sign_in;
mod store;
mod tenancy;
mod throttle;
mod token;

pub use access::{Desk, Directory, Logins, Settings};
pub use applied::{Applied, Counts, Difference, Outcome, Planned};
pub use caller::{Caller, Need, Origin, Principal, Scopes};
pub use callers::{Candidate, Match};
pub use clients::{Issued, Lifetimes};
pub use clock::{Clock, Ids, SystemClock, TimeOrderedIds};
pub use contacts::{Editor, Reader, Wanted, called};
pub use deed::{Administration, Deed};
pub use error::{Action, Error, Kind, Reason, Result, Source};
pub use feed::{FEED_CHANGES, Feed, Position};
pub use groups::{GroupEditor, GroupReader};
pub use job::{DEAD_LETTERS, Job, JobEdit, JobState, Piece};
pub use jobs::{Jobs, Mandate};
pub use keeper::{Errand, Keeper};
pub use login::{Login, Surface};
pub use merchant::{Account, Delegate, Merchant, Task};
pub use once::{Answer, Once};
pub use operate::PurgeReport;
pub use permits::{Permits, Taken};
pub use protections::Protections;
pub use registry::{Client, Issue, Key, MOST_NAMESAKES, OrganizationDraft, Registry, TokenDraft};
pub use rights::{Grant, Right};
pub use sign_in::Attempt;
pub use store::{
    Author, Command, Delegation, Finding, Gauge, Held, History, KeptPlan, Merge, Protected, Revision, Store, Then, Trash,
};
pub use token::Token;
