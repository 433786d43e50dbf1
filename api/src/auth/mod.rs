//! Who calls, how that is proven, and what it may do.
//!
//! - `actor`: the caller of a request, with the rights in force at that moment;
//! - `credentials`: passwords, access tokens and the keys that sign them;
//! - `table`: the policy, one row per thing that can be done;
//! - `policy`: the permits that it gives;
//! - `visibility`: what a caller may see, by the same table;
//! - `throttle`: what slows down the guessing of passwords.

pub mod actor;
pub mod credentials;
pub mod policy;
pub mod table;
pub mod throttle;
pub mod visibility;

pub use actor::{Actor, Identity, Right};
pub use policy::{Action, Permit, Place};
