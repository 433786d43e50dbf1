//! Chance that falls the same way every time: splitmix64, seeded by the purpose it serves.
//!
//! A die per purpose keeps the rest of the set as it was when one part of it is changed.

use chrono::{Days, NaiveDate};

use super::DemoDataError;

/// A deterministic source of choices.
pub(super) struct Dice(u64);

impl Dice {
    pub fn of(purpose: &str) -> Self {
        // FNV-1a: a short text spread over 64 bits.
        Self(purpose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// Sixty-four bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of 0..limit; 0 where the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }

    /// A number of from..=to.
    pub fn between(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// True so often of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the list.
    pub fn pick<'a, T>(&mut self, list: &'a [T], what: &'static str) -> Result<&'a T, DemoDataError> {
        list.get(self.below(list.len())).ok_or(DemoDataError::Empty(what))
    }

    /// Up to `count` different ones of the list, in an order of chance.
    pub fn sample<T: Copy>(&mut self, list: &[T], count: usize) -> Vec<T> {
        let mut rest = list.to_vec();
        let mut chosen = Vec::with_capacity(count);
        while chosen.len() < count && !rest.is_empty() {
            chosen.push(rest.swap_remove(self.below(rest.len())));
        }
        chosen
    }

    /// A day of from..=to; `from` where the span is empty.
    pub fn day(&mut self, from: NaiveDate, to: NaiveDate) -> NaiveDate {
        let span = usize::try_from((to - from).num_days()).unwrap_or(0);
        from + Days::new(self.below(span + 1) as u64)
    }
}
