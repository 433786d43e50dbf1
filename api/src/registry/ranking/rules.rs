//! Places: who stands where, and by how much the next rank is missed.

use std::{cmp::Reverse, collections::HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A part of a score, in micro-points. The contributions of all parts add up to the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The raw value.
    pub value: i64,
    /// What it is multiplied with.
    pub weight: i64,
    /// What it adds to the score.
    pub contribution: i64,
}

/// Somebody or something that takes part in a ranking.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its id.
    pub subject: Uuid,
    /// Its score, in micro-points.
    pub score: i64,
    /// How the score comes about.
    pub parts: Vec<Part>,
    /// Orders equals: the smaller stands first. The id follows, so that the order is strict.
    pub order: (i64, i64, Vec<u8>),
    /// The tie-breakers as they are shown.
    pub ties: Vec<String>,
}

/// A line of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who or what.
    pub subject: Uuid,
    /// Shared by equals; then it skips: 1, 2, 3, 3, 5.
    pub rank: i64,
    /// In micro-points.
    pub score: i64,
    /// How the score comes about.
    pub parts: Vec<Part>,
    /// The tie-breakers as they are shown.
    pub ties: Vec<String>,
    /// The rank in the period before.
    pub previous: Option<i64>,
    /// Rank and score of the next better ones; none at rank 1.
    pub above: Option<(i64, i64)>,
}

/// Puts the candidates in their places. `previous` tells the ranks of the period before.
#[must_use]
pub fn rank(mut candidates: Vec<Candidate>, previous: &HashMap<Uuid, i64>) -> Vec<Entry> {
    candidates.sort_by(|a, b| {
        (Reverse(a.score), &a.order, a.subject).cmp(&(Reverse(b.score), &b.order, b.subject))
    });
    let mut entries: Vec<Entry> = Vec::with_capacity(candidates.len());
    for (candidate, position) in candidates.into_iter().zip(1_i64..) {
        let (rank, above) = match entries.last() {
            None => (1, None),
            Some(last) if last.score == candidate.score => (last.rank, last.above),
            Some(last) => (position, Some((last.rank, last.score))),
        };
        entries.push(Entry {
            rank,
            above,
            previous: previous.get(&candidate.subject).copied(),
            subject: candidate.subject,
            score: candidate.score,
            parts: candidate.parts,
            ties: candidate.ties,
        });
    }
    entries
}

/// The ranks alone, for the period before.
#[must_use]
pub fn ranks(candidates: Vec<Candidate>) -> HashMap<Uuid, i64> {
    rank(candidates, &HashMap::new()).into_iter().map(|entry| (entry.subject, entry.rank)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: u128, score: i64, order: i64) -> Candidate {
        Candidate {
            subject: Uuid::from_u128(id),
            score,
            parts: Vec::new(),
            order: (order, 0, Vec::new()),
            ties: Vec::new(),
        }
    }

    #[test]
    fn equals_share_a_rank_and_the_next_skips() {
        let scores = [50, 40, 30, 30, 20];
        let candidates = scores.iter().zip(0..).map(|(score, id)| candidate(id, *score, 0)).collect();
        let ranks: Vec<_> = rank(candidates, &HashMap::new()).iter().map(|entry| entry.rank).collect();
        assert_eq!(ranks, [1, 2, 3, 3, 5]);
    }

    #[test]
    fn tie_breakers_order_equals_without_changing_their_rank() {
        let entries = rank(vec![candidate(1, 7, 2), candidate(2, 7, 1)], &HashMap::new());
        let order: Vec<_> = entries.iter().map(|entry| (entry.subject.as_u128(), entry.rank)).collect();
        assert_eq!(order, [(2, 1), (1, 1)]);
    }

    #[test]
    fn equals_in_everything_stand_by_their_ids_so_that_the_order_is_strict() {
        let order = |ids: [u128; 3]| -> Vec<_> {
            let candidates = ids.into_iter().map(|id| candidate(id, 1, 1)).collect();
            rank(candidates, &HashMap::new()).iter().map(|entry| entry.subject).collect()
        };
        assert_eq!(order([3, 1, 2]), order([2, 3, 1]));
    }

    #[test]
    fn an_entry_knows_the_next_better_ones_and_its_former_rank() {
        let previous = HashMap::from([(Uuid::from_u128(2), 9)]);
        let entries = rank(vec![candidate(1, 9, 0), candidate(2, 5, 0), candidate(3, 5, 1)], &previous);
        assert_eq!(entries[0].above, None);
        assert_eq!((entries[1].above, entries[2].above), (Some((1, 9)), Some((1, 9))));
        assert_eq!((entries[0].previous, entries[1].previous), (None, Some(9)));
    }
}
