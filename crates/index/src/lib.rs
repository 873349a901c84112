//! From terms to sets of people.
//!
//! A *term* is a short byte string: one byte of kind, then a hash (exact keys) or folded text
//! (words). A *person number* is a dense `u32`. This crate finds the people that bear a term, and
//! it is merge-structured: a batch of writes becomes one immutable [`Segment`] of delta-coded
//! blocks, newer segments hide what older ones say of the people they cover, and merging in the
//! background keeps segments few.
//!
//! It does no I/O and knows no SQL: blocks are read through the [`Blocks`] trait, and what is to be
//! written is handed back. It does not know who is deleted either: answers speak of everyone
//! covered, and the caller subtracts the trash and the purged.
//!
//! [`terms`] says what of a contact is indexed. Then start with [`Postings`] (what a batch says), [`segment::build`] (one batch, one segment) and
//! [`lookup`] (the queries); then [`Merge`] and [`plan`]. [`TextChunk`] and [`NameOrder`] stand
//! apart: packed texts for substring search, and the order of people by name.

pub mod block;
pub mod filter;
pub mod lookup;
pub mod segment;
pub mod terms;
pub mod texts;

mod blocks;
mod error;
mod fold;
mod hash;
mod memory;
mod merge;
mod order;
mod plan;
mod postings;
mod visible;
mod walk;

#[cfg(test)]
mod tests;

pub use block::Block;
pub use blocks::Blocks;
pub use error::{Corrupt, Error};
pub use filter::Filter;
pub use fold::{FOLD_PEOPLE, Folded, fold};
pub use hash::hash64;
pub use memory::MemoryBlocks;
pub use merge::Merge;
pub use order::{NAMELESS, NameOrder, key_of};
pub use plan::{SMALL_PEOPLE, TIER_WIDTH, plan};
pub use postings::{MAX_TERM, Postings};
pub use segment::Segment;
pub use texts::{PEOPLE_PER_CHUNK, TextChunk};
pub use visible::for_each_visible;
