//! What the tests share: a fixed clock, sample people, the judge, the store contract, transcripts.
