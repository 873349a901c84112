//! The house rules that a compiler does not see, checked on what cargo says of the workspace.

mod arrows;
mod documents;
mod graph;
mod licences;
mod packages;
