//! Formulas over named figures, and what an indicator comes to. Pure and exact.
//!
//! `sum [/ sum] [* factor]`, where a sum is `name {+|- name}`, in parentheses where it has several terms and is divided:
//! `(experts + methodists) / engaged * 100`.

use entity::{IndicatorDirection, IndicatorUnit};

use crate::registry::monitoring::amount::Amount;

/// The most characters of a formula.
pub const FORMULA_MAX: usize = 300;
/// The largest factor.
const FACTOR_MAX: i64 = 1_000_000;

/// A formula that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// What is divided: figures, each added or taken away.
    pub numerator: Vec<Term>,
    /// By what; none where nothing is divided.
    pub denominator: Option<Vec<Term>>,
    /// What the ratio is multiplied with: 100 for percents.
    pub factor: i64,
}

/// A figure in a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its code.
    pub figure: String,
    /// Whether it is taken away.
    pub is_less: bool,
}

/// Why a text is no formula.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("character {at}: {what}")]
pub struct NoFormula {
    /// Where, from 1.
    pub at: usize,
    /// What is wrong there.
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Number(i64),
    Sign(char),
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, NoFormula> {
    let mut found = Vec::new();
    let mut rest = text.chars().enumerate().peekable();
    while let Some((at, first)) = rest.next() {
        let at = at + 1;
        if first.is_whitespace() {
            continue;
        }
        let mut word = String::from(first);
        let is_word = first.is_ascii_lowercase() || first.is_ascii_digit();
        while is_word
            && let Some((_, next)) =
                rest.next_if(|(_, next)| next.is_ascii_lowercase() || next.is_ascii_digit() || *next == '_')
        {
            word.push(next);
        }
        let token = match first {
            'a'..='z' => Token::Name(word),
            '0'..='9' => match word.parse() {
                Ok(number) if (1..=FACTOR_MAX).contains(&number) => Token::Number(number),
                _ => {
                    return Err(NoFormula {
                        at,
                        what: format!("`{word}` is no whole number up to {FACTOR_MAX}"),
                    });
                }
            },
            '+' | '-' | '*' | '/' | '(' | ')' => Token::Sign(first),
            other => return Err(NoFormula { at, what: format!("`{other}` has no meaning in a formula") }),
        };
        found.push((at, token));
    }
    Ok(found)
}

/// Reads a formula.
///
/// # Errors
/// [`NoFormula`], with the place.
pub fn parse(text: &str) -> Result<Formula, NoFormula> {
    let tokens = tokens(text)?;
    let end = text.chars().count() + 1;
    let mut rest = Rest { tokens: &tokens, end };
    let numerator = rest.sum()?;
    let denominator = if rest.takes('/') { Some(rest.sum()?) } else { None };
    let factor = if rest.takes('*') { rest.number()? } else { 1 };
    if let Some((at, _)) = rest.tokens.first() {
        return Err(NoFormula { at: *at, what: "the formula is over here: `sum [/ sum] [* factor]`".into() });
    }
    Ok(Formula { numerator, denominator, factor })
}

struct Rest<'a> {
    tokens: &'a [(usize, Token)],
    end: usize,
}

impl Rest<'_> {
    fn takes(&mut self, sign: char) -> bool {
        match self.tokens.split_first() {
            Some(((_, Token::Sign(found)), rest)) if *found == sign => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    fn at(&self) -> usize {
        self.tokens.first().map_or(self.end, |(at, _)| *at)
    }

    fn wanted<T>(&self, what: &str) -> Result<T, NoFormula> {
        Err(NoFormula { at: self.at(), what: format!("{what} is wanted") })
    }

    fn name(&mut self) -> Result<String, NoFormula> {
        match self.tokens.split_first() {
            Some(((_, Token::Name(name)), rest)) => {
                self.tokens = rest;
                Ok(name.clone())
            }
            _ => self.wanted("the code of a figure"),
        }
    }

    fn number(&mut self) -> Result<i64, NoFormula> {
        match self.tokens.split_first() {
            Some(((_, Token::Number(number)), rest)) => {
                self.tokens = rest;
                Ok(*number)
            }
            _ => self.wanted("a whole number"),
        }
    }

    /// `a + b - c`, in parentheses or alone.
    fn sum(&mut self) -> Result<Vec<Term>, NoFormula> {
        let is_closed = self.takes('(');
        let mut terms = vec![Term { figure: self.name()?, is_less: false }];
        loop {
            let is_less = match (self.takes('+'), self.takes('-')) {
                (true, _) => false,
                (_, true) => true,
                _ => break,
            };
            terms.push(Term { figure: self.name()?, is_less });
        }
        if is_closed && !self.takes(')') {
            return self.wanted("`)`");
        }
        if !is_closed && terms.len() > 1 && matches!(self.tokens.first(), Some((_, Token::Sign('/' | '*')))) {
            return Err(NoFormula {
                at: self.at(),
                what: "a sum that is divided stands in parentheses".into(),
            });
        }
        Ok(terms)
    }
}

impl Formula {
    /// The figures that it names.
    pub fn figures(&self) -> impl Iterator<Item = &str> {
        let terms = self.numerator.iter().chain(self.denominator.iter().flatten());
        terms.map(|term| term.figure.as_str())
    }
}

/// An indicator as it holds in a year, with its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// `community_participation`.
    pub code: String,
    /// The version that holds.
    pub version: i32,
    /// In Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// On which side of the plan the value is to lie.
    pub direction: IndicatorDirection,
    /// As it was written.
    pub formula_text: Option<String>,
    /// As it was read; none where the value is entered.
    pub formula: Option<Formula>,
    /// What is planned.
    pub plan: Option<Amount>,
    /// Whether the region said nothing, so that the indicator's own plan holds.
    pub is_plan_default: bool,
}

/// What an indicator comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Computed {
    /// The value.
    pub value: Option<Amount>,
    /// What was divided.
    pub numerator: Option<Amount>,
    /// By what.
    pub denominator: Option<Amount>,
    /// Whether the plan is met.
    pub met: Option<bool>,
    /// Whether the value was entered as a whole.
    pub is_stated: bool,
    /// Why there is no value or no verdict, in Russian.
    pub reason: Option<String>,
}

/// Computes an indicator from figures by their codes; `name` tells what they are called.
#[must_use]
pub fn compute(
    of: &InForce,
    figure: &dyn Fn(&str) -> Option<Amount>,
    name: &dyn Fn(&str) -> String,
) -> Computed {
    let mut found = match &of.formula {
        Some(formula) => by_formula(formula, figure, name),
        None => match figure(&of.code) {
            Some(value) => Computed { value: Some(value), is_stated: true, ..Computed::default() },
            None => because("Значение не введено."),
        },
    };
    if let (Some(value), Some(plan)) = (found.value, of.plan) {
        found.met = Some(match of.direction {
            IndicatorDirection::AtLeast => value >= plan,
            IndicatorDirection::AtMost => value <= plan,
        });
    } else if found.value.is_some() {
        found.reason = Some("План не задан, поэтому оценки нет.".into());
    }
    found
}

fn because(reason: impl Into<String>) -> Computed {
    Computed { reason: Some(reason.into()), ..Computed::default() }
}

fn by_formula(
    formula: &Formula,
    figure: &dyn Fn(&str) -> Option<Amount>,
    name: &dyn Fn(&str) -> String,
) -> Computed {
    let mut missing: Vec<String> = Vec::new();
    let mut sum = |terms: &[Term]| {
        let mut total = Some(0_i64);
        for term in terms {
            let Some(value) = figure(&term.figure) else {
                let name = format!("«{}»", name(&term.figure));
                if !missing.contains(&name) {
                    missing.push(name);
                }
                total = None;
                continue;
            };
            let value = if term.is_less { value.0.saturating_neg() } else { value.0 };
            total = total.map(|total| total.saturating_add(value));
        }
        total.map(Amount)
    };
    let numerator = sum(&formula.numerator);
    let denominator = formula.denominator.as_deref().map(&mut sum);
    let known = Computed { numerator, denominator: denominator.flatten(), ..Computed::default() };
    if !missing.is_empty() {
        return Computed { reason: Some(format!("Нет данных: {}.", missing.join(", "))), ..known };
    }
    let one = Some(Amount::whole(1));
    let value = numerator.zip(known.denominator.or(one));
    let value = value.and_then(|(top, bottom)| Amount::ratio(top, bottom, formula.factor));
    match value {
        Some(_) => Computed { value, ..known },
        None => Computed { reason: Some("Знаменатель равен нулю.".into()), ..known },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indicator(formula: Option<&str>, plan: Option<i64>, direction: IndicatorDirection) -> InForce {
        InForce {
            code: "own".into(),
            version: 1,
            name: "Показатель".into(),
            unit: IndicatorUnit::Percent,
            direction,
            formula_text: formula.map(ToOwned::to_owned),
            formula: formula.map(|text| parse(text).unwrap()),
            plan: plan.map(Amount::whole),
            is_plan_default: true,
        }
    }

    fn value(of: &InForce, figures: &[(&str, i64)]) -> Computed {
        let figure = |code: &str| {
            figures.iter().find(|(name, _)| *name == code).map(|(_, value)| Amount::whole(*value))
        };
        compute(of, &figure, &|code| code.to_uppercase())
    }

    #[test]
    fn a_formula_is_a_sum_that_may_be_divided_and_multiplied() {
        let read = parse("(a + b - c2)/ d_e *100").unwrap();
        let term = |figure: &str, is_less| Term { figure: figure.into(), is_less };
        assert_eq!(read.numerator, [term("a", false), term("b", false), term("c2", true)]);
        assert_eq!((read.denominator, read.factor), (Some(vec![term("d_e", false)]), 100));
        assert_eq!(parse("teachers").unwrap().denominator, None);
    }

    #[test]
    fn what_is_no_formula_is_told_with_its_place() {
        let at = |text: &str| parse(text).unwrap_err().at;
        assert_eq!(at(""), 1);
        assert_eq!(at("a / "), 5);
        assert_eq!(at("a + b / c"), 7);
        assert_eq!(at("(a + b / c"), 8);
        assert_eq!(at("a / b * c"), 9);
        assert_eq!(at("a / b * 100 + d"), 13);
        assert_eq!(at("a ^ b"), 3);
        assert_eq!(at("a / b * 99999999999999999999"), 9);
        assert_eq!(at("Учителя"), 1);
    }

    #[test]
    fn a_value_lies_on_the_right_side_of_its_plan_or_not() {
        use IndicatorDirection::{AtLeast, AtMost};
        let share = Some("a / b * 100");
        let of = |direction, a| value(&indicator(share, Some(50), direction), &[("a", a), ("b", 10)]);
        assert_eq!((of(AtLeast, 5).met, of(AtLeast, 4).met), (Some(true), Some(false)));
        assert_eq!((of(AtMost, 5).met, of(AtMost, 6).met), (Some(true), Some(false)));
        let computed = of(AtLeast, 4);
        assert_eq!(computed.value, Some(Amount::whole(40)));
        assert_eq!(
            (computed.numerator, computed.denominator),
            (Some(Amount::whole(4)), Some(Amount::whole(10)))
        );
    }

    #[test]
    fn what_cannot_be_computed_has_no_value_and_says_why() {
        let share = indicator(Some("a / b * 100"), Some(50), IndicatorDirection::AtLeast);
        let none = value(&share, &[("a", 5)]);
        assert_eq!((none.value, none.met, none.numerator), (None, None, Some(Amount::whole(5))));
        assert_eq!(none.reason.as_deref(), Some("Нет данных: «B»."));
        let zero = value(&share, &[("a", 5), ("b", 0)]);
        assert_eq!((zero.value, zero.reason.as_deref()), (None, Some("Знаменатель равен нулю.")));
        let unplanned = indicator(Some("a / b * 100"), None, IndicatorDirection::AtLeast);
        let seen = value(&unplanned, &[("a", 5), ("b", 10)]);
        assert_eq!((seen.value, seen.met), (Some(Amount::whole(50)), None));
        assert!(seen.reason.unwrap().starts_with("План не задан"));
    }

    #[test]
    fn an_entered_value_is_the_figure_of_its_own_code() {
        let entered = indicator(None, Some(20), IndicatorDirection::AtLeast);
        let seen = value(&entered, &[("own", 30)]);
        assert_eq!((seen.value, seen.met, seen.is_stated), (Some(Amount::whole(30)), Some(true), true));
        assert_eq!(value(&entered, &[]).reason.as_deref(), Some("Значение не введено."));
    }
}
