//! From this dialect's words to the directory's, and back. Pure.

pub mod account;
pub mod account_sent;
pub mod address;
pub mod belonging;
pub mod global;
pub mod granted;
pub mod organization;
pub mod profile;
pub mod property;
pub mod role;
pub mod sent;

/// What this dialect alone knows of a contact or an organization is kept under this name.
pub const EXTENSION: &str = "commerce";
