//! When a presidium and a council are complete.

/// A presidium has this many members at least.
pub const PRESIDIUM_MIN: usize = 8;
/// A presidium has this many members at most.
pub const PRESIDIUM_MAX: usize = 10;

/// Whether a presidium of this size can decide.
#[must_use]
pub fn presidium_is_complete(size: usize) -> bool {
    (PRESIDIUM_MIN..=PRESIDIUM_MAX).contains(&size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presidium_has_eight_to_ten_members() {
        let complete: Vec<_> = (0..20).filter(|size| presidium_is_complete(*size)).collect();
        assert_eq!(complete, [8, 9, 10]);
    }
}
