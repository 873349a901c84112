//! What the directory keeps, and the rules it keeps it by: contacts, patches, queries, selections, groups and changes.
//!
//! Pure values and functions: no I/O, no async, nothing of HTTP, SQL or any vendor. Start reading at [`Contact`] (what is
//! kept), then [`Patch`] (how it changes), [`Batch`] and [`Selection`] (how many change at once), [`Query`] (how they are
//! found) and [`Change`] (how it is remembered).

mod batch;
mod change;
mod claim;
mod comparison;
mod contact;
mod dossier;
pub mod fold;
mod group;
mod membership;
mod merge;
mod note;
mod organization;
mod organization_patch;
mod organization_query;
mod patch;
mod query;
mod rules;
mod selection;
mod tree;

pub use batch::{Batch, Expect, Mode, Reach, Write};
pub use change::{Change, ChangeKind};
pub use claim::{Claim, MatchKey};
pub use comparison::{Comparison, Scalar};
pub use contact::{Contact, Entry, ForeignKey, Method, Record};
pub use dossier::{Authored, Dossier, GroupName, LoginName, Place, TokenName};
pub use group::{Group, GroupDraft, GroupPatch, Member, MemberEdit};
pub use membership::{Membership, MembershipEdit, role};
pub use merge::Former;
pub use note::{Note, NoteEdit, NoteKeys, NoteQuery};
pub use organization::{Organization, OrganizationId, Role, TenantId};
pub use organization_patch::{OrganizationPatch, OrganizationTurn};
pub use organization_query::{OrganizationField, OrganizationFilter, OrganizationQuery};
pub use patch::{Edit, ListEdit, Patch};
pub use query::{Audience, Field, Filter, GroupFilter, GroupOrder, GroupQuery, Life, List, Order, Page, Query};
pub use rules::{Limits, Violation};
pub use selection::{Numbers, People, Selection, Sources, Unknown};
pub use tree::Tree;
