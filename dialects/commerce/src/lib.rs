//! The Oracle Commerce dialect: organizations, their members and roles, on the agent, store and admin surfaces.
