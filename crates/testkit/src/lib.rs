//! What the tests share: a fixed clock and foreseeable ids, sample people, the runner of conformance transcripts, the judge
//! (the simplest possible store) and the contract that every store fulfils.
//!
//! A development dependency only: it panics with a message where a test should fail. Start reading at [`transcript`] for a
//! dialect, at [`store_contract`] for a store.

pub mod clock;
pub mod contract;
pub mod memory;
pub mod people;
pub mod random;
pub mod staff;
pub mod transcript;

pub use clock::{CountingIds, FixedClock};
pub use memory::MemoryStore;
pub use people::person;
