//! The making of boards.

use std::collections::HashMap;

use entity::{
    ids::{ProfileId, RegionId},
    profile, region,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{
    board::{self, Parameters, Period, Spec},
    communities,
    method::Method,
    practices,
    rules::{self, Candidate},
};
use crate::{app::App, auth::Permit, error::Error};

/// The filter, by ids.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) region: Option<RegionId>,
    pub(super) profile: Option<ProfileId>,
}

/// Makes a board that is not there yet; false where the filter names an unknown region or profile.
///
/// # Errors
/// The database's.
pub async fn make(app: &App, spec: &Spec) -> Result<bool, Error> {
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let Some(scope) = resolve(tx.db(), spec).await? else { return Ok(false) };
    board::ensure(&tx, spec, scope.region, scope.profile).await?;
    tx.commit_quietly().await?;
    rebuild(app, spec).await?;
    Ok(true)
}

/// Makes the next generation of a board. The board is locked first and the data are read after it, so of two
/// builders the later one has the newer data.
///
/// # Errors
/// The database's.
pub async fn rebuild(app: &App, spec: &Spec) -> Result<(), Error> {
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let Some(board) = board::lock(&tx, spec).await? else { return Ok(()) };
    let scope = Scope { region: board.region_id, profile: board.profile_id };
    let previous = match spec.period.previous() {
        Some(period) => rules::ranks(candidates(tx.db(), spec.method, scope, period).await?.0),
        None => HashMap::new(),
    };
    let (candidates, parameters) = candidates(tx.db(), spec.method, scope, spec.period).await?;
    board::write(&tx, &board, parameters, &rules::rank(candidates, &previous)).await?;
    tx.commit_quietly().await
}

async fn resolve(db: &impl ConnectionTrait, spec: &Spec) -> Result<Option<Scope>, Error> {
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

async fn candidates(
    db: &impl ConnectionTrait,
    method: Method,
    scope: Scope,
    period: Period,
) -> Result<(Vec<Candidate>, Parameters), Error> {
    match method {
        Method::PublishedPractices | Method::PracticesPer100Members => {
            Ok((communities::candidates(db, method, scope, period).await?, Parameters::default()))
        }
        Method::Rating => practices::candidates(db, scope, period).await,
        Method::Adoption => Ok((practices::adopted(db, scope, period).await?, Parameters::default())),
        // Who has no assessment takes no part; the registry records none so far.
        Method::Expert => Ok((Vec::new(), Parameters::default())),
    }
}
