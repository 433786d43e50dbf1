//! Follows the journal and rebuilds the boards that a change has made stale: at once after a change of this
//! process, and within a quarter of a second after one of another.

use std::{cmp::Reverse, time::Duration};

use entity::{AcademicYear, counter, journal, ranking_board};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    board::{self, Period, Spec},
    build,
    field::Scope,
    loader,
    method::Method,
    touched::Touched,
};
use crate::{app::App, auth::Permit, error::Error};

/// How often to look when nothing wakes us.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long to rest after a rebuilding.
const AT_MOST_EVERY: Duration = Duration::from_millis(200);
/// How many entries of the journal to follow in one go: a night's sync writes tens of thousands, and what is
/// published meanwhile must not wait for them.
const AT_ONCE: u64 = 5_000;

/// Follows the journal for as long as the application runs.
pub async fn run(app: App) {
    let committed = app.db.committed();
    if let Err(error) = warm(&app).await {
        tracing::error!(%error, ?error, "making the first boards");
    }
    loop {
        // Registered before looking, so that a commit in between is not missed.
        let wake = committed.notified();
        match follow(&app).await {
            Ok(Followed::Nothing) => {}
            Ok(Followed::Some) => continue,
            // A burst of changes makes a few generations, not one each.
            Ok(Followed::Rebuilt) => tokio::time::sleep(AT_MOST_EVERY).await,
            Err(error) => tracing::error!(%error, ?error, "following the journal"),
        }
        let _ = tokio::time::timeout(LOOK_EVERY, wake).await;
    }
}

/// Makes the boards of the front page, so that its first visitor does not wait for them, and throws away those
/// that nobody can ask for any more: of a method that this program does not have, or of all time as an ended year saw it.
async fn warm(app: &App) -> Result<(), Error> {
    let year = AcademicYear::of(app.clock.now());
    for row in living(app).await? {
        let asked_for = match Spec::parse(&row.key) {
            None => false,
            Some(spec) => !matches!(spec.period, Period::All(of) if of != year),
        };
        if !asked_for {
            let tx = app.db.begin(Permit::system(app.clock.now())).await?;
            board::drop(&tx, row.id).await?;
            tx.commit_quietly().await?;
        }
    }
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    board::sweep(&tx).await?;
    tx.commit_quietly().await?;
    let communities = Spec { method: Method::PublishedPractices, ..loader::federal_rating(year) };
    for spec in [communities, loader::federal_rating(year)] {
        build::missing(app, &mut *app.boards.fields.lock().await, &spec).await?;
    }
    // So that the first change need not wait for what the boards of the federation are made of.
    for row in living(app).await? {
        let Some(spec) = Spec::parse(&row.key) else { continue };
        if spec.region.is_none() && spec.profile.is_none() && spec.period.year() == year {
            let mut fields = app.boards.fields.lock().await;
            fields.prepare(app.db.read(), spec.method, spec.period, year).await?;
            fields.former(app.db.read(), spec.method, Scope::default(), spec.period).await?;
            drop(fields);
            follow(app).await?;
        }
    }
    Ok(())
}

/// The boards that follow the data.
async fn living(app: &App) -> Result<Vec<ranking_board::Model>, Error> {
    let living = ranking_board::Entity::find().filter(ranking_board::Column::Revision.is_null());
    Ok(living.all(app.db.read()).await?)
}

/// How far it went in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// There was nothing new.
    Nothing,
    /// There was something, and no board was stale for it.
    Some,
    /// Boards were rebuilt.
    Rebuilt,
}

/// Rebuilds what has become stale since the last time.
///
/// # Errors
/// The database's; what was not rebuilt is tried again the next time.
pub async fn follow(app: &App) -> Result<Followed, Error> {
    let (last, done) = board::progress(app.db.read()).await?;
    if last <= done {
        return Ok(Followed::Nothing);
    }
    let mut followed = Followed::Some;
    let changes = journal::Entity::find()
        .filter(journal::Column::Seq.gt(done))
        .order_by_asc(journal::Column::Seq)
        .limit(AT_ONCE)
        .all(app.db.read())
        .await?;
    let reached = changes.last().map_or(last, |change| change.seq);
    let mut touched = Touched::by(&changes);
    touched.find_profiles(app.db.read()).await?;
    if !touched.is_empty() {
        let current = AcademicYear::of(app.clock.now());
        let boards = living(app).await?;
        let mut stale: Vec<Spec> = boards
            .iter()
            // A board of a method that this program does not have is asked for by nobody.
            .filter_map(|row| Some((row, Spec::parse(&row.key)?)))
            .filter(|(row, spec)| touched.reaches_board(row, spec, current))
            .map(|(_, spec)| spec)
            .collect();
        // What most people look at comes first: all time, then this year, the federation before its parts.
        stale.sort_by_key(|spec| {
            (Reverse(spec.period.recency()), spec.region.is_some(), spec.profile.is_some())
        });
        for spec in stale {
            let mut fields = app.boards.fields.lock().await;
            build::rebuild(app, &mut fields, &spec, Some(reached)).await?;
            followed = Followed::Rebuilt;
        }
    }
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    counter::Entity::update_many()
        .col_expr(counter::Column::Value, Expr::value(reached))
        .filter(counter::Column::Name.eq(counter::BOARDS))
        .filter(counter::Column::Value.lt(reached))
        .exec(tx.db())
        .await?;
    tx.commit_quietly().await?;
    Ok(followed)
}
