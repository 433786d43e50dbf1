//! Slows down the guessing of passwords: after some failures a login must wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};

/// Failed sign-ins by login. Kept in the process: with several processes an attacker gets as many times more
/// guesses, which is still few.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<HashMap<String, (u32, DateTime<Utc>)>>,
}

/// Failures after which a login must wait.
const ALLOWED: u32 = 10;
/// How long failures are remembered.
const WINDOW: Duration = Duration::minutes(10);
/// Logins remembered at most; beyond it the memory starts afresh rather than grow.
const REMEMBERED: usize = 10_000;

impl Throttle {
    /// Whether this login may try now.
    #[must_use]
    pub fn may_try(&self, login: &str, now: DateTime<Utc>) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(login).is_none_or(|(count, since)| *count < ALLOWED || now - *since > WINDOW)
    }

    /// Remembers a failure.
    pub fn failed(&self, login: &str, now: DateTime<Utc>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED {
            failures.clear();
        }
        let entry = failures.entry(login.to_owned()).or_insert((0, now));
        if now - entry.1 > WINDOW {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    /// Forgets the failures of a login that proved its password.
    pub fn succeeded(&self, login: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(login);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_waits_after_ten_failures_and_may_try_again_later() {
        let (throttle, start) = (Throttle::default(), DateTime::<Utc>::default());
        for _ in 0..ALLOWED {
            assert!(throttle.may_try("a", start));
            throttle.failed("a", start);
        }
        assert!(!throttle.may_try("a", start));
        assert!(throttle.may_try("b", start));
        assert!(throttle.may_try("a", start + WINDOW + Duration::seconds(1)));
    }
}
