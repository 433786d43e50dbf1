//! Files that callers bring, without knowing what for: of which kinds they may be ([`kinds`]), whether their content
//! agrees with that ([`content`]), what they may be called ([`names`]), and where they are kept ([`store`]).

pub mod content;
pub mod kinds;
pub mod names;
pub mod store;
