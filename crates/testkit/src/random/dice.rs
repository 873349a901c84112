//! Dice that fall the same way for the same seed (`SplitMix64`).

/// Dice.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(end)).expect("it is below a number of this size")
    }

    /// True in so many cases of a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.at(all.len())]
    }

    /// At most `most` of these, some perhaps twice.
    pub fn some<T: Clone>(&mut self, all: &[T], most: u32) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| self.one(all).clone()).collect()
    }

    fn at(&mut self, len: usize) -> usize {
        self.below(u32::try_from(len).expect("no list here is that long")) as usize
    }
}
