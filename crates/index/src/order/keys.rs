//! The key of every person, in pages by number.

const PAGE: usize = 1024;

/// No key: not the beginning of any text in UTF-8, nor the key of the nameless.
const ABSENT: u128 = u128::MAX - 1;

/// The keys by number. Stretches of numbers without people take eight bytes in a thousand.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    pages: Vec<Option<Box<[u128; PAGE]>>>,
}

impl Keys {
    pub(super) fn get(&self, number: u32) -> Option<u128> {
        let page = self.pages.get(number as usize / PAGE)?.as_ref()?;
        let key = page[number as usize % PAGE];
        (key != ABSENT).then_some(key)
    }

    /// The key and number of a person who has one; others would come nearly last.
    pub(super) fn entry(&self, number: u32) -> (u128, u32) {
        (self.get(number).unwrap_or(ABSENT), number)
    }

    pub(super) fn set(&mut self, number: u32, key: Option<u128>) {
        let at = number as usize / PAGE;
        if self.pages.len() <= at {
            self.pages.resize(at + 1, None);
        }
        let page = self.pages[at].get_or_insert_with(|| Box::new([ABSENT; PAGE]));
        page[number as usize % PAGE] = key.map_or(ABSENT, admissible);
    }
}

/// The key itself, but for the one that means "none", which no name has.
pub(super) fn admissible(key: u128) -> u128 {
    if key == ABSENT { ABSENT - 1 } else { key }
}
