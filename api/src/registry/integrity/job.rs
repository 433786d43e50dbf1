//! Carries out the checks that were asked for, and asks for one every night.

use std::time::Duration;

use chrono::{DateTime, Days, Utc};

use super::check;
use crate::{app::App, error::Error};

/// How often to look when nothing wakes us.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long to rest after a look: a burst of commits is one look.
const AT_MOST_EVERY: Duration = Duration::from_millis(100);

/// Looks for checks for as long as the application runs.
pub async fn run(app: App) {
    let committed = app.db.committed();
    let mut asked = None;
    loop {
        // Registered before looking, so that a commit in between is not missed.
        let wake = committed.notified();
        if let Err(error) = look(&app, &mut asked).await {
            tracing::error!(%error, ?error, "checking ratings and texts");
        }
        tokio::time::sleep(AT_MOST_EVERY).await;
        let _ = tokio::time::timeout(LOOK_EVERY, wake).await;
    }
}

/// Asks once for each night, and takes up what waits.
async fn look(app: &App, asked: &mut Option<DateTime<Utc>>) -> Result<(), Error> {
    let night = night_before(app.clock.now(), app.config.integrity_hour);
    if night.is_some() && night != *asked {
        if let Some(night) = night {
            check::ask_for_night(app, night).await?;
        }
        *asked = night;
    }
    check::take_up(app).await?;
    Ok(())
}

/// When the last night began, at this hour of the day; none where no hour is the night's.
fn night_before(now: DateTime<Utc>, hour: u32) -> Option<DateTime<Utc>> {
    let today = now.date_naive().and_hms_opt(hour, 0, 0)?.and_utc();
    if today <= now { Some(today) } else { today.checked_sub_days(Days::new(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_begins_at_its_hour() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let night = |now: &str, hour| night_before(at(now), hour);
        assert_eq!(night("2025-09-02T02:00:00Z", 2), Some(at("2025-09-02T02:00:00Z")));
        assert_eq!(night("2025-09-02T01:59:59Z", 2), Some(at("2025-09-01T02:00:00Z")));
        assert_eq!(night("2025-09-02T23:00:00Z", 0), Some(at("2025-09-02T00:00:00Z")));
        assert_eq!(night("2025-09-02T23:00:00Z", 24), None);
    }
}
