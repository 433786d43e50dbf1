//! Who has much and who has little: shares by rank, as they are where a few write most. Pure.

use crate::demo::dice::Dice;

/// A choice among many, the first of them far more often than the last.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    /// Up to which part of the whole each of them reaches.
    reach: Vec<f64>,
}

impl Shares {
    /// The share of the nth is as `1 / n^steepness`.
    pub(super) fn of(count: usize, steepness: f64) -> Self {
        let mut sum = 0.0;
        let mut reach: Vec<f64> = (1..=count)
            .map(|rank| {
                sum += float(rank).powf(-steepness);
                sum
            })
            .collect();
        reach.iter_mut().for_each(|one| *one /= sum);
        Self { reach }
    }

    /// One of them, by chance.
    pub(super) fn pick(&self, dice: &mut Dice) -> usize {
        let at = unit(dice);
        self.reach.partition_point(|reach| *reach < at).min(self.reach.len().saturating_sub(1))
    }

    /// How many of `total` each of them gets, but `most` at most; together about `total`.
    pub(super) fn split(&self, total: usize, most: usize) -> Vec<usize> {
        let mut given = 0;
        self.reach
            .iter()
            .map(|reach| {
                let until = whole(reach * float(total));
                let mine = until.saturating_sub(given);
                given = until;
                mine.min(most)
            })
            .collect()
    }
}

/// A number of 0..1.
pub(super) fn unit(dice: &mut Dice) -> f64 {
    let bits = u32::try_from(dice.next() >> 32).unwrap_or(0);
    f64::from(bits) / f64::from(u32::MAX)
}

pub(super) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, and neither negative nor beyond 2^53"
)]
fn whole(number: f64) -> usize {
    number.round().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_get_much_and_all_together_get_everything() {
        let parts = Shares::of(1_000, 0.8).split(100_000, usize::MAX);
        assert_eq!(parts.iter().sum::<usize>(), 100_000);
        let first: usize = parts.iter().take(100).sum();
        assert!(first > 40_000 && parts[0] > 10 * parts[999], "{first}");
        assert_eq!(Shares::of(3, 1.0).split(100, 10), [10, 10, 10]);
    }

    #[test]
    fn the_first_is_picked_most_often() {
        let (shares, mut dice, mut hits) = (Shares::of(10, 1.0), Dice::of("test"), [0; 10]);
        (0..10_000).for_each(|_| hits[shares.pick(&mut dice)] += 1);
        assert!(hits[0] > 3 * hits[9] && hits.iter().all(|hits| *hits > 0), "{hits:?}");
    }
}
