//! Segments: what one batch, or a merge of several, says of the people it covers.

use roaring::RoaringBitmap;

use crate::block::Encoder;
use crate::filter::{self, is_exact};
use crate::terms::FORM;
use crate::{Block, Corrupt, Filter, Postings};

/// The description of a segment; its blocks lie in the storage.
///
/// A segment speaks for the people it covers: it has **all** present terms of each of them, so that
/// what older segments say of them no longer counts. An update therefore deletes nothing. The
/// numbers of the postings are among those covered; a person without terms may be covered too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Segment {
    /// The key of its blocks in the storage.
    pub id: u64,
    /// Its place in time: larger is newer. A merge has the age of its newest input.
    pub age: u64,
    /// How many people it covers.
    pub people: u64,
    /// How many postings it has.
    pub postings: u64,
    /// How many blocks.
    pub blocks: u64,
    /// The bytes of its blocks in all.
    pub bytes: u64,
    /// The people it speaks for.
    pub covered: RoaringBitmap,
    /// Its first term; empty if there is none.
    pub first: Vec<u8>,
    /// Its last term; empty if there is none.
    pub last: Vec<u8>,
    /// Its exact terms, approximately.
    pub filter: Filter,
    /// The [form](crate::terms::FORM) of the oldest that it has.
    pub form: u32,
}

impl Segment {
    /// Whether the segment may have exactly this term.
    #[must_use]
    pub fn may_have(&self, term: &[u8]) -> bool {
        self.blocks > 0
            && *self.first <= *term
            && *term <= *self.last
            && (!term.first().is_some_and(|kind| is_exact(*kind)) || self.filter.may_contain(term))
    }

    /// Whether the segment may have a term that begins so.
    #[must_use]
    pub fn may_have_prefix(&self, prefix: &[u8]) -> bool {
        self.blocks > 0 && *self.last >= *prefix && (*self.first <= *prefix || self.first.starts_with(prefix))
    }
}

/// Makes a segment of sorted postings, in one pass, handing its blocks to `sink` in order.
///
/// `covered` are the people the segment speaks for, a superset of the numbers in the postings.
pub fn build(id: u64, age: u64, postings: &Postings, covered: RoaringBitmap, mut sink: impl FnMut(Block)) -> Segment {
    debug_assert!(postings.is_sorted());
    let mut builder = Builder::default();
    for (term, number) in postings.iter() {
        builder.push(term, number, &mut sink);
    }
    builder.flush(&mut sink);
    builder.fill_filter(usize::MAX);
    builder.finish(id, age, covered)
}

/// The stored form of a set of person numbers, such as [`Segment::covered`].
///
/// # Panics
/// Never: writing into memory does not fail.
#[must_use]
pub fn set_to_bytes(set: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(set.serialized_size());
    set.serialize_into(&mut bytes).expect("writing into memory does not fail");
    bytes
}

/// Reads the stored form of a set.
///
/// # Errors
/// [`Corrupt`] if the bytes are not exactly one serialized set.
pub fn set_from_bytes(mut bytes: &[u8]) -> Result<RoaringBitmap, Corrupt> {
    match RoaringBitmap::deserialize_from(&mut bytes) {
        Ok(set) if bytes.is_empty() => Ok(set),
        _ => Err(Corrupt("a stored set is spoilt")),
    }
}

/// Makes a segment of postings that arrive in order, without repetition.
///
/// After the last one come [`flush`](Self::flush), [`fill_filter`](Self::fill_filter) until it is
/// full, and [`finish`](Self::finish).
#[derive(Debug, Default)]
pub(crate) struct Builder {
    encoder: Encoder,
    /// The keys of exact terms that are not in the filter yet: its size depends on how many there
    /// are.
    exact: Vec<u64>,
    filter: Option<Filter>,
    first: Vec<u8>,
    postings: u64,
    blocks: u64,
    bytes: u64,
}

impl Builder {
    pub(crate) fn push(&mut self, term: &[u8], number: u32, sink: &mut impl FnMut(Block)) {
        if self.postings == 0 {
            self.first.extend_from_slice(term);
        }
        self.postings += 1;
        let mut sink = counted(&mut self.blocks, &mut self.bytes, sink);
        let is_new = self.encoder.push(term, number, &mut sink);
        if is_new && term.first().is_some_and(|kind| is_exact(*kind)) {
            self.exact.push(filter::key_of(term));
        }
    }

    /// Hands out the last block.
    pub(crate) fn flush(&mut self, sink: &mut impl FnMut(Block)) {
        let mut sink = counted(&mut self.blocks, &mut self.bytes, sink);
        self.encoder.flush(&mut sink);
    }

    /// Adds at most so many keys to the filter, and says whether it is full.
    pub(crate) fn fill_filter(&mut self, most: usize) -> bool {
        let filter = self.filter.get_or_insert_with(|| Filter::sized(self.exact.len()));
        let rest = self.exact.len().saturating_sub(most);
        self.exact.drain(rest..).for_each(|key| filter.insert(key));
        self.exact.is_empty()
    }

    pub(crate) fn finish(self, id: u64, age: u64, mut covered: RoaringBitmap) -> Segment {
        covered.optimize();
        Segment {
            id,
            age,
            people: covered.len(),
            postings: self.postings,
            blocks: self.blocks,
            bytes: self.bytes,
            covered,
            first: self.first,
            last: self.encoder.last_term().to_vec(),
            filter: self.filter.unwrap_or_default(),
            form: FORM,
        }
    }
}

/// The sink, but counting what goes through it.
fn counted(blocks: &mut u64, bytes: &mut u64, sink: &mut impl FnMut(Block)) -> impl FnMut(Block) {
    move |block| {
        *blocks += 1;
        *bytes += block.bytes.len() as u64;
        sink(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment() -> Segment {
        let mut postings = Postings::new();
        for (term, number) in [("Aanna", 1), ("Abert", 2), ("Aanna", 2)] {
            postings.push(term.as_bytes(), number);
        }
        postings.sort();
        build(7, 9, &postings, (1..4).collect(), |_| ())
    }

    #[test]
    fn a_segment_describes_its_postings() {
        let segment = segment();
        assert_eq!((segment.id, segment.age), (7, 9));
        assert_eq!((segment.people, segment.postings, segment.blocks), (3, 3, 1));
        assert_eq!((&*segment.first, &*segment.last), (&b"Aanna"[..], &b"Abert"[..]));
    }

    #[test]
    fn terms_and_prefixes_outside_are_known_to_be_absent() {
        let segment = segment();
        assert!(segment.may_have(b"Aanna") && segment.may_have(b"Abert"));
        assert!(!segment.may_have(b"Aann") && !segment.may_have(b"Aberta"));
        assert!(segment.may_have_prefix(b"A") && segment.may_have_prefix(b"Abert"));
        assert!(!segment.may_have_prefix(b"Aamy") && !segment.may_have_prefix(b"Ac"));
    }

    #[test]
    fn a_segment_without_terms_has_none() {
        let empty = build(1, 1, &Postings::new(), (1..4).collect(), |_| panic!("a block"));
        assert_eq!((empty.people, empty.blocks), (3, 0));
        assert!(!empty.may_have(b"") && !empty.may_have_prefix(b""));
    }

    #[test]
    fn a_stored_set_is_read_back_and_a_spoilt_one_refused() {
        let set: RoaringBitmap = (3..70_000).step_by(3).collect();
        let bytes = set_to_bytes(&set);
        assert_eq!(set_from_bytes(&bytes), Ok(set));
        assert!(set_from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(set_from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        assert!(set_from_bytes(b"").is_err());
    }
}
