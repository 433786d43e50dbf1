//! The use cases that change figures, indicators and plans.

use std::collections::BTreeSet;

use entity::{
    AcademicYear, IndicatorDirection, IndicatorUnit, figure,
    ids::{FigureId, IndicatorId, RegionId},
    indicator, indicator_plan, region,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter,
    QueryOrder,
};
use serde_json::{Value, json};

use super::{
    rules::{self, FIRST_YEAR, INDICATORS_MAX, NAME_MAX},
    service::Planned,
    versions,
};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, Rejected, UserError, UserErrorCode},
    registry::{
        listed::{self, Row},
        monitoring::amount::Amount,
        region::service::require_region,
    },
    text,
};

/// A new figure.
#[derive(Clone, Debug)]
pub struct NewFigure {
    /// By which formulas and returns name it.
    pub code: String,
    /// What it is called, in Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
}

/// Enters a figure, which communities then return.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub async fn create_figure(app: &App, actor: &Actor, given: NewFigure) -> Outcome<figure::Model> {
    policy::signed_in(actor, Action::FigureWrite)?;
    let permit = policy::permit(actor, Action::FigureWrite, &Place::default())?;
    let (code, name) = accepted!(named(&given.code, &given.name));
    let mut tx = app.db.begin(permit).await?;
    let row = figure::Model {
        id: FigureId::generate(),
        code,
        name,
        unit: given.unit,
        is_registered: false,
        created_at: tx.at(),
    };
    let row = accepted!(unique(row.into_active_model().insert(tx.db()).await, || taken("figure"))?);
    tx.record(Change::of(row.id, None, Some(json!({ "code": row.code, "unit": row.unit }))));
    tx.commit().await?;
    Ok(Ok(row))
}

/// A new indicator.
#[derive(Clone, Debug)]
pub struct NewIndicator {
    /// Whose it is; none for the federation's.
    pub region_code: Option<String>,
    /// Unique.
    pub code: String,
    /// What it is called, in Russian.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// On which side of the plan the value is to lie.
    pub direction: IndicatorDirection,
    /// How it is computed; none where it is entered.
    pub formula: Option<String>,
    /// The plan where a region makes none of its own.
    pub planned: Option<f64>,
    /// The first year in which it holds; the running one where nothing is said.
    pub from_year: Option<AcademicYear>,
}

/// Makes an indicator: of the federation, or of a region.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region, `FORBIDDEN`.
pub async fn create(app: &App, actor: &Actor, given: NewIndicator) -> Outcome<indicator::Model> {
    policy::signed_in(actor, Action::IndicatorWrite)?;
    let region = match &given.region_code {
        Some(code) => Some(require_region(&app.db, code).await?),
        None => None,
    };
    let permit = leave(actor, region.as_ref().map(|region| region.id))?;
    let from_year = given.from_year.unwrap_or(AcademicYear::of(permit.at()));
    let next = versions::next_year(permit.at());
    let checked = (
        named(&given.code, &given.name),
        given.formula.as_deref().map(|text| rules::check_formula(text, given.unit)).transpose(),
        rules::check_planned(given.planned),
        rules::check_year(from_year, FIRST_YEAR, next),
    );
    let ((code, name), formula, planned) = match checked {
        (Ok(named), Ok(formula), Ok(planned), Ok(())) => (named, formula, planned),
        (named, formula, planned, year) => {
            let named = named.err().map(|rejected| rejected.errors).unwrap_or_default();
            let others = [formula.err(), planned.err(), year.err()].into_iter().flatten();
            return Ok(Err(named.into_iter().chain(others).collect::<Vec<_>>().into()));
        }
    };
    let mut tx = app.db.begin(permit).await?;
    if let Some(region) = &region {
        accepted!(listed::referred::<region::Model>(&tx, region.id, "regionCode").await?);
    }
    accepted!(is_room(tx.db(), region.as_ref().map(|region| region.id)).await?);
    if let Some((text, formula)) = &formula {
        let known = known(tx.db(), formula.figures()).await?;
        accepted!(rules::check_known(text, formula, &known));
    }
    let row = indicator::Model {
        id: IndicatorId::generate(),
        region_id: region.as_ref().map(|region| region.id),
        code,
        version: 1,
        from_year,
        name,
        unit: given.unit,
        direction: given.direction,
        formula: formula.map(|(text, _)| text),
        planned: planned.map(|amount| amount.0),
        number: None,
        is_ended: false,
        created_at: tx.at(),
    };
    if row.formula.is_none() {
        accepted!(enter_figure(&mut tx, &row).await?);
    }
    let row = accepted!(unique(row.into_active_model().insert(tx.db()).await, || taken("indicator"))?);
    tx.record(change(&row, None));
    tx.commit().await?;
    Ok(Ok(row))
}

/// The figure that holds the value of an entered indicator: made, unless there is one in the same unit.
async fn enter_figure(tx: &mut Tx, of: &indicator::Model) -> Outcome<()> {
    let there = figure::Entity::find().filter(figure::Column::Code.eq(&of.code)).one(tx.db()).await?;
    match there {
        Some(figure) if figure.unit == of.unit => Ok(Ok(())),
        Some(_) => {
            let message = "The figure with this code is told in another unit.";
            Ok(Err(UserError::of("unit", UserErrorCode::Invalid, message).into()))
        }
        None => {
            let row = versions::own_figure(of).into_active_model().insert(tx.db()).await;
            let row = accepted!(unique(row, || taken("figure"))?);
            tx.record(Change::of(row.id, None, Some(json!({ "code": row.code, "unit": row.unit }))));
            Ok(Ok(()))
        }
    }
}

/// What a new version of an indicator says; what is left out stays as it is in the newest.
#[derive(Clone, Debug)]
pub struct Revised {
    /// Which indicator.
    pub code: String,
    /// The newest version that the caller has seen.
    pub expected_version: i32,
    /// The first year in which the version holds; the next where nothing is said.
    pub from_year: Option<AcademicYear>,
    /// What it is called.
    pub name: Option<String>,
    /// On which side of the plan the value is to lie.
    pub direction: Option<IndicatorDirection>,
    /// How it is computed.
    pub formula: Option<String>,
    /// The default plan; `Some(None)` takes it away.
    pub planned: Option<Option<f64>>,
    /// Whether the indicator ends.
    pub is_ended: Option<bool>,
}

/// Makes the next version of an indicator, which holds from the next academic year on at the earliest.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND`, `FORBIDDEN`.
pub async fn revise(app: &App, actor: &Actor, given: Revised) -> Outcome<indicator::Model> {
    policy::signed_in(actor, Action::IndicatorWrite)?;
    let newest = newest(app.db.read(), &given.code).await?.ok_or_else(|| Error::not_found("indicator"))?;
    let permit = leave(actor, newest.region_id)?;
    if newest.version != given.expected_version {
        return Ok(Err(conflict(newest.version).into()));
    }
    let next = versions::next_year(permit.at());
    let from_year = given.from_year.unwrap_or(next);
    accepted!(rules::check_year(from_year, next, AcademicYear(next.0 + rules::YEARS_AHEAD)));
    let name = given.name.as_deref().map(|name| text::required_line("name", name, NAME_MAX));
    let name = accepted!(name.transpose());
    accepted!(rules::check_source(newest.formula.is_some(), given.formula.is_some()));
    let formula = given.formula.as_deref().map(|text| rules::check_formula(text, newest.unit));
    let formula = accepted!(formula.transpose());
    let planned = accepted!(given.planned.map(rules::check_planned).transpose());

    let mut tx = app.db.begin(permit).await?;
    if let Some((text, formula)) = &formula {
        let known = known(tx.db(), formula.figures()).await?;
        accepted!(rules::check_known(text, formula, &known));
    }
    let row = indicator::Model {
        name: name.unwrap_or_else(|| newest.name.clone()),
        direction: given.direction.unwrap_or(newest.direction),
        formula: formula.map(|(text, _)| text).or_else(|| newest.formula.clone()),
        planned: planned.map_or(newest.planned, |planned| planned.map(|amount| amount.0)),
        is_ended: given.is_ended.unwrap_or(newest.is_ended),
        ..newest.clone()
    };
    if row == newest {
        let message = "Nothing would change: give another name, direction, formula, plan or end.";
        return Ok(Err(UserError::whole(UserErrorCode::Invalid, message).into()));
    }
    let (id, created_at, version) = (IndicatorId::generate(), tx.at(), newest.version + 1);
    let row = indicator::Model { id, version, from_year, created_at, ..row };
    // Somebody else may have been faster.
    let row =
        accepted!(unique(row.into_active_model().insert(tx.db()).await, || conflict(newest.version + 1))?);
    tx.record(change(&row, Some(&newest)));
    tx.commit().await?;
    Ok(Ok(row))
}

/// What a region plans for an indicator in a year.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// Which region.
    pub region_code: String,
    /// Which indicator.
    pub code: String,
    /// When.
    pub year: AcademicYear,
    /// How much; `Some(None)` takes the plan away.
    pub planned: Option<Option<f64>>,
    /// On which side of it the value is to lie; the indicator's own where nothing is said.
    pub direction: Option<IndicatorDirection>,
}

/// Sets a region's plan, or takes it away. Gives what holds now.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region or an indicator that does not hold there then, `FORBIDDEN`.
pub async fn set_plan(app: &App, actor: &Actor, given: NewPlan) -> Outcome<Planned> {
    policy::signed_in(actor, Action::IndicatorPlanSet)?;
    let region = require_region(&app.db, &given.region_code).await?;
    let place = Place { region: Some(region.id), ..Place::default() };
    let permit = policy::permit(actor, Action::IndicatorPlanSet, &place)?;
    let planned = accepted!(rules::check_given(given.planned));
    let mut tx = app.db.begin(permit).await?;
    // Of two that plan at once the second sees what the first has planned.
    let region = region::Model::lock(&tx, region.id).await?.ok_or_else(|| Error::not_found("region"))?;
    if planned.is_some() && region.archived_at.is_some() {
        let message = "The region is in the archive.";
        return Ok(Err(UserError::of("regionCode", UserErrorCode::Invalid, message).into()));
    }
    let holding = versions::holding(tx.db(), region.id, given.year).await?;
    let indicator = holding.into_iter().find(|row| row.code == given.code);
    let indicator = indicator.ok_or_else(|| Error::not_found("indicator"))?;
    let old = versions::plans(tx.db(), region.id, given.year).await?.remove(&given.code);
    let new = planned.map(|Amount(planned)| indicator_plan::Model {
        region_id: region.id,
        year: given.year,
        code: given.code.clone(),
        planned,
        direction: given.direction,
    });
    if old != new {
        write_plan(&tx, old.clone(), new.clone()).await?;
        let told = |row: &indicator_plan::Model| -> Value {
            let planned = Amount(row.planned).to_f64();
            json!({ "code": row.code, "year": row.year.to_string(), "planned": planned, "direction": row.direction })
        };
        let change = Change::of(indicator.id, old.as_ref().map(told), new.as_ref().map(told));
        tx.record(change.within(region.id, None));
        tx.commit().await?;
    }
    Ok(Ok(Planned::of(indicator, new.as_ref(), given.year)))
}

async fn write_plan(
    tx: &Tx,
    old: Option<indicator_plan::Model>,
    new: Option<indicator_plan::Model>,
) -> Result<(), Error> {
    match (old, new) {
        (None, None) => {}
        (Some(row), None) => {
            row.delete(tx.db()).await?;
        }
        (Some(_), Some(row)) => {
            row.into_active_model().reset_all().update(tx.db()).await?;
        }
        (None, Some(row)) => {
            row.into_active_model().insert(tx.db()).await?;
        }
    }
    Ok(())
}

/// Leave to write the federation's indicators, or those of a region.
fn leave(actor: &Actor, region: Option<RegionId>) -> Result<Permit, Error> {
    match region {
        None => policy::permit(actor, Action::IndicatorWrite, &Place::default()),
        Some(_) => {
            policy::permit(actor, Action::IndicatorWriteRegional, &Place { region, ..Place::default() })
        }
    }
}

fn named(code: &str, name: &str) -> Result<(String, String), Rejected> {
    match (rules::check_code(code), text::required_line("name", name, NAME_MAX)) {
        (Ok(code), Ok(name)) => Ok((code, name)),
        (code, name) => Err([code.err(), name.err()].into_iter().flatten().collect::<Vec<_>>().into()),
    }
}

async fn newest(db: &impl ConnectionTrait, code: &str) -> Result<Option<indicator::Model>, Error> {
    let versions = indicator::Entity::find().filter(indicator::Column::Code.eq(code));
    Ok(versions.order_by_desc(indicator::Column::Version).one(db).await?)
}

/// Those of the figures that are known.
async fn known(db: &impl ConnectionTrait, codes: BTreeSet<&str>) -> Result<Vec<String>, Error> {
    let rows = figure::Entity::find().filter(figure::Column::Code.is_in(codes)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.code).collect())
}

/// Whether the list of indicators, which is read as a whole, has room for another.
async fn is_room(db: &impl ConnectionTrait, region: Option<RegionId>) -> Outcome<()> {
    let rows = indicator::Entity::owned_by(region).all(db).await?;
    let codes: BTreeSet<_> = rows.into_iter().map(|row| row.code).collect();
    if codes.len() < INDICATORS_MAX {
        return Ok(Ok(()));
    }
    let message = format!("There are {INDICATORS_MAX} indicators already; no more are kept.");
    let error = UserError::whole(UserErrorCode::Invalid, message);
    Ok(Err(error.bounded(codes.len() + 1, None, Some(INDICATORS_MAX)).into()))
}

/// Tells a code or version that is in use from a fault. The database decides, so that of two callers at once one is
/// told.
fn unique<T>(
    written: Result<T, sea_orm::DbErr>,
    refused: impl FnOnce() -> UserError,
) -> Result<Result<T, Rejected>, Error> {
    match written {
        Ok(row) => Ok(Ok(row)),
        Err(error) if listed::is_duplicate(&error) => Ok(Err(refused().into())),
        Err(error) => Err(error.into()),
    }
}

fn taken(what: &str) -> UserError {
    UserError::of("code", UserErrorCode::Taken, format!("There is a {what} with this code already."))
}

fn conflict(newest: i32) -> UserError {
    let message = format!("Version {newest} has been made meanwhile; look at it, and then revise that one.");
    UserError::of("expectedVersion", UserErrorCode::Conflict, message)
}

fn change(new: &indicator::Model, old: Option<&indicator::Model>) -> Change {
    let told = |row: &indicator::Model| {
        json!({
            "code": row.code, "version": row.version, "fromYear": row.from_year.to_string(), "unit": row.unit,
            "direction": row.direction, "formula": row.formula,
            "planned": row.planned.map(|planned| Amount(planned).to_f64()), "isEnded": row.is_ended,
        })
    };
    let change = Change::of(new.id, old.map(told), Some(told(new)));
    match new.region_id {
        Some(region) => change.within(region, None),
        None => change,
    }
}
