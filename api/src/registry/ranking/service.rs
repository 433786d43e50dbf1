//! Pages of rankings.

use entity::{AcademicYear, ranking_revision};

use super::{
    board::{self, At, Period, Spec, Stretch},
    build, frozen,
    loader::Damping,
    method::Method,
    rules::Entry,
    versions::{self, FIRST_YEAR},
};
use crate::{
    app::App,
    db::keyset::{List, Page},
    error::{Code, Error},
};

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
    /// By which version of the method it is made.
    pub version: i32,
    /// The closed year whose it is, and the revision asked for; none of the year while it lives.
    pub frozen: Option<AcademicYear>,
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

/// Reads a page of a board, of a closed year as it stood in a revision where one is named; makes a living board when it
/// is asked for the first time.
///
/// # Errors
/// `BAD_CURSOR`, `CURSOR_EXPIRED`, `BAD_INPUT` for a revision that there is not, or the database's.
pub async fn page(
    app: &App,
    spec: &Spec,
    revision: Option<i32>,
    list: List,
    page: &Page,
) -> Result<RankingPage, Error> {
    if let Some(asked) = revision {
        check_revision(app, spec.period, asked).await?;
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
    let at = match (after.or(before), revision) {
        (Some((generation, _)), _) => At::Generation(generation),
        (None, Some(revision)) => At::Revision(revision),
        (None, None) => At::Current,
    };
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let low = after.map_or(1, |place| place.1.saturating_add(1)).max(1);
    let high = before.map(|place| place.1.saturating_sub(1));

    let (from, to) = match (page.backwards, high) {
        (false, high) => (low, high.unwrap_or(i64::MAX).min(low.saturating_add(limit - 1))),
        (true, Some(high)) => (low.max(high.saturating_sub(limit - 1)), high),
        // From the very end: how long the board is must be known first.
        (true, None) => {
            let Some(head) = require(app, spec, at, 1, 1).await? else {
                return nothing(app, spec).await;
            };
            let (at, low) = (At::Generation(head.generation), low.max(head.total - limit + 1));
            return finish(app, spec, at, low, head.total).await;
        }
    };
    finish(app, spec, at, from, to).await
}

async fn finish(app: &App, spec: &Spec, at: At, from: i64, to: i64) -> Result<RankingPage, Error> {
    let Some(stretch) = require(app, spec, at, from, to).await? else {
        return nothing(app, spec).await;
    };
    let Stretch { generation, total, as_of, parameters, revision, entries } = stretch;
    // Between cursors that cross there is nothing, and nothing to go on to.
    let has_next = !entries.is_empty() && to < total;
    let has_previous = from > 1 && total > 0;
    let frozen = revision.map(|_| spec.period.year());
    let version = parameters.version;
    Ok(RankingPage { entries, generation, total, as_of, version, frozen, has_next, has_previous })
}

/// The stretch, after making the board if need be; none where the filter names nothing that exists, and where nobody
/// took part in a closed year.
async fn require(app: &App, spec: &Spec, at: At, from: i64, to: i64) -> Result<Option<Stretch>, Error> {
    if let Some(stretch) = board::read(app.db.read(), spec, at, from, to).await? {
        return Ok(Some(stretch));
    }
    match at {
        At::Generation(_) => {
            return Err(Error::Refused(
                Code::CursorExpired,
                "The ranking has changed since this cursor was given; begin again from the first page."
                    .into(),
            ));
        }
        At::Revision(_) => return Ok(None),
        At::Current => {}
    }
    build::asked_for(app, spec).await?;
    board::read(app.db.read(), spec, At::Current, from, to).await
}

/// The newest state of the period, where it is a closed year.
async fn closed(app: &App, period: Period) -> Result<Option<ranking_revision::Model>, Error> {
    match period {
        Period::Year(year) => frozen::latest(app.db.read(), year).await,
        Period::All(_) | Period::Until(_) => Ok(None),
    }
}

/// That there is such a revision of the period.
async fn check_revision(app: &App, period: Period, asked: i32) -> Result<(), Error> {
    match closed(app, period).await?.map(|row| row.revision) {
        None => Err(Error::bad_input("`revision` is of a closed academic year, which `period` names.")),
        Some(last) if !(1..=last).contains(&asked) => {
            Err(Error::bad_input(format!("`revision` must lie between 1 and {last}.")))
        }
        Some(_) => Ok(()),
    }
}

/// The ranking of those of whom there are none.
async fn nothing(app: &App, spec: &Spec) -> Result<RankingPage, Error> {
    let closed = closed(app, spec.period).await?;
    Ok(RankingPage {
        entries: Vec::new(),
        generation: 0,
        total: 0,
        as_of: closed.as_ref().map_or_else(|| app.clock.now(), |row| row.made_at),
        version: versions::holding(app.db.read(), spec.method, spec.period.year()).await?.version,
        frozen: closed.map(|row| row.year),
        has_next: false,
        has_previous: false,
    })
}

/// By what the ratings of a scope are damped; makes the board when it is asked for the first time.
///
/// # Errors
/// The database's.
pub async fn damping(app: &App, spec: &Spec) -> Result<Damping, Error> {
    let stretch = require(app, spec, At::Current, 1, 1).await?;
    let stretch = stretch.ok_or_else(|| Error::broken("a federal board that is not made"))?;
    Damping::of(&stretch.parameters)
}
