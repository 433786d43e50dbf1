//! Exact decimal amounts: what a figure, a plan or an indicator's value is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many millionths make one.
pub const ONE: i64 = 1_000_000;

/// A number with up to six digits after the point, kept in millionths: both databases, the files and every client agree
/// to the last digit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub i64);

impl Amount {
    /// A whole number; the largest one where it does not fit.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self(number.saturating_mul(ONE))
    }

    /// `numerator / denominator × factor`, rounded half away from zero; none without a denominator, or where the result
    /// does not fit.
    #[must_use]
    pub fn ratio(numerator: Self, denominator: Self, factor: i64) -> Option<Self> {
        if denominator.0 == 0 {
            return None;
        }
        let top = i128::from(numerator.0) * i128::from(factor) * i128::from(ONE);
        let bottom = i128::from(denominator.0);
        let half = bottom.abs() / 2;
        let rounded = if (top < 0) == (bottom < 0) {
            (top.abs() + half) / bottom.abs()
        } else {
            -((top.abs() + half) / bottom.abs())
        };
        i64::try_from(rounded).ok().map(Self)
    }

    /// What the schema shows.
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are exact, and no figure has more")]
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// What a caller gave, if it is a number with at most six digits after the point that can be kept.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to lie within the exact integers of a float"
    )]
    #[must_use]
    pub fn of_f64(number: f64) -> Option<Self> {
        let millionths = number * 1e6;
        let kept = millionths.round();
        let is_exact = (millionths - kept).abs() < 1e-3;
        (is_exact && kept.abs() < 9e15).then_some(Self(kept as i64))
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn to_whole(self) -> Option<i64> {
        (self.0 % ONE == 0).then_some(self.0 / ONE)
    }
}

/// As it is written in Russian tables: thousands apart by narrow no-break spaces, a comma before what follows the point,
/// no needless zeros.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let whole = (size / 1_000_000).to_string();
        let mut text = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push('\u{202f}');
            }
            text.push(digit);
        }
        let part = format!("{:06}", size % 1_000_000);
        let part = part.trim_end_matches('0');
        if !part.is_empty() {
            text.push(',');
            text.push_str(part);
        }
        write!(f, "{}{text}", if self.0 < 0 { "−" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_in_russian_tables() {
        let text = |millionths| Amount(millionths).to_string();
        assert_eq!(text(54_800_000), "54,8");
        assert_eq!(text(53_595_000_000), "53\u{202f}595");
        assert_eq!(text(1_000_000_000_000), "1\u{202f}000\u{202f}000");
        assert_eq!((text(0), text(-500_000), text(1)), ("0".into(), "−0,5".into(), "0,000001".into()));
    }

    #[test]
    fn a_ratio_is_rounded_to_millionths_and_needs_a_denominator() {
        let of = |top, bottom| Amount::ratio(Amount::whole(top), Amount::whole(bottom), 100);
        assert_eq!(of(1, 3), Some(Amount(33_333_333)));
        assert_eq!(of(2, 3), Some(Amount(66_666_667)));
        assert_eq!(of(-2, 3), Some(Amount(-66_666_667)));
        assert_eq!(of(5, 0), None);
        assert_eq!(Amount::ratio(Amount(i64::MAX), Amount(1), 1), None);
    }

    #[test]
    fn what_a_float_cannot_say_exactly_is_refused() {
        assert_eq!(Amount::of_f64(54.8), Some(Amount(54_800_000)));
        assert_eq!(Amount::of_f64(0.123_456_7), None);
        assert_eq!((Amount::of_f64(f64::NAN), Amount::of_f64(1e18)), (None, None));
    }
}
