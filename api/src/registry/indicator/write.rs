//! The use cases that change indicators, figures and plans.

use entity::{
    AcademicYear, IndicatorDirection, IndicatorUnit, figure,
    ids::{IndicatorId, RegionId},
    indicator, indicator_plan, region,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter};
use serde_json::json;

use super::{
    rules::{self, FORMULA_MAX},
    service,
    versions::figure_of,
};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{
        listed::{self, Row},
        monitoring::amount::Amount,
        ranking::versions::next_year,
        region::service::require_region,
    },
    text,
};

/// The most characters of a name.
const NAME_MAX: usize = 500;
/// Of a code.
const CODE: (usize, usize) = (2, 40);

/// An indicator as it is entered or revised.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// In what it is told.
    pub unit: IndicatorUnit,
    /// On which side of its plan it is to lie.
    pub direction: IndicatorDirection,
    /// How it is computed; none where the value is entered.
    pub formula: Option<String>,
    /// What is planned where a region says nothing.
    pub planned: Option<f64>,
}

/// Who keeps an indicator: the registrar the federal ones, a region's operator its own.
fn leave(actor: &Actor, of: Option<RegionId>) -> Result<Permit, Error> {
    let (action, place) = match of {
        Some(_) => (Action::IndicatorWriteRegional, Place { region: of, ..Place::default() }),
        None => (Action::IndicatorWrite, Place::default()),
    };
    policy::permit(actor, action, &place)
}

/// Enters an indicator, federal or of one region.
///
/// # Errors
/// `NOT_FOUND` for an unknown region, `FORBIDDEN`.
pub async fn create(
    app: &App,
    actor: &Actor,
    region_code: Option<&str>,
    given: Definition,
) -> Outcome<indicator::Model> {
    policy::signed_in(actor, Action::IndicatorWrite)?;
    let region = match region_code {
        Some(code) => Some(require_region(&app.db, code).await?.id),
        None => None,
    };
    let permit = leave(actor, region)?;
    let mut tx = app.db.begin(permit).await?;
    let row = accepted!(create_in(&mut tx, region, given).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction.
///
/// # Errors
/// The database's.
pub async fn create_in(tx: &mut Tx, of: Option<RegionId>, given: Definition) -> Outcome<indicator::Model> {
    accepted!(check_code(&given.code));
    let from = super::versions::FIRST_YEAR;
    let row = accepted!(checked(tx, of, given, 1, from).await?);
    if service::newest(tx.db(), &row.code).await?.is_some() {
        return Ok(Err(taken(&row.code).into()));
    }
    if row.formula.is_none() {
        match figure_of(&row).into_active_model().insert(tx.db()).await {
            Ok(_) => {}
            Err(error) if listed::is_duplicate(&error) => return Ok(Err(taken(&row.code).into())),
            Err(error) => return Err(error.into()),
        }
    }
    insert(tx, row).await
}

/// Makes the next version of an indicator, which holds from the next academic year on; `is_ended` ends it then.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn revise(
    app: &App,
    actor: &Actor,
    expected_version: i32,
    is_ended: bool,
    given: Definition,
) -> Outcome<indicator::Model> {
    policy::signed_in(actor, Action::IndicatorWrite)?;
    let newest = service::newest(app.db.read(), &given.code).await?;
    let newest = newest.ok_or_else(|| Error::not_found("indicator"))?;
    let permit = leave(actor, newest.region_id)?;
    if newest.version != expected_version {
        return Ok(Err(conflict(newest.version).into()));
    }
    if newest.formula.is_none() != given.formula.is_none() || newest.unit != given.unit {
        let message = "What is entered stays entered, what is computed stays computed, and in the same unit: \
                       make another indicator.";
        return Ok(Err(UserError::of("formula", UserErrorCode::Invalid, message).into()));
    }
    let mut tx = app.db.begin(permit).await?;
    let from = next_year(tx.at());
    let row = accepted!(checked(&tx, newest.region_id, given, newest.version + 1, from).await?);
    let row = accepted!(insert(&mut tx, indicator::Model { is_ended, number: newest.number, ..row }).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

async fn checked(
    tx: &Tx,
    of: Option<RegionId>,
    given: Definition,
    version: i32,
    effective_from: AcademicYear,
) -> Outcome<indicator::Model> {
    let name = accepted!(text::required_line("name", &given.name, NAME_MAX));
    let planned = accepted!(given.planned.map(|planned| amount("planned", planned)).transpose());
    let formula = given.formula.as_deref().map(|text| text::required_line("formula", text, FORMULA_MAX));
    let formula = accepted!(formula.transpose());
    if let Some(text) = &formula {
        accepted!(check_formula(tx, text, given.unit).await?);
    }
    Ok(Ok(indicator::Model {
        id: IndicatorId::generate(),
        code: given.code,
        version,
        effective_from,
        region_id: of,
        number: None,
        name,
        unit: given.unit,
        direction: given.direction,
        formula,
        planned: planned.map(|planned| planned.0),
        is_ended: false,
        created_at: tx.at(),
    }))
}

async fn check_formula(tx: &Tx, text: &str, unit: IndicatorUnit) -> Result<Result<(), UserError>, Error> {
    let fault = |message: String| Ok(Err(UserError::of("formula", UserErrorCode::Invalid, message)));
    let formula = match rules::parse(text) {
        Ok(formula) => formula,
        Err(no) => return fault(format!("`{text}` is no formula: {no}.")),
    };
    if unit == IndicatorUnit::Percent && formula.denominator.is_none() {
        return fault("A percentage divides: `part / whole * 100`.".into());
    }
    let known =
        figure::Entity::find().filter(figure::Column::Code.is_in(formula.figures())).all(tx.db()).await?;
    match formula.figures().find(|code| known.iter().all(|row| row.code != **code)) {
        Some(unknown) => fault(format!("There is no figure `{unknown}`; see `figures`.")),
        None => Ok(Ok(())),
    }
}

fn check_code(code: &str) -> Result<(), UserError> {
    let is_sound = (CODE.0..=CODE.1).contains(&code.len())
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
    if is_sound {
        return Ok(());
    }
    let message = "`code` has 2 to 40 small Latin letters, digits and underscores, a letter first.";
    Err(UserError::of("code", UserErrorCode::Invalid, message))
}

fn amount(field: &str, number: f64) -> Result<Amount, UserError> {
    Amount::of_f64(number).filter(|amount| *amount >= Amount(0)).ok_or_else(|| {
        let message = format!("`{field}` is not negative and has at most six decimals.");
        UserError::of(field, UserErrorCode::Invalid, message)
    })
}

fn taken(code: &str) -> UserError {
    UserError::of(
        "code",
        UserErrorCode::Taken,
        format!("There is a figure or an indicator `{code}` already."),
    )
}

fn conflict(newest: i32) -> UserError {
    let message = format!("Version {newest} is the newest; look at it, and then revise that one.");
    UserError::of("expectedVersion", UserErrorCode::Conflict, message)
}

async fn insert(tx: &mut Tx, row: indicator::Model) -> Outcome<indicator::Model> {
    let row = match row.clone().into_active_model().insert(tx.db()).await {
        Ok(row) => row,
        // Somebody else was faster.
        Err(error) if listed::is_duplicate(&error) => return Ok(Err(conflict(row.version).into())),
        Err(error) => return Err(error.into()),
    };
    let told = json!({
        "code": row.code, "version": row.version, "formula": row.formula, "from": row.effective_from.to_string(),
        "ended": row.is_ended,
    });
    let change = Change::of(row.id, None, Some(told));
    tx.record(match row.region_id {
        Some(region) => change.within(region, None),
        None => change,
    });
    Ok(Ok(row))
}

/// Enters a figure that returns may be asked for and formulas may name.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn create_figure(
    app: &App,
    actor: &Actor,
    code: String,
    name: &str,
    unit: IndicatorUnit,
) -> Outcome<figure::Model> {
    policy::signed_in(actor, Action::IndicatorWrite)?;
    let permit = leave(actor, None)?;
    accepted!(check_code(&code));
    let name = accepted!(text::required_line("name", name, NAME_MAX));
    let mut tx = app.db.begin(permit).await?;
    let row = figure::Model { code, name, unit, is_registered: false, created_at: tx.at() };
    match row.clone().into_active_model().insert(tx.db()).await {
        Ok(_) => {}
        Err(error) if listed::is_duplicate(&error) => return Ok(Err(taken(&row.code).into())),
        Err(error) => return Err(error.into()),
    }
    // A figure has no id of its own: its code is told under a fresh one.
    tx.record(Change::of(IndicatorId::generate(), None, Some(json!({ "figure": row.code }))));
    tx.commit().await?;
    Ok(Ok(row))
}

/// A plan that is set or taken away.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of which indicator.
    pub code: String,
    /// For which year.
    pub year: AcademicYear,
    /// What is planned; none within takes the region's plan away, and it must be said.
    pub planned: Option<Option<f64>>,
    /// On which side of it; as the indicator says, where nothing is said.
    pub direction: Option<IndicatorDirection>,
}

/// Sets what a region plans of an indicator for a year. Gives what stands now.
///
/// # Errors
/// `NOT_FOUND` for an unknown region or indicator, `FORBIDDEN`.
pub async fn set_plan(
    app: &App,
    actor: &Actor,
    region_code: &str,
    given: Plan,
) -> Outcome<Option<indicator_plan::Model>> {
    policy::signed_in(actor, Action::IndicatorPlan)?;
    let region = require_region(&app.db, region_code).await?.id;
    let place = Place { region: Some(region), ..Place::default() };
    let permit = policy::permit(actor, Action::IndicatorPlan, &place)?;
    let mut tx = app.db.begin(permit).await?;
    let row = accepted!(set_plan_in(&mut tx, region, given).await?);
    tx.commit_recorded().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction.
///
/// # Errors
/// The database's; `NOT_FOUND` for an unknown indicator.
pub async fn set_plan_in(tx: &mut Tx, of: RegionId, given: Plan) -> Outcome<Option<indicator_plan::Model>> {
    let Some(planned) = given.planned else {
        let message = "`planned` must be given; null takes the region's plan away.";
        return Ok(Err(UserError::of("planned", UserErrorCode::Invalid, message).into()));
    };
    let planned = accepted!(planned.map(|planned| amount("planned", planned)).transpose());
    region::Model::lock(tx, of).await?.ok_or_else(|| Error::not_found("region"))?;
    let newest = service::newest(tx.db(), &given.code).await?;
    let newest = newest.filter(|row| row.region_id.is_none_or(|region| region == of));
    let newest = newest.ok_or_else(|| Error::not_found("indicator"))?;
    let old = indicator_plan::Entity::find_by_id((of, given.code.clone(), given.year)).one(tx.db()).await?;
    let new = planned.map(|planned| indicator_plan::Model {
        region_id: of,
        code: given.code.clone(),
        year: given.year,
        planned: planned.0,
        direction: given.direction.unwrap_or(newest.direction),
    });
    if old == new {
        return Ok(Ok(old));
    }
    match (&old, &new) {
        (Some(_), Some(row)) => {
            row.clone().into_active_model().reset_all().update(tx.db()).await?;
        }
        (None, Some(row)) => {
            row.clone().into_active_model().insert(tx.db()).await?;
        }
        (Some(row), None) => {
            row.clone().delete(tx.db()).await?;
        }
        (None, None) => {}
    }
    let told = |row: &indicator_plan::Model| {
        let planned = Amount(row.planned).to_f64();
        json!({ "year": row.year.to_string(), "planned": planned, "direction": row.direction })
    };
    let change = Change::of(newest.id, old.as_ref().map(told), new.as_ref().map(told));
    tx.record(change.within(of, None));
    Ok(Ok(new))
}
