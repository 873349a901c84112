//! The tables that a tenant has rows in, alike in all databases.

use crate::sql::Table;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Bool,
    Text,
    Blob,
    Id,
}

/// How rows of a table are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By statements that are the same in all databases.
    Alike,
    /// Written as rows of one of the tables that are written in bulk.
    Bulk(Table),
    /// By the words for people.
    People,
    /// By the words for texts.
    Texts,
}

/// A table with its columns but for `tenant_id`; those of the key are the first.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    /// How many columns the key has.
    pub(super) key: usize,
    pub(super) way: Way,
}

impl Shape {
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// The columns of the key.
    pub(super) fn key_names(&self) -> Vec<&'static str> {
        self.names().take(self.key).collect()
    }
}

/// The tables, but for `tenants` itself, and for leases, which end by themselves.
pub(super) const TABLES: &[Shape] = &[
    Shape {
        name: "organizations",
        columns: &[
            ("number", Kind::Integer),
            ("id", Kind::Id),
            ("parent", Kind::Id),
            ("name", Kind::Text),
            ("folded", Kind::Text),
            ("is_locked", Kind::Bool),
            ("country", Kind::Text),
            ("is_active", Kind::Bool),
            ("revision", Kind::Integer),
            ("created", Kind::Integer),
            ("modified", Kind::Integer),
            ("document", Kind::Text),
            ("changed", Kind::Integer),
        ],
        key: 1,
        way: Way::Alike,
    },
    Shape { name: "ids", columns: &[("id", Kind::Id), ("number", Kind::Integer)], key: 1, way: Way::Bulk(Table::Ids) },
    Shape { name: "stubs", columns: &[("number", Kind::Integer), ("id", Kind::Id)], key: 1, way: Way::Alike },
    Shape {
        name: "contacts",
        columns: &[
            ("number", Kind::Integer),
            ("id", Kind::Id),
            ("revision", Kind::Integer),
            ("created", Kind::Integer),
            ("modified", Kind::Integer),
            ("document", Kind::Blob),
        ],
        key: 1,
        way: Way::People,
    },
    Shape {
        name: "sets",
        columns: &[("name", Kind::Text), ("chunk", Kind::Integer), ("bits", Kind::Blob)],
        key: 2,
        way: Way::Alike,
    },
    Shape {
        name: "groups",
        columns: &[
            ("number", Kind::Integer),
            ("id", Kind::Id),
            ("organization", Kind::Integer),
            ("parent", Kind::Id),
            ("name", Kind::Text),
            ("folded", Kind::Text),
            ("description", Kind::Text),
            ("created", Kind::Integer),
            ("modified", Kind::Integer),
            ("revision", Kind::Integer),
            ("is_deleted", Kind::Bool),
        ],
        key: 1,
        way: Way::Alike,
    },
    Shape {
        name: "log",
        columns: &[
            ("revision", Kind::Integer),
            ("time", Kind::Integer),
            ("principal", Kind::Id),
            ("door", Kind::Text),
            ("kind", Kind::Text),
            ("organization", Kind::Integer),
            ("group_id", Kind::Id),
            ("undoes", Kind::Integer),
            ("touched", Kind::Blob),
            ("came", Kind::Blob),
            ("went", Kind::Blob),
            ("is_undoable", Kind::Bool),
            ("is_purged", Kind::Bool),
        ],
        key: 1,
        way: Way::Alike,
    },
    Shape { name: "undo", columns: &[("revision", Kind::Integer), ("before", Kind::Blob)], key: 1, way: Way::Alike },
    Shape {
        name: "segments",
        columns: &[("segment", Kind::Integer), ("state", Kind::Integer), ("head", Kind::Blob), ("form", Kind::Integer)],
        key: 1,
        way: Way::Alike,
    },
    Shape {
        name: "blocks",
        columns: &[
            ("segment", Kind::Integer),
            ("first_term", Kind::Blob),
            ("first_number", Kind::Integer),
            ("bytes", Kind::Blob),
        ],
        key: 3,
        way: Way::Bulk(Table::Blocks),
    },
    Shape { name: "texts", columns: &[("chunk", Kind::Integer), ("bytes", Kind::Blob)], key: 1, way: Way::Texts },
    Shape {
        name: "tokens",
        columns: &[
            ("hash", Kind::Blob),
            ("principal", Kind::Id),
            ("organization", Kind::Id),
            ("role", Kind::Text),
            ("scopes", Kind::Text),
            ("sources", Kind::Text),
            ("person", Kind::Id),
            ("created", Kind::Integer),
            ("expires", Kind::Integer),
            ("name", Kind::Text),
            ("client", Kind::Text),
            ("is_session", Kind::Bool),
            ("until", Kind::Integer),
        ],
        key: 1,
        way: Way::Alike,
    },
    Shape {
        name: "clients",
        columns: &[
            ("id", Kind::Text),
            ("secret", Kind::Blob),
            ("principal", Kind::Id),
            ("organization", Kind::Id),
            ("role", Kind::Text),
            ("scopes", Kind::Text),
            ("sources", Kind::Text),
            ("person", Kind::Id),
            ("created", Kind::Integer),
        ],
        key: 1,
        way: Way::Alike,
    },
    Shape {
        name: "refresh_tokens",
        columns: &[("hash", Kind::Blob), ("client", Kind::Text), ("expires", Kind::Integer)],
        key: 1,
        way: Way::Alike,
    },
    Shape {
        name: "logins",
        columns: &[
            ("surface", Kind::Text),
            ("name", Kind::Text),
            ("hash", Kind::Text),
            ("principal", Kind::Id),
            ("organization", Kind::Id),
            ("role", Kind::Text),
            ("scopes", Kind::Text),
            ("sources", Kind::Text),
            ("person", Kind::Id),
            ("created", Kind::Integer),
        ],
        key: 2,
        way: Way::Alike,
    },
    Shape {
        name: "notes",
        columns: &[("organization", Kind::Integer), ("shelf", Kind::Text), ("key", Kind::Text), ("value", Kind::Text)],
        key: 3,
        way: Way::Alike,
    },
    Shape {
        name: "plans",
        columns: &[
            ("id", Kind::Id),
            ("organization", Kind::Integer),
            ("created", Kind::Integer),
            ("expires", Kind::Integer),
            ("document", Kind::Text),
        ],
        key: 1,
        way: Way::Alike,
    },
    Shape {
        name: "jobs",
        columns: &[
            ("id", Kind::Id),
            ("organization", Kind::Integer),
            ("kind", Kind::Text),
            ("state", Kind::Text),
            ("created", Kind::Integer),
            ("updated", Kind::Integer),
            ("due", Kind::Integer),
            ("version", Kind::Integer),
            ("document", Kind::Text),
        ],
        key: 1,
        way: Way::Alike,
    },
    Shape {
        name: "job_files",
        columns: &[("job", Kind::Id), ("file", Kind::Text), ("part", Kind::Integer), ("bytes", Kind::Blob)],
        key: 3,
        way: Way::Alike,
    },
    Shape {
        name: "idempotency",
        columns: &[
            ("principal", Kind::Id),
            ("key", Kind::Text),
            ("fingerprint", Kind::Blob),
            ("created", Kind::Integer),
            ("answer", Kind::Blob),
        ],
        key: 2,
        way: Way::Alike,
    },
];
