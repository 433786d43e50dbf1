//! The making of living boards, and of what all boards are made of.

use std::{sync::Arc, time::Duration};

use entity::{profile, region};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use tokio::{sync::Mutex, time::timeout};

use super::{
    board::{self, At, Parameters, Period, Spec},
    entrant::Entrant,
    field::{Field, Fields, Scope, Source},
    formula::Scoring,
    frozen,
    rules::{self, Entry, Standings},
    versions::{self, Version},
};
use crate::{app::App, auth::Permit, db::meter, error::Error};

/// What a process builds boards with.
#[derive(Debug, Default)]
pub struct Building {
    /// Taken by whoever builds a board, one at a time: what boards are made of.
    pub fields: Arc<Mutex<Fields>>,
    /// Taken by whoever makes the first board of a region or profile.
    part: Arc<Mutex<()>>,
}

/// How long a part's board waits for what the federation's are made of: mostly that is renewed in a moment, but to read all
/// of it can take minutes.
const PART_WAITS: Duration = Duration::from_millis(500);

/// Makes the board that is asked for, where there is to be one and it is not kept yet. Once begun it is made to the end,
/// even where who asked waits no longer: one that takes longer than a request may would else be begun for ever.
///
/// # Errors
/// The database's.
pub async fn asked_for(app: &App, spec: &Spec) -> Result<(), Error> {
    if scope_of(app.db.read(), spec).await?.is_none() {
        return Ok(());
    }
    let (app, spec) = (app.clone(), spec.clone());
    // One at a time: of many who ask for a board that is not there, the first makes it.
    let made = if spec.region.is_none() && spec.profile.is_none() {
        let mut fields = Arc::clone(&app.boards.fields).lock_owned().await;
        tokio::spawn(meter::same(async move { missing(&app, &mut fields, &spec).await }))
    } else {
        let one = Arc::clone(&app.boards.part).lock_owned().await;
        tokio::spawn(meter::same(async move {
            let _one = one;
            match timeout(PART_WAITS, app.boards.fields.lock()).await {
                Ok(mut fields) => missing(&app, &mut fields, &spec).await,
                // Of its own rows.
                Err(_) => missing(&app, &mut Fields::default(), &spec).await,
            }
        }))
    };
    made.await.map_err(Error::internal)?
}

/// Makes a board where it is not kept yet; not of a closed year, whose boards were all made when it was closed, nor where
/// the filter names an unknown region or profile.
///
/// # Errors
/// The database's.
pub async fn missing(app: &App, fields: &mut Fields, spec: &Spec) -> Result<(), Error> {
    if board::read(app.db.read(), spec, At::Current, 1, 1).await?.is_some() {
        return Ok(());
    }
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let Some(scope) = scope_of(tx.db(), spec).await? else { return Ok(()) };
    if is_frozen(tx.db(), spec.period).await? {
        return Ok(());
    }
    board::ensure(&tx, spec, scope.region, scope.profile).await?;
    tx.commit_quietly().await?;
    let made = rebuild(app, fields, spec, None).await;
    if let Err(error) = &made {
        // Who asked may not be there any more to be told.
        tracing::error!(%error, ?error, board = spec.key(), "making a board");
    }
    made
}

/// Makes the next generation of a living board, where its current one is not of this position of the journal or a later
/// one: another process may have made it. The board is locked first and the data are read after it, so of two builders
/// the later one has the newer data.
///
/// # Errors
/// The database's.
pub async fn rebuild(app: &App, fields: &mut Fields, spec: &Spec, reached: Option<i64>) -> Result<(), Error> {
    if spec.region.is_none() && spec.profile.is_none() {
        // Before the board is locked: it can take seconds.
        let current = entity::AcademicYear::of(app.clock.now());
        fields.prepare(app.db.read(), spec.method, spec.period, current).await?;
    }
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let Some(board) = board::lock(&tx, spec).await? else { return Ok(()) };
    if board.revision.is_some() || reached.is_some_and(|position| board.position >= position) {
        return Ok(());
    }
    if is_frozen(tx.db(), spec.period).await? {
        // The year was closed while the board of a filter in which nobody takes part was being made.
        board::drop(&tx, board.id).await?;
        return tx.commit_quietly().await;
    }
    let scope = Scope { region: board.region_id, profile: board.profile_id };
    fields.catch_up(tx.db()).await?;
    let former = fields.former(tx.db(), spec.method, scope, spec.period).await?;
    let version = versions::holding(tx.db(), spec.method, spec.period.year()).await?;
    let read;
    let field = match fields.of(spec.method, spec.period) {
        Some(field) => field,
        None => {
            read = Field::read(tx.db(), spec.method, scope, spec.period, Source::Kept).await?;
            &read
        }
    };
    let mut made = Vec::new();
    let entrants = field.whole(scope, &mut made);
    let (parameters, entries) = ranked(&version, entrants, &former)?;
    board::write(&tx, &board, fields.position(), &parameters, entries).await?;
    tx.commit_quietly().await
}

async fn is_frozen(db: &impl ConnectionTrait, period: Period) -> Result<bool, Error> {
    match period {
        Period::Year(year) => Ok(frozen::latest(db, year).await?.is_some()),
        Period::All(_) | Period::Until(_) => Ok(false),
    }
}

/// The ranks of these entrants by this version of the method.
///
/// # Errors
/// A fault of ours: the version lacks a number.
pub(super) fn ranks(version: &Version, entrants: Vec<&Entrant>) -> Result<Standings, Error> {
    let scoring = Scoring::of(version.method, &version.numbers, &entrants)?;
    let places = rules::rank(scoring.candidates(entrants));
    Ok(places.map(|place| (place.entrant.subject.id, place.rank)).collect())
}

/// The board of these entrants by this version of the method: its lines are made one by one, since a large board holds
/// hundreds of thousands.
///
/// # Errors
/// A fault of ours: the version lacks a number.
pub(super) fn ranked<'a>(
    version: &Version,
    entrants: Vec<&'a Entrant>,
    former: &'a Standings,
) -> Result<(Parameters, impl ExactSizeIterator<Item = Entry> + use<'a>), Error> {
    let scoring = Scoring::of(version.method, &version.numbers, &entrants)?;
    let parameters =
        Parameters { version: version.version, numbers: version.numbers.clone(), mean: scoring.mean };
    let places = rules::rank(scoring.candidates(entrants));
    let entries = places.map(move |place| Entry {
        subject: place.entrant.subject.id,
        rank: place.rank,
        score: place.score,
        parts: scoring.parts(place.entrant),
        ties: place.entrant.ties(),
        previous: former.get(&place.entrant.subject.id).copied(),
        above: place.above,
    });
    Ok((parameters, entries))
}

/// What the filter names; none where it is nothing known.
async fn scope_of(db: &impl ConnectionTrait, spec: &Spec) -> Result<Option<Scope>, Error> {
    let mut scope = Scope { region: None, profile: None };
    if let Some(code) = &spec.region {
        let found = region::Entity::find().filter(region::Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        scope.region = Some(row.id);
    }
    if let Some(code) = &spec.profile {
        let found = profile::Entity::find().filter(profile::Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        scope.profile = Some(row.id);
    }
    Ok(Some(scope))
}
