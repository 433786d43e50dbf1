//! The registry's door: the protocol, the limits, and the shape of answers.

mod answers;
mod kept_answers;
mod limits;
mod materials;
mod pages;
mod protocol;
mod reports;
mod token;
