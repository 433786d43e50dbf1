//! What a headcount may be.

use crate::error::{UserError, UserErrorCode};

/// The most teachers of a profile that a region can have.
pub const MOST: i64 = 10_000_000;

/// A number of teachers: at least one.
///
/// # Errors
/// `INVALID`, with the bounds.
pub fn check_teachers(teachers: i32) -> Result<i64, UserError> {
    let number = i64::from(teachers);
    if (1..=MOST).contains(&number) {
        return Ok(number);
    }
    let message =
        format!("`teachers` must lie between 1 and {MOST}, not be {teachers}; null takes the figure away.");
    let mut error = UserError::of("teachers", UserErrorCode::Invalid, message);
    error.bounds = Some(crate::error::Bounds { actual: number, min: Some(1), max: Some(MOST) });
    Err(error)
}

/// The same for what may be none, but must be said: leaving it out takes nothing away.
///
/// # Errors
/// `INVALID`.
pub fn check_given(teachers: Option<Option<i32>>) -> Result<Option<i64>, UserError> {
    match teachers {
        Some(teachers) => teachers.map(check_teachers).transpose(),
        None => {
            let message = "`teachers` must be given; null takes the figure away.";
            Err(UserError::of("teachers", UserErrorCode::Invalid, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headcount_is_a_sound_number_of_people() {
        assert_eq!(check_teachers(1), Ok(1));
        assert_eq!(check_teachers(10_000_000), Ok(MOST));
        assert_eq!(check_given(Some(None)), Ok(None));
        assert!(check_given(None).is_err());
        for bad in [0, -5, 10_000_001, i32::MIN] {
            let error = check_teachers(bad).unwrap_err();
            assert_eq!(error.code, UserErrorCode::Invalid);
            assert_eq!(error.bounds.map(|bounds| bounds.actual), Some(i64::from(bad)));
        }
    }
}
