//! The three surfaces of the vendor's API, and the paths that lead to each.

use cardfile_directory::Need;

/// Who is meant to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// An agent who acts for a shopper.
    Agent,
    /// A shopper who signed in.
    Store,
    /// An administrator of the merchant, or an application.
    Admin,
}

/// The first segments of paths. The root of a console reaches the same resources as the root of its surface; applications have
/// one of their own.
const ROOTS: &[(&str, Surface)] = &[
    ("ccagent", Surface::Agent),
    ("ccagentui", Surface::Agent),
    ("ccstore", Surface::Store),
    ("ccstoreui", Surface::Store),
    ("ccadmin", Surface::Admin),
    ("ccadminui", Surface::Admin),
    ("ccapp", Surface::Admin),
];

impl Surface {
    /// The surface that a path's first segment leads to.
    pub fn of(root: &str) -> Option<Surface> {
        ROOTS.iter().find(|(name, _)| *name == root).map(|(_, surface)| *surface)
    }

    /// What a token must cover.
    pub fn need(self) -> Need {
        match self {
            Surface::Agent => Need::CommerceAgent,
            Surface::Store => Need::CommerceStore,
            Surface::Admin => Need::CommerceAdmin,
        }
    }

    /// This surface's name in the log of changes: the merchant's own administration is one of its own, for it may do what nobody
    /// else may.
    pub fn door(self) -> &'static str {
        match self {
            Surface::Agent | Surface::Store => "commerce",
            Surface::Admin => "commerce-admin",
        }
    }

    /// The root that links in answers name, whichever was asked.
    pub fn root(self) -> &'static str {
        match self {
            Surface::Agent => "/ccagentui/v1",
            Surface::Store => "/ccstoreui/v1",
            Surface::Admin => "/ccadminui/v1",
        }
    }
}

impl Surface {
    /// Where people of this surface sign in.
    pub fn log_in(self) -> cardfile_directory::Surface {
        match self {
            Surface::Agent => cardfile_directory::Surface::Agent,
            Surface::Store => cardfile_directory::Surface::Store,
            Surface::Admin => cardfile_directory::Surface::Admin,
        }
    }
}
