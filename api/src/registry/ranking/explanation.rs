//! How a line of a ranking came by its score, in the schema.

use async_graphql::{Object, SimpleObject};

use super::{method::Method, rules::Entry};
use crate::registry::rating::rules::shown;

/// How an entry came by its score.
pub struct RankingExplanation<'a> {
    /// By which method.
    pub method: Method,
    /// The line.
    pub entry: &'a Entry,
}

/// How an entry came by its score, so that everybody can compute it again.
#[Object]
impl RankingExplanation<'_> {
    /// The parts of the score. Their contributions add up to it.
    async fn components(&self) -> Vec<RankingComponent> {
        let names = self.method.published().components;
        names
            .iter()
            .zip(&self.entry.parts)
            .map(|((code, name), part)| RankingComponent {
                code,
                name,
                value: shown(part.value),
                weight: shown(part.weight),
                contribution: shown(part.contribution),
            })
            .collect()
    }
    /// What orders equals, the first first. Tie-breakers never change a rank.
    async fn tie_breakers(&self) -> Vec<TieBreaker> {
        let names = self.method.published().tie_breakers;
        names
            .iter()
            .zip(&self.entry.ties)
            .map(|((code, name), value)| TieBreaker { code, name, value: value.clone() })
            .collect()
    }
    /// What is missing for the next better rank, in words, in Russian; null at rank 1.
    async fn to_next_rank(&self) -> Option<String> {
        self.method.to_next_rank(self.entry)
    }
}

/// A part of a score.
#[derive(SimpleObject)]
pub struct RankingComponent {
    /// The part's code.
    code: &'static str,
    /// What it is called, in Russian.
    name: &'static str,
    /// The raw value.
    value: f64,
    /// What it is multiplied with, rounded to six digits.
    weight: f64,
    /// What it adds to the score.
    contribution: f64,
}

/// What orders equals.
#[derive(SimpleObject)]
pub struct TieBreaker {
    /// The tie-breaker's code.
    code: &'static str,
    /// What it is called and which way it goes, in Russian.
    name: &'static str,
    /// The entry's value.
    value: String,
}
