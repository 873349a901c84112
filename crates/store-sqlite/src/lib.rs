//! The embedded store: the directory in one SQLite file.
