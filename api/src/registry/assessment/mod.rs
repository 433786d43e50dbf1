//! Assessments: what the drawn experts judge of a submitted practice, by the rubric.
//!
//! Invariants: a rubric is a version that is never changed; the one that was in force when a review was assigned holds
//! for it, so that a new version changes nothing of what is finished or in hand. A review has one assessment at most,
//! handed in by its expert until its last day, and finished thereby. Every criterion has a score of 1 to 5 and a
//! comment. When two experts of a submission differ by more than 1.5 a third is drawn at once; where nobody can be
//! drawn, those who manage the reviews see that a third is missing. An approval needs as many finished assessments of
//! what was submitted last as the registry is set to (none by default), and the third where it is called for.
//!
//! Authors, and those who decide on the practice, read scores, comments and conclusion without the expert's name. Who
//! manages the reviews sees the name; authors see it as the registry is set to: never, after the publication (the
//! default), or always. After the publication everybody reads the assessments, without a name. An expert reads its own,
//! and no other before the publication.
//!
//! Rows are locked as for [reviews](super::review).

pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod write;
