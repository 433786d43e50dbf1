//! The lot: who is drawn from a pool, by a seed and an algorithm that anybody can do again, and the digest by which the
//! journal knows a draw.

use entity::{
    ids::{ExpertId, TypedId, text},
    review_draw,
};
use sha2::{Digest, Sha256};

use crate::text::hex;

/// The version of the algorithm by which is drawn now.
pub const ALGORITHM: i32 = 1;
/// What that version does, so that anybody can do it again.
pub const ALGORITHM_IN_WORDS: &str = "For every expert of the pool: the SHA-256 digest of the seed's 64 hexadecimal \
     digits followed by the expert's id, both as ASCII text without anything between or behind. The experts with the \
     smallest digests are drawn, the smallest first. In a shell: for id in $pool; do echo \"$(printf %s \"$seed$id\" \
     | sha256sum | cut -c-64) $id\"; done | LC_ALL=C sort | head -n $asked";
/// Draws, by [the algorithm](ALGORITHM_IN_WORDS). The order of the pool does not matter.
#[must_use]
pub fn draw(seed: &str, pool: &[ExpertId], asked: usize) -> Vec<ExpertId> {
    let mut ranked: Vec<_> = pool
        .iter()
        .map(|expert| (Sha256::digest(format!("{seed}{}", text(ExpertId::PREFIX, expert.uuid()))), *expert))
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(asked).map(|(_, expert)| expert).collect()
}

/// A seed from 256 random bits.
#[must_use]
pub fn seed(bits: [u8; 32]) -> String {
    hex(&bits)
}

/// A digest of all that is kept of a draw. The journal holds it, so that the draw cannot be changed later without a
/// trace.
#[must_use]
pub fn digest(of: &review_draw::Model) -> String {
    let id = |expert: &ExpertId| text(ExpertId::PREFIX, expert.uuid());
    let list = |experts: &[ExpertId]| experts.iter().map(id).collect::<Vec<_>>().join(" ");
    let exclusions: Vec<_> =
        of.exclusions.0.iter().map(|one| format!("{}:{:?}", id(&one.expert), one.reasons)).collect();
    let kept = [
        of.id.uuid().to_string(),
        of.practice_id.uuid().to_string(),
        of.edition.to_string(),
        of.profile_id.uuid().to_string(),
        format!("{:?}", of.purpose),
        of.asked.to_string(),
        of.algorithm.to_string(),
        of.seed.clone(),
        list(&of.pool.0),
        exclusions.join(" "),
        list(&of.drawn.0),
    ];
    hex(&Sha256::digest(kept.join("\n")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;

    fn expert(number: u128) -> ExpertId {
        ExpertId(Uuid::from_u128(number))
    }

    #[test]
    fn a_draw_is_the_one_that_its_description_gives() {
        let seed = "00".repeat(32);
        let pool: Vec<_> = (1..=5).map(expert).collect();
        // By the command in ALGORITHM_IN_WORDS.
        assert_eq!(draw(&seed, &pool, 5), DRAWN.map(expert));
        assert_eq!(draw(&seed, &pool, 2), DRAWN.map(expert)[..2]);
    }

    const DRAWN: [u128; 5] = [2, 3, 1, 5, 4];

    #[test]
    fn a_draw_depends_on_the_seed_and_not_on_the_order_of_the_pool() {
        let pool: Vec<_> = (1..=20).map(expert).collect();
        let turned: Vec<_> = pool.iter().copied().rev().collect();
        let (one, other) = (seed([1; 32]), seed([2; 32]));
        assert_eq!(draw(&one, &pool, 5), draw(&one, &turned, 5));
        assert_ne!(draw(&one, &pool, 5), draw(&other, &pool, 5));
        assert_eq!(draw(&one, &pool[..3], 5).len(), 3);
    }

    #[test]
    fn every_expert_is_drawn_about_as_often_as_every_other() {
        let pool: Vec<_> = (1..=10).map(expert).collect();
        let mut times = BTreeMap::new();
        for round in 0..=255_u8 {
            for other in 0..4_u8 {
                let mut bits = [0; 32];
                (bits[0], bits[31]) = (round, other);
                for drawn in draw(&seed(bits), &pool, 2) {
                    *times.entry(drawn).or_insert(0) += 1;
                }
            }
        }
        // 1,024 draws of two out of ten: 205 each are expected, with a deviation of about 13.
        assert!(times.len() == 10 && times.values().all(|count| (150..260).contains(count)), "{times:?}");
    }
}
