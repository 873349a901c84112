//! The Oracle Commerce dialect: organizations, their members and roles, on the agent, store and admin surfaces.

pub mod envelope;
pub mod fields;
pub mod header;
pub mod paging;
pub mod parameter;
pub mod query;
