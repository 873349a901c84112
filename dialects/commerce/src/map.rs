//! From this dialect's words to the directory's, and back. Pure.

pub mod organization;
pub mod profile;
pub mod role;
pub mod sent;

/// What this dialect alone knows of a contact or an organization is kept under this name.
pub const EXTENSION: &str = "commerce";
