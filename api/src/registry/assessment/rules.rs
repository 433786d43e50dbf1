//! What an assessment must hold, when two experts differ too much, and how severe and lenient experts are corrected
//! for: in integers, so that both databases and everybody who computes it again agree to the last digit.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::ids::PersonId;

use crate::{
    error::{UserError, UserErrorCode},
    registry::rating::rules::{MICRO, divide},
    text,
};

/// The lowest and the highest score.
pub const SCORES: std::ops::RangeInclusive<i32> = 1..=5;
/// The most characters of a comment.
pub const COMMENT_MAX: usize = 2_000;
/// The most characters of a conclusion.
pub const CONCLUSION_MAX: usize = 10_000;
/// How many criteria a rubric has at most.
pub const CRITERIA_MAX: usize = 20;
/// The most characters of a criterion's title.
pub const TITLE_MAX: usize = 200;
/// The most characters of a criterion's question.
pub const QUESTION_MAX: usize = 1_000;
/// The most characters of a criterion's code.
const CODE_MAX: usize = 40;
/// Two assessments that lie further apart than this call for a third expert.
const APART: i64 = MICRO + MICRO / 2;

/// What an expert gives for one criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The criterion's code.
    pub criterion: String,
    /// 1 to 5.
    pub score: i32,
    /// Why.
    pub comment: String,
}

/// What an expert hands in, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// One for each criterion, in the rubric's order.
    pub scores: Vec<Score>,
    /// The conclusion.
    pub conclusion: String,
    /// The mean of the scores, in micro-points.
    pub mean: i64,
}

/// Checks scores and conclusion against the codes of a rubric's criteria.
///
/// # Errors
/// `INVALID`, all faults at once.
pub fn check(criteria: &[String], given: Vec<Score>, conclusion: &str) -> Result<Checked, Vec<UserError>> {
    let invalid = |message: String| UserError::of("scores", UserErrorCode::Invalid, message);
    let mut errors = Vec::new();
    let mut found: HashMap<String, Score> = HashMap::new();
    // Far more than any rubric asks for is not read one by one.
    if given.len() > CRITERIA_MAX {
        let error = invalid(format!("{} scores are too many; one for each criterion.", given.len()));
        return Err(vec![error.bounded(given.len(), Some(criteria.len()), Some(criteria.len()))]);
    }
    for (one, index) in given.into_iter().zip(0..) {
        let index = index.to_string();
        let at = |error: UserError| error.within(&["scores", &index]);
        let of = |field: &str, message: String| at(UserError::of(field, UserErrorCode::Invalid, message));
        if !criteria.contains(&one.criterion) {
            let known = criteria.join(", ");
            errors.push(of("criterion", format!("The rubric has no such criterion; it has {known}.")));
        }
        if !SCORES.contains(&one.score) {
            let (least, most) = (*SCORES.start(), *SCORES.end());
            let message = format!("A score lies between {least} and {most}, not at {}.", one.score);
            errors.push(of("score", message));
        }
        match text::required("comment", &one.comment, COMMENT_MAX) {
            Err(error) => errors.push(at(error)),
            Ok(comment) => {
                let code = one.criterion.clone();
                if found.insert(code, Score { comment, ..one }).is_some() {
                    errors.push(of("criterion", "The criterion is scored twice.".into()));
                }
            }
        }
    }
    let conclusion = match text::required("conclusion", conclusion, CONCLUSION_MAX) {
        Ok(text) => text,
        Err(error) => {
            errors.push(error);
            String::new()
        }
    };
    let missing: Vec<_> = criteria.iter().filter(|code| !found.contains_key(*code)).cloned().collect();
    if !missing.is_empty() && errors.is_empty() {
        errors.push(invalid(format!("These criteria have no score: {}.", missing.join(", "))));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let scores: Vec<_> = criteria.iter().filter_map(|code| found.remove(code)).collect();
    let mean = mean(scores.iter().map(|one| i64::from(one.score) * MICRO));
    Ok(Checked { scores, conclusion, mean })
}

/// The mean of values in micro-points, rounded half up; 0 of none.
#[must_use]
pub fn mean(values: impl ExactSizeIterator<Item = i64>) -> i64 {
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    divide(values.sum(), count)
}

/// Whether these assessments of one submission call for a third expert: two, and more than 1.5 apart.
///
/// Rounding to micro-points changes nothing: what lies 1.5 apart is rounded alike, and the means of up to twenty
/// scores come no closer to it than 1/800.
#[must_use]
pub fn differ(means: &[i64]) -> bool {
    matches!(means, [one, other] if (one - other).abs() > APART)
}

/// Whether a practice has the assessments that an approval needs: as many as are configured, and a third where two
/// differ too much. Where none is required the approval waits for nobody.
///
/// # Errors
/// `NOT_ELIGIBLE`, with how many there are and how many are needed.
pub fn may_approve(means: &[i64], required: u32) -> Result<(), UserError> {
    let required = usize::try_from(required).unwrap_or(usize::MAX);
    let apart = required > 0 && differ(means);
    let needed = if apart { required.max(3) } else { required };
    if means.len() >= needed {
        return Ok(());
    }
    let mut message =
        format!("{} of the {needed} assessments that an approval needs are finished.", means.len());
    if apart {
        message.push_str(" Two of them differ by more than 1.5, so a third expert must assess it, too.");
    }
    Err(UserError::of("practiceId", UserErrorCode::NotEligible, message).bounded(
        means.len(),
        Some(needed),
        None,
    ))
}

/// Whether an assessment is in time.
///
/// # Errors
/// `WRONG_STATE` after the last day.
pub fn in_time(due_on: NaiveDate, today: NaiveDate) -> Result<(), UserError> {
    if today <= due_on {
        return Ok(());
    }
    let message = format!(
        "The last day was {due_on}; the community's coordinator or the region's operator can extend it."
    );
    Err(UserError::of("reviewId", UserErrorCode::WrongState, message))
}

/// A criterion of a new rubric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Its code.
    pub code: String,
    /// Its title, in Russian.
    pub title: String,
    /// What the expert is asked, in Russian.
    pub question: String,
}

/// Checks the criteria of a new rubric.
///
/// # Errors
/// `INVALID`, all faults at once.
pub fn check_criteria(given: Vec<Criterion>) -> Result<Vec<Criterion>, Vec<UserError>> {
    if given.is_empty() || given.len() > CRITERIA_MAX {
        let message = format!("A rubric has 1 to {CRITERIA_MAX} criteria, not {}.", given.len());
        let error = UserError::of("criteria", UserErrorCode::Invalid, message);
        return Err(vec![error.bounded(given.len(), Some(1), Some(CRITERIA_MAX))]);
    }
    let (mut errors, mut checked, mut codes) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (one, index) in given.into_iter().zip(0..) {
        let index = index.to_string();
        let at = |error: UserError| error.within(&["criteria", &index]);
        let letters = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let sound = one.code.len() <= CODE_MAX
            && one.code.starts_with(|c: char| c.is_ascii_uppercase())
            && one.code.chars().all(letters);
        if !sound {
            let message =
                format!("A code is up to {CODE_MAX} capital letters, digits and `_`, e.g. RELEVANCE.");
            errors.push(at(UserError::of("code", UserErrorCode::Invalid, message)));
        } else if !codes.insert(one.code.clone()) {
            errors.push(at(UserError::of("code", UserErrorCode::Invalid, "The code stands here twice.")));
        }
        let title = text::required_line("title", &one.title, TITLE_MAX);
        let question = text::required("question", &one.question, QUESTION_MAX);
        match (title, question) {
            (Ok(title), Ok(question)) => checked.push(Criterion { code: one.code, title, question }),
            (title, question) => errors.extend([title.err(), question.err()].into_iter().flatten().map(at)),
        }
    }
    if errors.is_empty() { Ok(checked) } else { Err(errors) }
}

/// An assessment as the ranking reckons with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// By whom.
    pub expert: PersonId,
    /// Its mean, in micro-points.
    pub mean: i64,
}

/// By how much each expert judges more leniently than all do, in micro-points; below zero for the severe:
/// `(S − k·M) / (k + shrinkage)` with `k` assessments of the expert that add up to `S`, and `M` the mean of all assessments.
/// That is the difference of the means times `k / (k + shrinkage)`: one assessment tells little about an expert.
#[must_use]
pub fn leniency(all: &[Judgement], shrinkage: i64) -> HashMap<PersonId, i64> {
    let overall = mean(all.iter().map(|one| one.mean));
    let mut sums: HashMap<PersonId, (i64, i64)> = HashMap::new();
    for one in all {
        let entry = sums.entry(one.expert).or_default();
        entry.0 += 1;
        entry.1 += one.mean;
    }
    let bias = |(count, sum): (i64, i64)| signed(sum - count * overall, count + shrinkage);
    sums.into_iter().map(|(expert, sums)| (expert, bias(sums))).collect()
}

/// A practice's mean of all assessments, and the mean corrected for the experts' leniency, which stays on the scale.
#[must_use]
pub fn corrected(of: &[Judgement], leniency: &HashMap<PersonId, i64>) -> (i64, i64) {
    let raw = mean(of.iter().map(|one| one.mean));
    let of_expert = |one: &Judgement| leniency.get(&one.expert).copied().unwrap_or(0);
    let sum: i64 = of.iter().map(|one| one.mean - of_expert(one)).sum();
    let count = i64::try_from(of.len()).unwrap_or(i64::MAX);
    let (least, most) = (i64::from(*SCORES.start()) * MICRO, i64::from(*SCORES.end()) * MICRO);
    (raw, signed(sum, count).clamp(least, most))
}

/// Division, rounded half away from zero.
fn signed(numerator: i64, denominator: i64) -> i64 {
    numerator.signum() * divide(numerator.abs(), denominator)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn codes() -> Vec<String> {
        ["RELEVANCE", "EVIDENCE", "MATERIALS"].map(Into::into).into()
    }

    fn score(criterion: &str, score: i32, comment: &str) -> Score {
        Score { criterion: criterion.into(), score, comment: comment.into() }
    }

    fn faults(given: Vec<Score>, conclusion: &str) -> Vec<String> {
        check(&codes(), given, conclusion).unwrap_err().iter().map(|error| error.path.join(".")).collect()
    }

    fn judged(expert: u128, mean: i64) -> Judgement {
        Judgement { expert: PersonId(Uuid::from_u128(expert)), mean }
    }

    #[test]
    fn an_assessment_scores_every_criterion_once() {
        let all =
            || vec![score("MATERIALS", 5, " c "), score("RELEVANCE", 4, "a"), score("EVIDENCE", 4, "b")];
        let checked = check(&codes(), all(), "Годится.").unwrap();
        let order: Vec<_> = checked.scores.iter().map(|one| one.criterion.as_str()).collect();
        assert_eq!((order, checked.mean), (vec!["RELEVANCE", "EVIDENCE", "MATERIALS"], 4_333_333));
        assert_eq!(checked.scores[2].comment, "c");
        assert_eq!(faults(all()[..2].to_vec(), "Годится."), ["input.scores"]);
        let mut twice = all();
        twice.push(score("EVIDENCE", 1, "d"));
        assert_eq!(faults(twice, "Годится."), ["input.scores.3.criterion"]);
        assert_eq!(faults(vec![score("RELEVANCE", 1, "x"); 21], "Годится."), ["input.scores"]);
    }

    #[test]
    fn all_faults_are_told_at_once_and_where_they_are() {
        let given = vec![score("RELEVANCE", 0, "a"), score("EVIDENCE", 6, " "), score("CHARM", 3, "c")];
        let expected = [
            "input.scores.0.score",
            "input.scores.1.score",
            "input.scores.1.comment",
            "input.scores.2.criterion",
            "input.conclusion",
        ];
        assert_eq!(faults(given, ""), expected);
    }

    #[test]
    fn a_third_expert_is_called_for_beyond_one_and_a_half_exactly() {
        assert!(!differ(&[2_500_000, 4 * MICRO]) && !differ(&[4 * MICRO, 2_500_000]));
        assert!(differ(&[2_400_000, 4 * MICRO]) && differ(&[4_200_000, 2_600_000]));
        assert!(!differ(&[1, 5, 3].map(|n| n * MICRO)) && !differ(&[5 * MICRO]) && !differ(&[]));
        // 14/3 and 19/6 lie 1.5 apart, whatever they are rounded to.
        assert!(!differ(&[divide(14 * MICRO, 3), divide(19 * MICRO, 6)]));
        assert!(!differ(&[divide(13 * MICRO, 3), divide(17 * MICRO, 6)]));
    }

    #[test]
    fn an_approval_needs_what_is_configured_and_the_third_where_two_differ() {
        let bounds = |means: &[i64], required| {
            let bounds = may_approve(means, required).unwrap_err().bounds.unwrap();
            (bounds.actual, bounds.min)
        };
        let (far, near) = ([MICRO, 5 * MICRO], [4 * MICRO, 5 * MICRO]);
        assert!(may_approve(&[], 0).is_ok() && may_approve(&far, 0).is_ok());
        assert!(may_approve(&near, 2).is_ok() && may_approve(&[MICRO, 5 * MICRO, MICRO], 2).is_ok());
        assert_eq!((bounds(&[], 2), bounds(&[MICRO], 2)), ((0, Some(2)), (1, Some(2))));
        assert_eq!((bounds(&far, 2), bounds(&far, 1)), ((2, Some(3)), (2, Some(3))));
        assert_eq!(bounds(&far, 4), (2, Some(4)));
    }

    #[test]
    fn the_last_day_is_in_time() {
        let day = |day| NaiveDate::from_ymd_opt(2024, 10, day).unwrap();
        assert!(in_time(day(5), day(5)).is_ok());
        assert_eq!(in_time(day(5), day(6)).unwrap_err().code, UserErrorCode::WrongState);
    }

    #[test]
    fn criteria_have_codes_of_their_own() {
        let one =
            |code: &str| Criterion {
                code: code.into(), title: "Польза".into(), question: "Есть?".into()
            };
        assert!(check_criteria(vec![one("USE"), one("USE_2")]).is_ok());
        for bad in ["", "use", "2", "_A", "ПОЛЬЗА", "A-B", &"A".repeat(41)] {
            assert_eq!(
                check_criteria(vec![one(bad)]).unwrap_err()[0].path,
                ["input", "criteria", "0", "code"]
            );
        }
        assert_eq!(check_criteria(vec![one("A"), one("A")]).unwrap_err()[0].path[2], "1");
        assert!(check_criteria(Vec::new()).is_err());
        let many = (0..21).map(|n| one(&format!("C{n}"))).collect();
        assert!(check_criteria(many).is_err());
    }

    #[test]
    fn severe_and_lenient_experts_are_brought_together() {
        // The overall mean is 3; the first gives 2 throughout, the second 4.
        let all: Vec<_> =
            [(1, 2), (1, 2), (2, 4), (2, 4)].map(|(who, mean)| judged(who, mean * MICRO)).into();
        let leniency = leniency(&all, 5);
        // ±1 · 2 / (2 + 5).
        let of = |who| leniency[&PersonId(Uuid::from_u128(who))];
        assert_eq!((of(1), of(2)), (-285_714, 285_714));
        assert_eq!(corrected(&all[..2], &leniency), (2_000_000, 2_285_714));
        assert_eq!(corrected(&all[2..], &leniency), (4_000_000, 3_714_286));
        assert_eq!(corrected(&[all[0], all[2]], &leniency), (3_000_000, 3_000_000));
    }

    #[test]
    fn a_corrected_score_stays_on_the_scale() {
        let mut all = vec![judged(1, MICRO), judged(2, 5 * MICRO)];
        all.extend([judged(1, 5 * MICRO), judged(2, MICRO), judged(2, MICRO), judged(1, 5 * MICRO)]);
        let leniency = leniency(&all, 5);
        assert!(leniency.values().any(|bias| *bias > 0) && leniency.values().any(|bias| *bias < 0));
        assert_eq!(corrected(&[judged(1, MICRO)], &leniency), (MICRO, MICRO));
        assert_eq!(corrected(&[judged(2, 5 * MICRO)], &leniency), (5 * MICRO, 5 * MICRO));
    }

    #[test]
    fn one_expert_alone_is_as_severe_as_all() {
        let all = [judged(1, 4_200_000)];
        assert_eq!(corrected(&all, &leniency(&all, 5)), (4_200_000, 4_200_000));
        assert!(leniency(&[], 5).is_empty());
    }
}
