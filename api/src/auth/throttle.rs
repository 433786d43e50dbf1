//! Slows down the guessing of passwords and client secrets: after some attempts a login must wait.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};

/// Attempts to sign in, by login and address: who guesses from elsewhere does not lock out the login's owner.
/// Kept in the process: with several processes an attacker gets as many times more guesses, which is still few.
#[derive(Debug, Default)]
pub struct Throttle {
    attempts: Mutex<HashMap<Origin, (u32, DateTime<Utc>)>>,
}

/// Whose attempts are counted together.
pub type Origin = (String, Option<IpAddr>);

/// Attempts after which an origin must wait.
const ALLOWED: u32 = 10;
/// How long attempts are remembered.
const WINDOW: Duration = Duration::minutes(10);
/// Origins remembered at most; beyond it the memory starts afresh rather than grow.
const REMEMBERED: usize = 10_000;

impl Throttle {
    /// Takes an attempt, before the password is looked at; false where there is none left for now. Taken and
    /// counted in one, so that attempts at the same moment count as well.
    #[must_use]
    pub fn take(&self, origin: &Origin, now: DateTime<Utc>) -> bool {
        self.take_up_to(ALLOWED, origin, now)
    }

    /// The same with another number of attempts.
    #[must_use]
    pub fn take_up_to(&self, allowed: u32, origin: &Origin, now: DateTime<Utc>) -> bool {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= REMEMBERED {
            attempts.retain(|_, (_, since)| now - *since <= WINDOW);
        }
        if attempts.len() >= REMEMBERED {
            attempts.clear();
        }
        let entry = attempts.entry(origin.clone()).or_insert((0, now));
        if now - entry.1 > WINDOW {
            *entry = (0, now);
        }
        entry.0 = entry.0.saturating_add(1);
        entry.0 <= allowed
    }

    /// How long an origin that has no attempt left must still wait; none where it has. Takes no attempt.
    #[must_use]
    pub fn wait(&self, origin: &Origin, now: DateTime<Utc>) -> Option<Duration> {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = attempts.get(origin)?;
        let left = *since + WINDOW - now;
        (*count >= ALLOWED && left >= Duration::zero()).then_some(left)
    }

    /// Forgets the attempts of an origin that has proven its password.
    pub fn succeeded(&self, origin: &Origin) {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).remove(origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_waits_after_ten_attempts_and_may_try_again_later() {
        let (throttle, start) = (Throttle::default(), DateTime::<Utc>::default());
        let origin = |login: &str, last: u8| (login.to_owned(), Some(IpAddr::from([127, 0, 0, last])));
        for _ in 0..ALLOWED {
            assert!(throttle.take(&origin("a", 1), start));
        }
        assert!(!throttle.take(&origin("a", 1), start));
        assert!(throttle.take(&origin("a", 2), start) && throttle.take(&origin("b", 1), start));
        assert!(throttle.take(&origin("a", 1), start + WINDOW + Duration::seconds(1)));
    }

    #[test]
    fn who_has_no_attempt_left_is_told_how_long_to_wait() {
        let (throttle, start) = (Throttle::default(), DateTime::<Utc>::default());
        let origin = ("a".to_owned(), None);
        for _ in 0..ALLOWED {
            assert_eq!(throttle.wait(&origin, start), None);
            assert!(throttle.take(&origin, start));
        }
        let later = start + Duration::minutes(4);
        assert_eq!(throttle.wait(&origin, later), Some(Duration::minutes(6)));
        assert_eq!(throttle.wait(&origin, start + WINDOW + Duration::seconds(1)), None);
        throttle.succeeded(&origin);
        assert_eq!(throttle.wait(&origin, later), None);
    }

    #[test]
    fn a_proven_password_clears_the_count() {
        let (throttle, start) = (Throttle::default(), DateTime::<Utc>::default());
        let origin = ("a".to_owned(), None);
        for _ in 0..100 {
            assert!(throttle.take(&origin, start));
            throttle.succeeded(&origin);
        }
    }
}
