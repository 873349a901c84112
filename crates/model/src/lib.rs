//! What the directory keeps: contacts, patches, queries, selections, and their rules.
