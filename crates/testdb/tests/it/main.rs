//! The clusters and databases that other tests stand on.

mod databases;
mod private;
