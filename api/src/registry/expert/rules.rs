//! What an expert may agree to, and when a place in the pool may change.

use entity::expert::Standing;

use crate::error::{Bounds, UserError, UserErrorCode};

/// How many reviews an expert may take at a time.
pub const LOAD: std::ops::RangeInclusive<i32> = 1..=20;
/// What is written until the person says so itself.
pub const LOAD_PROPOSED: i32 = 3;
/// How many experts a profile's pool holds at most: a draw reads them all, and keeps them.
pub const POOL_MAX: u64 = 1_000;

/// How many reviews an expert takes at a time.
///
/// # Errors
/// `INVALID`, with the bounds.
pub fn check_load(limit: i32) -> Result<i32, UserError> {
    let (least, most) = (*LOAD.start(), *LOAD.end());
    if LOAD.contains(&limit) {
        return Ok(limit);
    }
    let message = format!("`loadLimit` must lie between {least} and {most}, not be {limit}.");
    let bounds = Bounds { actual: limit.into(), min: Some(least.into()), max: Some(most.into()) };
    let error = UserError::of("loadLimit", UserErrorCode::Invalid, message);
    Err(UserError { bounds: Some(bounds), ..error })
}

/// Whether the person may agree, or agree anew to another limit.
///
/// # Errors
/// `WRONG_STATE` once the place has ended.
pub fn may_consent(standing: Standing) -> Result<(), UserError> {
    match standing {
        Standing::Nominated | Standing::Consented => Ok(()),
        Standing::Ended => Err(ended()),
    }
}

/// Whether the place may end: not while the expert holds reviews.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_end(standing: Standing, open: u64) -> Result<(), UserError> {
    match (standing, open) {
        (Standing::Ended, _) => Err(ended()),
        (_, 0) => Ok(()),
        _ => {
            let message = format!(
                "Open reviews: {open}. They must be finished or declined first, or taken back once they are overdue."
            );
            let error = UserError::of("expertId", UserErrorCode::WrongState, message);
            Err(error.bounded(usize::try_from(open).unwrap_or(usize::MAX), None, Some(0)))
        }
    }
}

/// Whether one more may be put forward.
///
/// # Errors
/// `NOT_ELIGIBLE`, with the bound.
pub fn has_room(experts: u64) -> Result<(), UserError> {
    if experts < POOL_MAX {
        return Ok(());
    }
    let message =
        format!("The pool of the profile holds {experts} experts; more than {POOL_MAX} it never does.");
    Err(UserError::of("communityId", UserErrorCode::NotEligible, message))
}

fn ended() -> UserError {
    let message = "The place in the pool has ended; a new nomination begins another.";
    UserError::of("expertId", UserErrorCode::WrongState, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_ends_when_no_review_is_open() {
        assert!(may_end(Standing::Consented, 0).is_ok() && may_end(Standing::Nominated, 0).is_ok());
        assert_eq!(may_end(Standing::Consented, 2).unwrap_err().bounds.unwrap().actual, 2);
        assert!(may_end(Standing::Ended, 0).is_err() && may_consent(Standing::Ended).is_err());
    }

    #[test]
    fn a_limit_lies_between_one_and_twenty() {
        assert_eq!(check_load(1), Ok(1));
        assert_eq!(check_load(20), Ok(20));
        for bad in [0, -1, 21, i32::MAX] {
            assert_eq!(check_load(bad).unwrap_err().bounds.unwrap().actual, i64::from(bad));
        }
    }

    #[test]
    fn a_pool_does_not_grow_without_end() {
        assert!(has_room(POOL_MAX - 1).is_ok());
        assert!(has_room(POOL_MAX).is_err());
    }
}
