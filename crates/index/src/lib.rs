//! From terms to sets of people: a merge-structured index without I/O.
