//! The `q` language: which items of a list are wanted, and `sort`, in which order.
//!
//! A text such as `name co "pine" and not (active eq false)`. Words of the language are taken in any case; `not` binds
//! more closely than `and`, `and` more closely than `or`.

mod lexer;
mod parser;
pub mod sort;
#[cfg(test)]
mod tests;

use std::fmt;

use cardfile_model::Comparison;

pub use parser::parse;

/// The longest text that is read, in bytes.
pub const LONGEST_BYTES: usize = 8 * 1024;
/// How deep parentheses and `not` may stand within each other.
pub const MOST_NESTED: usize = 32;
/// How many comparisons a text may hold.
pub const MOST_COMPARISONS: usize = 100;

/// What must hold of an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Every one of these, which are two or more.
    And(Vec<Expression>),
    /// At least one of these, which are two or more.
    Or(Vec<Expression>),
    /// Not this. `a ne 1` is read as `not (a eq 1)`, so it finds items without the member too.
    Not(Box<Expression>),
    /// Something of one member.
    Compare {
        /// The names that lead to the member, from the item inwards, as given; never empty, nor is any name.
        path: Vec<String>,
        /// What must hold of it. An order is asked for only against texts and numbers.
        comparison: Comparison,
    },
}

/// Why a text is not of this language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The character where reading stopped, counted from 1.
    pub position: usize,
    /// What is wrong there. It repeats little of the text.
    pub message: String,
}

impl Fault {
    /// A fault at a byte of the text.
    fn at(text: &str, byte: usize, message: impl Into<String>) -> Self {
        let before = text.char_indices().take_while(|(at, _)| *at < byte).count();
        Fault { position: before + 1, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.position, self.message)
    }
}

impl std::error::Error for Fault {}
