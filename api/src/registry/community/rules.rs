//! Engagement: which share of a region's teachers of a profile a community has gathered.

/// Active members against the headcount, with the share that follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Engagement {
    /// Distinct persons with a registration in force at the year's end (today, while the year runs).
    pub members: i64,
    /// Teachers of the profile in the region in that year, as the operator entered it.
    pub headcount: i64,
    /// `members / headcount · 100`, to one decimal; above 100 the headcount is probably out of date.
    pub percent: f64,
}

/// Engagement; none without a headcount, because it is never guessed.
#[must_use]
pub fn engagement(members: i64, headcount: Option<i64>) -> Option<Engagement> {
    let headcount = headcount.filter(|teachers| *teachers > 0)?;
    let tenths = (i128::from(members) * 1000 + i128::from(headcount) / 2) / i128::from(headcount);
    // A share in tenths of a percent fits a double exactly.
    let percent = f64::from(i32::try_from(tenths).unwrap_or(i32::MAX)) / 10.0;
    Some(Engagement { members, headcount, percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engagement_is_a_share_with_both_its_numbers() {
        assert_eq!(engagement(2, Some(3)), Some(Engagement { members: 2, headcount: 3, percent: 66.7 }));
        assert_eq!(engagement(4, Some(3)).map(|e| e.percent), Some(133.3));
    }

    #[test]
    fn without_a_headcount_there_is_no_engagement() {
        assert_eq!(engagement(5, None), None);
        assert_eq!(engagement(5, Some(0)), None);
    }
}
