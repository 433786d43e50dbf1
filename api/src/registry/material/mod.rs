//! Materials: what belongs to a practice beside its text, links and files.
//!
//! Invariants: materials change in the hands of the practice's authors only, while its text may change; they are seen
//! by whoever sees the practice. They do not move the practice's `version`, which guards the text against a second
//! writer: a file that is added while the text lies open in an editor is no conflict. What others have seen is never
//! lost: a material that was there when the practice was submitted is marked as removed, and stays to be seen by those
//! who decided on it; what only its authors saw is gone for good. Every file in the store is named by a row, of a
//! material or of `loose_file`: before it is put there, and after its material is gone. What stays loose is swept away,
//! so neither a crash nor a broken transfer leaves anything behind. A changed material is told of the practice as well,
//! so that its followers take notice.

pub mod graphql;
pub mod inputs;
pub mod loader;
pub mod mutations;
pub mod rules;
pub mod service;
pub mod sweep;
pub mod write;
