//! Files of contacts as others write them, and back.

mod files;
mod limits;
mod random;
mod rejects;
mod round_trips;
