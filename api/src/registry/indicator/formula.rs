//! Formulas over named figures: a sum, divided by another, times a whole factor.
//!
//! `curators / teachers * 100`, `(engaged - experts_engaged) / engaged * 100`, `events_regional + events_all_russian`.
//! A sum of several figures that is divided, divides or is multiplied stands in parentheses, so that nobody reads it by
//! another rule than it is computed by.

use std::collections::BTreeSet;

/// The most characters of a formula.
pub const FORMULA_MAX: usize = 300;
/// The greatest factor.
pub const FACTOR_MAX: i64 = 1_000_000;

/// A figure of a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Whether it is added; otherwise it is taken away.
    pub is_added: bool,
    /// The figure's code.
    pub figure: String,
}

/// A formula as it is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// What is divided.
    pub numerator: Vec<Term>,
    /// By what; none where nothing is divided.
    pub denominator: Option<Vec<Term>>,
    /// Times what; 1 where the formula says nothing.
    pub factor: i64,
}

/// Why a text is no formula, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place of the sign, from 1.
    pub at: usize,
    /// What is wrong there.
    pub why: String,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut rest = Words::of(text)?;
        let numerator = rest.sum()?;
        let mut denominator = None;
        if rest.take("/") {
            denominator = Some(rest.sum()?);
        }
        let mut factor = 1;
        let is_multiplied = rest.take("*");
        if is_multiplied {
            factor = rest.factor()?;
        }
        if let Some((at, word)) = rest.next() {
            let why = match word.as_str() {
                "+" | "-" => "a sum that divides stands in parentheses: a / (b + c)".to_owned(),
                "/" => "a formula is divided once, before it is multiplied".to_owned(),
                _ => format!("`{word}` is not expected here"),
            };
            return Err(Fault { at, why });
        }
        if (denominator.is_some() || is_multiplied) && numerator.is_open() {
            let why = "a sum that is divided or multiplied stands in parentheses: (a + b) / c";
            return Err(Fault { at: numerator.at, why: why.into() });
        }
        if let Some(open) = denominator.as_ref().filter(|sum| sum.is_open()) {
            let why = "a sum that divides stands in parentheses: a / (b + c)";
            return Err(Fault { at: open.at, why: why.into() });
        }
        Ok(Self { numerator: numerator.terms, denominator: denominator.map(|sum| sum.terms), factor })
    }

    /// The codes of the figures that it needs.
    #[must_use]
    pub fn figures(&self) -> BTreeSet<&str> {
        let below = self.denominator.iter().flatten();
        self.numerator.iter().chain(below).map(|term| term.figure.as_str()).collect()
    }
}

/// A sum as it was written.
struct Sum {
    at: usize,
    terms: Vec<Term>,
    is_enclosed: bool,
}

impl Sum {
    /// Whether it has several figures and no parentheses around them.
    fn is_open(&self) -> bool {
        self.terms.len() > 1 && !self.is_enclosed
    }
}

/// The words and signs of a formula that are still to be read, with their places.
struct Words {
    all: std::vec::IntoIter<(usize, String)>,
    end: usize,
}

impl Words {
    fn of(text: &str) -> Result<Self, Fault> {
        let signs: Vec<char> = text.chars().collect();
        if signs.len() > FORMULA_MAX {
            let why = format!("a formula has at most {FORMULA_MAX} characters, not {}", signs.len());
            return Err(Fault { at: FORMULA_MAX + 1, why });
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut all: Vec<(usize, String)> = Vec::new();
        let mut open = false;
        for (place, c) in signs.iter().copied().enumerate() {
            match (all.last_mut().filter(|_| open), c) {
                (Some((_, word)), c) if is_word(c) => word.push(c),
                (_, ' ') => open = false,
                (_, c) if is_word(c) || "+-*/()".contains(c) => {
                    open = is_word(c);
                    all.push((place + 1, c.to_string()));
                }
                _ => return Err(Fault { at: place + 1, why: format!("`{c}` is not part of any formula") }),
            }
        }
        Ok(Self { all: all.into_iter(), end: signs.len() + 1 })
    }

    fn next(&mut self) -> Option<(usize, String)> {
        self.all.next()
    }

    fn peek(&self) -> Option<&str> {
        self.all.as_slice().first().map(|(_, word)| word.as_str())
    }

    /// Takes this sign, if it is the next.
    fn take(&mut self, sign: &str) -> bool {
        let is_next = self.peek() == Some(sign);
        if is_next {
            self.all.next();
        }
        is_next
    }

    fn here(&self) -> usize {
        self.all.as_slice().first().map_or(self.end, |(at, _)| *at)
    }

    fn sum(&mut self) -> Result<Sum, Fault> {
        let at = self.here();
        let is_enclosed = self.take("(");
        let mut terms = vec![self.term(true)?];
        loop {
            let is_added = match self.peek() {
                Some("+") => true,
                Some("-") => false,
                _ => break,
            };
            self.next();
            terms.push(self.term(is_added)?);
        }
        if is_enclosed && !self.take(")") {
            return Err(Fault { at: self.here(), why: "`)` is missing".into() });
        }
        Ok(Sum { at, terms, is_enclosed })
    }

    fn term(&mut self, is_added: bool) -> Result<Term, Fault> {
        let at = self.here();
        match self.next() {
            Some((_, word)) if word.starts_with(|c: char| c.is_ascii_lowercase()) => {
                Ok(Term { is_added, figure: word })
            }
            Some((_, word)) => {
                Err(Fault { at, why: format!("the code of a figure is expected, not `{word}`") })
            }
            None => Err(Fault { at, why: "the code of a figure is missing".into() }),
        }
    }

    fn factor(&mut self) -> Result<i64, Fault> {
        let at = self.here();
        let word = self.next().map(|(_, word)| word).unwrap_or_default();
        let is_whole = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        let factor = word.parse().ok().filter(|factor| is_whole && (1..=FACTOR_MAX).contains(factor));
        factor.ok_or_else(|| Fault { at, why: format!("a whole factor from 1 to {FACTOR_MAX} is expected") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(of: &[(bool, &str)]) -> Vec<Term> {
        of.iter().map(|(is_added, figure)| Term { is_added: *is_added, figure: (*figure).into() }).collect()
    }

    fn fault(text: &str) -> (usize, String) {
        let Fault { at, why } = Formula::parse(text).unwrap_err();
        (at, why)
    }

    #[test]
    fn a_formula_is_a_sum_divided_by_a_sum_times_a_factor() {
        let read = Formula::parse("(engaged - experts) / (teachers + a1) * 100").unwrap();
        assert_eq!(read.numerator, sum(&[(true, "engaged"), (false, "experts")]));
        assert_eq!(read.denominator, Some(sum(&[(true, "teachers"), (true, "a1")])));
        assert_eq!(read.factor, 100);
        assert_eq!(read.figures().into_iter().collect::<Vec<_>>(), ["a1", "engaged", "experts", "teachers"]);
        let plain = Formula::parse("a+b-c").unwrap();
        assert_eq!(plain.numerator, sum(&[(true, "a"), (true, "b"), (false, "c")]));
        assert_eq!((plain.denominator, plain.factor), (None, 1));
        // The same figure may stand on both sides.
        assert_eq!(Formula::parse("(a - b) / a").unwrap().figures().len(), 2);
    }

    #[test]
    fn a_fault_says_where_it_is() {
        assert_eq!(fault("").0, 1);
        assert_eq!(fault("a +").0, 4);
        assert_eq!(fault("a / ").0, 5);
        assert_eq!(fault("a / 2").0, 5);
        assert_eq!(fault("a b").0, 3);
        assert_eq!(fault("a % b").0, 3);
        assert_eq!(fault("(a + b / c").0, 8);
        assert_eq!(fault("a / b * 1.5").0, 10);
        assert_eq!(fault("a / b * 0").0, 9);
        assert_eq!(fault("a / b * c").0, 9);
        assert_eq!(fault("a / b / c").0, 7);
        assert_eq!(fault("Teachers / b").0, 1);
        assert_eq!(fault("доля / b").0, 1);
        assert_eq!(fault(&format!("a + {}", "b".repeat(FORMULA_MAX))).0, FORMULA_MAX + 1);
    }

    #[test]
    fn sums_that_could_be_read_in_two_ways_are_refused() {
        for ambiguous in ["a + b / c", "a + b * 100", "a / b + c"] {
            assert!(fault(ambiguous).1.contains("parentheses"), "{ambiguous}");
        }
    }
}
