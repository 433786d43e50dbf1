//! What an indicator is worth, and what may be said of one.

use std::collections::BTreeMap;

use entity::{AcademicYear, IndicatorDirection, IndicatorUnit};

use super::formula::{Formula, Term};
use crate::{
    error::{UserError, UserErrorCode},
    registry::monitoring::amount::Amount,
};

/// The most indicators of the federation, and of a region beside these.
pub const INDICATORS_MAX: usize = 200;
/// The most characters of a name.
pub const NAME_MAX: usize = 500;
/// The first academic year in which an indicator may hold.
pub const FIRST_YEAR: AcademicYear = AcademicYear(2000);
/// How many years after the next one a version may begin.
pub const YEARS_AHEAD: i32 = 10;

/// An indicator as it holds in a region in a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// `community_participation`.
    pub code: String,
    /// The version that holds.
    pub version: i32,
    /// The number in the catalogue.
    pub number: Option<i32>,
    /// The name, in Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// On which side of the plan the value is to lie.
    pub direction: IndicatorDirection,
    /// How it is computed; none where the value is entered, as the figure with the indicator's code.
    pub formula: Option<Formula>,
    /// The formula as it was written.
    pub formula_text: Option<String>,
    /// What is planned; none where nothing is.
    pub plan: Option<Amount>,
    /// Whether the plan is the indicator's own, because the region has made none.
    pub is_plan_default: bool,
    /// What the figures of the formula are called, by code.
    pub figure_names: BTreeMap<String, String>,
}

/// What an indicator is worth.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Computed {
    /// The value; none where it cannot be computed.
    pub value: Option<Amount>,
    /// What was divided.
    pub numerator: Option<Amount>,
    /// By what.
    pub denominator: Option<Amount>,
    /// Whether the value lies on the right side of the plan, both as they are shown; none without either.
    pub met: Option<bool>,
    /// Whether it is a share that somebody entered as a whole, without its numerator.
    pub is_stated: bool,
    /// Why there is no value or no verdict, in Russian.
    pub reason: Option<String>,
}

impl InForce {
    fn named(&self, figure: &str) -> String {
        let name = match self.formula {
            Some(_) => self.figure_names.get(figure).map_or(figure, String::as_str),
            None => &self.name,
        };
        format!("«{name}»")
    }

    /// A sum of figures; none is known while one of them is not.
    fn sum(&self, terms: &[Term], figures: &dyn Fn(&str) -> Option<Amount>) -> Result<Amount, String> {
        let mut sum = 0_i128;
        let mut missing = Vec::new();
        for Term { is_added, figure } in terms {
            match figures(figure) {
                Some(Amount(amount)) => {
                    sum += if *is_added { i128::from(amount) } else { -i128::from(amount) }
                }
                None => missing.push(self.named(figure)),
            }
        }
        if !missing.is_empty() {
            return Err(format!("Нет данных: {}.", missing.join(", ")));
        }
        i64::try_from(sum).map(Amount).map_err(|_| TOO_LARGE.to_owned())
    }

    fn of_formula(&self, formula: &Formula, figures: &dyn Fn(&str) -> Option<Amount>) -> Computed {
        let numerator = self.sum(&formula.numerator, figures);
        let denominator = formula.denominator.as_ref().map(|terms| self.sum(terms, figures));
        let mut found = Computed {
            numerator: numerator.as_ref().ok().copied(),
            denominator: denominator.as_ref().and_then(|sum| sum.as_ref().ok()).copied(),
            ..Computed::default()
        };
        let (numerator, denominator) = match (numerator, denominator.transpose()) {
            (Ok(numerator), Ok(denominator)) => (numerator, denominator),
            (Err(one), Err(other)) if one != other => {
                found.reason = Some(format!("{one} {other}"));
                return found;
            }
            (Err(why), _) | (_, Err(why)) => {
                found.reason = Some(why);
                return found;
            }
        };
        if denominator == Some(Amount(0)) {
            let names: Vec<_> =
                formula.denominator.iter().flatten().map(|term| self.named(&term.figure)).collect();
            found.reason = Some(format!("Делить не на что, знаменатель равен нулю: {}.", names.join(", ")));
            return found;
        }
        let value = Amount::ratio(numerator, denominator.unwrap_or(Amount::whole(1)), formula.factor);
        found.reason = value.is_none().then(|| TOO_LARGE.to_owned());
        found.value = value;
        found
    }
}

const TOO_LARGE: &str = "Значение слишком велико.";

/// What an indicator is worth by these figures. What is not known makes nothing known: never 0, never 100.
#[must_use]
pub fn compute(indicator: &InForce, figures: &dyn Fn(&str) -> Option<Amount>) -> Computed {
    let mut found = match &indicator.formula {
        Some(formula) => indicator.of_formula(formula, figures),
        None => {
            let value = figures(&indicator.code);
            let missing = || format!("Нет данных: {}.", indicator.named(&indicator.code));
            Computed { value, reason: value.is_none().then(missing), ..Computed::default() }
        }
    };
    found.is_stated = indicator.formula.is_none() && indicator.unit == IndicatorUnit::Percent;
    found.met = found.value.zip(indicator.plan).map(|(value, plan)| match indicator.direction {
        IndicatorDirection::AtLeast => value >= plan,
        IndicatorDirection::AtMost => value <= plan,
    });
    if indicator.plan.is_none() {
        let no_plan = "План не задан.";
        found.reason = Some(found.reason.map_or(no_plan.to_owned(), |why| format!("{why} {no_plan}")));
    }
    found
}

/// The code of an indicator or a figure: 2 to 40 of a-z, 0-9 and `_`, beginning with a letter.
///
/// # Errors
/// `INVALID`.
pub fn check_code(code: &str) -> Result<String, UserError> {
    let code = code.trim();
    let is_sound = (2..=40).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if is_sound {
        return Ok(code.to_owned());
    }
    let message = "`code` is 2 to 40 characters long, holds a-z, 0-9 and `_`, and begins with a letter.";
    Err(UserError::of("code", UserErrorCode::Invalid, message))
}

/// A formula of an indicator that is told in this unit.
///
/// # Errors
/// `INVALID`, with the place.
pub fn check_formula(text: &str, unit: IndicatorUnit) -> Result<(String, Formula), UserError> {
    let invalid = |message: String| UserError::of("formula", UserErrorCode::Invalid, message);
    let text = text.trim();
    let formula = Formula::parse(text)
        .map_err(|fault| invalid(format!("At character {}: {}.", fault.at, fault.why)))?;
    if unit == IndicatorUnit::Percent && formula.denominator.is_none() {
        return Err(invalid("A percentage needs a denominator: `part / whole * 100`.".into()));
    }
    Ok((text.to_owned(), formula))
}

/// Whether the formula's figures are all known.
///
/// # Errors
/// `INVALID`, with those that are not and the place of the first.
pub fn check_known(text: &str, formula: &Formula, known: &[String]) -> Result<(), UserError> {
    let figures = formula.figures();
    let unknown: Vec<_> =
        figures.into_iter().filter(|figure| !known.iter().any(|code| code == figure)).collect();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut place = 1;
    let mut first = None;
    for word in text.split(|c| !is_word(c)) {
        if first.is_none() && unknown.contains(&word) {
            first = Some(place);
        }
        place += word.chars().count() + 1;
    }
    let Some(at) = first else { return Ok(()) };
    let names: Vec<_> = unknown.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("At character {at}: there is no figure {}.", names.join(", "));
    Err(UserError::of("formula", UserErrorCode::Invalid, message))
}

/// A plan: a number that can be kept exactly, not below zero.
///
/// # Errors
/// `INVALID`.
pub fn check_planned(planned: Option<f64>) -> Result<Option<Amount>, UserError> {
    planned.map(|number| check_amount("planned", number)).transpose()
}

/// The same for what may be none, but must be said: leaving it out takes nothing away.
///
/// # Errors
/// `INVALID`.
pub fn check_given(planned: Option<Option<f64>>) -> Result<Option<Amount>, UserError> {
    let message = "`planned` must be given; null takes the plan away.";
    check_planned(planned.ok_or_else(|| UserError::of("planned", UserErrorCode::Invalid, message))?)
}

/// Where a version may begin.
///
/// # Errors
/// `INVALID`, with the bounds in words.
pub fn check_year(from: AcademicYear, first: AcademicYear, last: AcademicYear) -> Result<(), UserError> {
    if (first..=last).contains(&from) {
        return Ok(());
    }
    let message = format!("`fromYear` must lie between {first} and {last}, not be {from}.");
    Err(UserError::of("fromYear", UserErrorCode::Invalid, message))
}

/// What is computed stays computed, and what is entered stays entered: another formula is for the former only.
///
/// # Errors
/// `INVALID`.
pub fn check_source(is_computed: bool, has_formula: bool) -> Result<(), UserError> {
    if is_computed || !has_formula {
        return Ok(());
    }
    let message = "The indicator is entered, and stays so; make another one for a formula.";
    Err(UserError::of("formula", UserErrorCode::Invalid, message))
}

/// A number that can be kept exactly, not below zero.
///
/// # Errors
/// `INVALID`.
pub fn check_amount(field: &str, number: f64) -> Result<Amount, UserError> {
    let most = Amount::whole(1_000_000_000);
    Amount::of_f64(number).filter(|amount| (Amount(0)..=most).contains(amount)).ok_or_else(|| {
        let message =
            format!("`{field}` is a number from 0 to 1,000,000,000 with at most six digits after the point.");
        UserError::of(field, UserErrorCode::Invalid, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_formula(text: &str, plan: Option<i64>, direction: IndicatorDirection) -> InForce {
        let names = [("curators", "Кураторы"), ("teachers", "Педагоги")];
        InForce {
            code: "share".into(),
            version: 1,
            number: None,
            name: "Доля".into(),
            unit: IndicatorUnit::Percent,
            direction,
            formula: Some(Formula::parse(text).unwrap()),
            formula_text: Some(text.into()),
            plan: plan.map(Amount::whole),
            is_plan_default: true,
            figure_names: names.map(|(code, name)| (code.into(), name.into())).into(),
        }
    }

    fn entered(plan: Option<i64>) -> InForce {
        InForce {
            formula: None,
            formula_text: None,
            ..of_formula("a / b", plan, IndicatorDirection::AtLeast)
        }
    }

    fn known(of: &'static [(&'static str, i64)]) -> impl Fn(&str) -> Option<Amount> {
        move |code| of.iter().find(|(known, _)| *known == code).map(|(_, number)| Amount::whole(*number))
    }

    #[test]
    fn a_value_comes_with_what_was_divided_and_whether_the_plan_was_met() {
        let least = of_formula("curators / teachers * 100", Some(50), IndicatorDirection::AtLeast);
        let found = compute(&least, &known(&[("curators", 1), ("teachers", 2)]));
        assert_eq!(found.value, Some(Amount::whole(50)));
        assert_eq!((found.numerator, found.denominator), (Some(Amount::whole(1)), Some(Amount::whole(2))));
        assert_eq!((found.met, found.is_stated, found.reason), (Some(true), false, None));
        let most = InForce { direction: IndicatorDirection::AtMost, ..least };
        assert_eq!(compute(&most, &known(&[("curators", 2), ("teachers", 2)])).met, Some(false));
        assert_eq!(compute(&most, &known(&[("curators", 1), ("teachers", 2)])).met, Some(true));
    }

    #[test]
    fn what_is_not_known_or_cannot_be_divided_is_said_and_never_nought() {
        let share = of_formula("curators / teachers * 100", Some(50), IndicatorDirection::AtLeast);
        let found = compute(&share, &known(&[("curators", 1)]));
        assert_eq!((found.value, found.met), (None, None));
        assert_eq!(found.reason.as_deref(), Some("Нет данных: «Педагоги»."));
        assert_eq!(found.numerator, Some(Amount::whole(1)));
        let found = compute(&share, &known(&[("curators", 1), ("teachers", 0)]));
        assert_eq!((found.value, found.met), (None, None));
        assert!(found.reason.unwrap().contains("«Педагоги»"));
        // Of a sum nothing is known while one part is missing.
        let sum = of_formula("(curators + teachers) / teachers", None, IndicatorDirection::AtLeast);
        let found = compute(&sum, &known(&[("teachers", 5)]));
        assert_eq!((found.value, found.numerator), (None, None));
        assert_eq!(found.reason.as_deref(), Some("Нет данных: «Кураторы». План не задан."));
    }

    #[test]
    fn without_a_plan_there_is_a_value_and_no_verdict() {
        let share = of_formula("curators / teachers * 100", None, IndicatorDirection::AtLeast);
        let found = compute(&share, &known(&[("curators", 1), ("teachers", 3)]));
        assert_eq!((found.value, found.met), (Some(Amount(33_333_333)), None));
        assert_eq!(found.reason.as_deref(), Some("План не задан."));
    }

    #[test]
    fn an_entered_share_is_stated() {
        let found = compute(&entered(Some(20)), &known(&[("share", 30)]));
        assert_eq!((found.value, found.met, found.is_stated), (Some(Amount::whole(30)), Some(true), true));
        assert_eq!((found.numerator, found.denominator), (None, None));
        let missing = compute(&entered(Some(20)), &known(&[]));
        assert_eq!((missing.value, missing.met), (None, None));
        assert_eq!(missing.reason.as_deref(), Some("Нет данных: «Доля»."));
        let number = InForce { unit: IndicatorUnit::Number, ..entered(None) };
        assert!(!compute(&number, &known(&[("share", 30)])).is_stated);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let huge = of_formula("curators / teachers * 1000000", Some(1), IndicatorDirection::AtLeast);
        let found = compute(&huge, &known(&[("curators", 9_000_000_000_000), ("teachers", 1)]));
        assert_eq!((found.value, found.reason.as_deref()), (None, Some(TOO_LARGE)));
    }

    #[test]
    fn a_formula_is_checked_when_it_is_saved() {
        let (text, formula) = check_formula(" a / b * 100 ", IndicatorUnit::Percent).unwrap();
        assert_eq!(text, "a / b * 100");
        assert!(check_known(&text, &formula, &["a".into(), "b".into()]).is_ok());
        let error = check_known(&text, &formula, &["a".into()]).unwrap_err();
        assert!(error.message.starts_with("At character 5:") && error.message.contains("`b`"), "{error:?}");
        assert!(check_formula("a + b", IndicatorUnit::Percent).is_err());
        assert!(check_formula("a + b", IndicatorUnit::Number).is_ok());
        let error = check_formula("a + ", IndicatorUnit::Number).unwrap_err();
        assert_eq!(
            (error.code, error.path),
            (UserErrorCode::Invalid, vec!["input".into(), "formula".into()])
        );
    }

    #[test]
    fn codes_are_short_and_latin() {
        assert_eq!(check_code(" curator_share2 "), Ok("curator_share2".into()));
        for bad in ["", "a", "2a", "_ab", "Доля", "a-b", &"a".repeat(41)] {
            assert!(check_code(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_entered_gets_no_formula_and_what_is_computed_another() {
        assert!(check_source(false, true).is_err());
        assert!(
            [(true, true), (true, false), (false, false)].iter().all(|(a, b)| check_source(*a, *b).is_ok())
        );
    }

    #[test]
    fn a_version_begins_within_its_bounds() {
        let (first, last) = (AcademicYear(2024), AcademicYear(2034));
        assert!(check_year(first, first, last).is_ok() && check_year(last, first, last).is_ok());
        assert!(check_year(AcademicYear(2023), first, last).is_err());
        assert!(check_year(AcademicYear(2035), first, last).is_err());
        assert!(check_given(None).is_err());
        assert_eq!(check_given(Some(None)), Ok(None));
    }

    #[test]
    fn plans_are_exact_and_not_below_nought() {
        assert_eq!(check_planned(Some(54.8)), Ok(Some(Amount(54_800_000))));
        assert_eq!(check_planned(None), Ok(None));
        for bad in [-1.0, f64::NAN, 0.123_456_78, 1e12] {
            assert!(check_planned(Some(bad)).is_err(), "{bad}");
        }
    }
}
