//! Near copies: two texts are compared by their shingles, the runs of [`SHINGLE`] stemmed words in them.
//!
//! Every text gets a sketch: for each of many orders of all shingles, the first one that it holds (`MinHash`). Two
//! texts agree in such a part of their sketches as their shingles have in common. Only texts that agree in a whole band
//! of the sketch are compared at all, each with the first and the last one before it in the band, so that the work
//! grows with the number of texts and not with that of their pairs, also where many copy the same one. At the
//! threshold a pair meets in some band all but surely (0.9998).

use std::collections::{HashMap, HashSet};

use crate::text;

/// How many words make a shingle.
pub const SHINGLE: usize = 5;
/// From which part of shingles in common on, of all shingles of either, a text is nearly a copy.
pub const SIMILARITY: f64 = 0.7;
/// Shorter texts are not compared: they have too little of their own.
pub const WORDS_MIN: usize = 50;

const BANDS: usize = 32;
const ROWS: usize = 4;

/// The shingles of a text, as numbers; none of a text that is too short.
#[must_use]
pub fn shingles(parts: &[&str]) -> Option<HashSet<u64>> {
    let words = parts.iter().flat_map(|part| text::words(part));
    let words: Vec<u64> = words.map(|word| number(&text::stem(&word.folded))).collect();
    if words.len() < WORDS_MIN {
        return None;
    }
    Some(
        words
            .windows(SHINGLE)
            .map(|run| run.iter().fold(0_u64, |all, word| mix(all.rotate_left(7) ^ word)))
            .collect(),
    )
}

/// The part of the shingles of either that both have.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of words lie far below 2^53")]
pub fn similarity(one: &HashSet<u64>, other: &HashSet<u64>) -> f64 {
    let both = one.intersection(other).count();
    let all = one.len() + other.len() - both;
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

/// What is kept of a text to find those like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch(Vec<u32>);

impl Sketch {
    /// Of these shingles.
    #[must_use]
    pub fn of(shingles: &HashSet<u64>) -> Self {
        let first = |order: u64| {
            let order = mix(order + 1);
            shingles.iter().map(|shingle| (mix(shingle ^ order) >> 32) as u32).min().unwrap_or(u32::MAX)
        };
        Self((0..(BANDS * ROWS) as u64).map(first).collect())
    }

    /// In how many places two sketches agree.
    fn agreement(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).filter(|(one, other)| one == other).count()
    }
}

/// For each text the earlier one that it is most like, by place in `texts`, which holds the earliest first. Of equally
/// like ones the earliest. Only those that may reach the threshold.
#[must_use]
pub fn likely_copies(texts: &[Sketch]) -> Vec<(usize, usize)> {
    let mut best: Vec<Option<(usize, usize)>> = vec![None; texts.len()];
    for band in 0..BANDS {
        // The first and the last text so far that have these numbers in the band.
        let mut met: HashMap<&[u32], (usize, usize)> = HashMap::new();
        for (place, sketch) in texts.iter().enumerate() {
            let Some(numbers) = sketch.0.get(band * ROWS..(band + 1) * ROWS) else { continue };
            let Some((first, last)) = met.get_mut(numbers) else {
                met.insert(numbers, (place, place));
                continue;
            };
            for earlier in [*first, *last] {
                let agreement = texts.get(earlier).map_or(0, |other| sketch.agreement(other));
                if let Some(best) = best.get_mut(place) {
                    let better = best
                        .is_none_or(|(most, whom)| agreement > most || (agreement == most && earlier < whom));
                    // An estimate may fall somewhat short of the truth.
                    if better && agreement * 2 >= BANDS * ROWS {
                        *best = Some((agreement, earlier));
                    }
                }
            }
            *last = place;
        }
    }
    best.into_iter().enumerate().filter_map(|(place, best)| Some((place, best?.1))).collect()
}

/// A word as a number (FNV-1a).
fn number(word: &str) -> u64 {
    word.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |all, byte| (all ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Stirs a number (the last step of `SplitMix64`).
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of made-up words: `n` of them, beginning with the given one.
    fn words(from: usize, n: usize) -> String {
        (from..from + n).map(|word| format!("слово{word} ")).collect()
    }

    fn sketch(text: &str) -> Sketch {
        Sketch::of(&shingles(&[text]).unwrap())
    }

    #[test]
    fn the_same_text_in_other_forms_is_the_same() {
        let text = "Учителя проводят опыты в обычном кабинете ".repeat(12);
        let other = "УЧИТЕЛЬ проводит опытами, в обычных кабинетах! ".repeat(12);
        let (text, other) = (shingles(&[&text]).unwrap(), shingles(&[&other]).unwrap());
        assert!((similarity(&text, &other) - 1.0).abs() < f64::EPSILON, "{}", similarity(&text, &other));
    }

    #[test]
    fn a_short_text_is_not_compared() {
        assert_eq!(shingles(&[&words(0, WORDS_MIN - 1)]), None);
        assert!(shingles(&[&words(0, WORDS_MIN - 1), "ещё"]).is_some());
    }

    #[test]
    fn the_estimate_is_near_the_truth() {
        // 400 words, of which the second has 300: 296 of 396 + 100 shingles.
        let (one, other) = (words(0, 400), words(100, 400));
        let (a, b) = (shingles(&[&one]).unwrap(), shingles(&[&other]).unwrap());
        let truth = similarity(&a, &b);
        assert!((truth - 296.0 / 496.0).abs() < 1e-9, "{truth}");
        let estimate = sketch(&one).agreement(&sketch(&other)) as f64 / (BANDS * ROWS) as f64;
        assert!((estimate - truth).abs() < 0.12, "{estimate} for {truth}");
    }

    #[test]
    fn a_copy_is_paired_with_its_original_and_nothing_else_is() {
        let original = words(0, 300);
        let copy = original.replacen("слово150 ", "иначе ", 1);
        let texts =
            [words(1000, 300), original, words(2000, 300), copy, words(3000, 300)].map(|text| sketch(&text));
        assert_eq!(likely_copies(&texts), [(3, 1)]);
    }

    #[test]
    fn a_thousand_copies_are_compared_with_the_first_and_not_with_each_other() {
        let texts = vec![sketch(&words(0, 300)); 1000];
        let pairs = likely_copies(&texts);
        assert_eq!(pairs.len(), 999);
        assert!(pairs.iter().all(|(_, original)| *original == 0));
    }
}
