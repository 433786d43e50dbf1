//! Pages of rankings.

use entity::AcademicYear;

use super::{
    board::{self, Period, Spec, Stretch},
    build,
    method::Method,
    rules::Entry,
};
use crate::{
    app::App,
    db::keyset::{List, Page},
    error::{Code, Error},
    registry::rating::rules::NO_RATINGS_MEAN,
};

/// The first academic year of which a ranking may be asked.
const FIRST_YEAR: AcademicYear = AcademicYear(2000);

/// Generation and position: where in a ranking a cursor stands.
pub type Place = (i64, i64);

/// A page of a ranking.
#[derive(Debug)]
pub struct RankingPage {
    /// Position and entry, in the order of the ranking.
    pub entries: Vec<(i64, Entry)>,
    /// Which generation of the board.
    pub generation: i64,
    /// How many entries the board has in all.
    pub total: i64,
    /// The time of the data.
    pub as_of: chrono::DateTime<chrono::Utc>,
    /// Whether entries follow the page.
    pub has_next: bool,
    /// Whether entries precede it.
    pub has_previous: bool,
}

/// The board that a ranking query means.
///
/// # Errors
/// `BAD_INPUT` for a year that has not begun, or long ago, and for what cannot be a code.
pub fn spec(
    method: Method,
    region: Option<String>,
    profile: Option<String>,
    year: Option<AcademicYear>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Spec, Error> {
    for code in [&region, &profile].into_iter().flatten() {
        // A board's key is made of them.
        if code.is_empty()
            || code.len() > 100
            || !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(Error::bad_input(
                "A code is letters, digits and hyphens, e.g. RU-KDA or chemistry-teachers.",
            ));
        }
    }
    let current = AcademicYear::of(now);
    let period = match year {
        None => Period::All(current),
        Some(year) if (FIRST_YEAR..=current).contains(&year) => Period::Year(year),
        Some(year) => {
            return Err(Error::bad_input(format!(
                "There is no ranking of {year}: `period` must lie between {FIRST_YEAR} and {current}."
            )));
        }
    };
    Ok(Spec { method, region, profile, period })
}

/// Reads a page of a board; makes the board when it is asked for the first time.
///
/// # Errors
/// `BAD_CURSOR`, `CURSOR_EXPIRED`, or the database's.
pub async fn page(app: &App, spec: &Spec, list: List, page: &Page) -> Result<RankingPage, Error> {
    if spec.method == Method::Expert {
        // Nobody takes part until assessments are recorded: there is no board to keep.
        return Ok(nothing(app));
    }
    let after = page.after.as_deref().map(|cursor| list.key::<Place>(cursor)).transpose()?;
    let before = page.before.as_deref().map(|cursor| list.key::<Place>(cursor)).transpose()?;
    if let (Some(after), Some(before)) = (after, before)
        && after.0 != before.0
    {
        return Err(Error::Refused(
            Code::BadCursor,
            "`after` and `before` are of different states of the ranking.".into(),
        ));
    }
    let generation = after.or(before).map(|place| place.0);
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let low = after.map_or(1, |place| place.1.saturating_add(1)).max(1);
    let high = before.map(|place| place.1.saturating_sub(1));

    let (from, to) = match (page.backwards, high) {
        (false, high) => (low, high.unwrap_or(i64::MAX).min(low.saturating_add(limit - 1))),
        (true, Some(high)) => (low.max(high.saturating_sub(limit - 1)), high),
        // From the very end: how long the board is must be known first.
        (true, None) => {
            let Some(head) = require(app, spec, generation, 1, 1).await? else { return Ok(nothing(app)) };
            return finish(app, spec, Some(head.generation), low.max(head.total - limit + 1), head.total)
                .await;
        }
    };
    finish(app, spec, generation, from, to).await
}

async fn finish(
    app: &App,
    spec: &Spec,
    generation: Option<i64>,
    from: i64,
    to: i64,
) -> Result<RankingPage, Error> {
    let Some(stretch) = require(app, spec, generation, from, to).await? else { return Ok(nothing(app)) };
    let Stretch { generation, total, as_of, first, entries, .. } = stretch;
    let entries: Vec<_> =
        (first..).zip(entries).filter(|(position, _)| (from..=to).contains(position)).collect();
    // Between cursors that cross there is nothing, and nothing to go on to.
    let has_next = !entries.is_empty() && to < total;
    let has_previous = from > 1 && total > 0;
    Ok(RankingPage { entries, generation, total, as_of, has_next, has_previous })
}

/// The stretch, after making the board if need be; none where the filter names nothing that exists.
async fn require(
    app: &App,
    spec: &Spec,
    generation: Option<i64>,
    from: i64,
    to: i64,
) -> Result<Option<Stretch>, Error> {
    if let Some(stretch) = board::read(&app.db, spec, generation, from, to).await? {
        return Ok(Some(stretch));
    }
    if generation.is_some() {
        return Err(Error::Refused(
            Code::CursorExpired,
            "The ranking has changed since this cursor was given; begin again from the first page.".into(),
        ));
    }
    // One at a time: of many who ask for a board that is not there, the first makes it.
    let _turn = app.boards.lock().await;
    if let Some(stretch) = board::read(&app.db, spec, None, from, to).await? {
        return Ok(Some(stretch));
    }
    if !build::make(app, spec).await? {
        return Ok(None);
    }
    board::read(&app.db, spec, None, from, to).await
}

fn nothing(app: &App) -> RankingPage {
    RankingPage {
        entries: Vec::new(),
        generation: 0,
        total: 0,
        as_of: app.clock.now(),
        has_next: false,
        has_previous: false,
    }
}

/// `C` of a rating's scope, in micro-stars; makes the board when it is asked for the first time.
///
/// # Errors
/// The database's.
pub async fn scope_mean(app: &App, spec: &Spec) -> Result<i64, Error> {
    let stretch = require(app, spec, None, 1, 1).await?;
    Ok(stretch.and_then(|stretch| stretch.parameters.mean).unwrap_or(NO_RATINGS_MEAN))
}
