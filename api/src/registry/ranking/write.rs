//! The use cases of the federal registrar: closing a year, revising it, publishing a version of a method.

use entity::{AcademicYear, ranking_method, ranking_revision};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use super::{
    freeze,
    method::{Method, Numbers},
    rules, versions,
};
use crate::{
    app::App,
    auth::{Action, Actor, Permit, Place, policy},
    db::Change,
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::listed,
    text,
};

/// The most characters of a reason.
const REASON_MAX: usize = 1_000;
/// The most characters of a method's name.
const NAME_MAX: usize = 200;
/// The most characters of a formula in words.
const FORMULA_MAX: usize = 4_000;

fn leave(actor: &Actor, action: Action) -> Result<Permit, Error> {
    policy::signed_in(actor, action)?;
    policy::permit(actor, action, &Place::default())
}

/// Closes a year that has ended: its rankings are frozen as they stand.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub async fn close(app: &App, actor: &Actor, year: AcademicYear) -> Outcome<ranking_revision::Model> {
    let permit = leave(actor, Action::AcademicYearClose)?;
    freeze::close(&app.db, permit, year).await
}

/// Computes the rankings of a closed year anew, as its next revision.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub async fn revise(
    app: &App,
    actor: &Actor,
    year: AcademicYear,
    reason: &str,
) -> Outcome<ranking_revision::Model> {
    let permit = leave(actor, Action::RankingRevise)?;
    let reason = accepted!(text::required("reason", reason, REASON_MAX));
    freeze::revise(&app.db, permit, year, reason).await
}

/// What a new version of a method says; what is left out stays as it is in the newest.
#[derive(Clone, Debug)]
pub struct Revised {
    /// Of which method.
    pub method: Method,
    /// The newest version that the caller has seen.
    pub expected_version: i32,
    /// What it is called.
    pub name: Option<String>,
    /// The formula in words, with `{name}` where a number goes.
    pub formula: Option<String>,
    /// Numbers by name.
    pub numbers: Vec<(String, i64)>,
}

/// Publishes a version of a method, which holds from the next academic year on.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown method, `FORBIDDEN`.
pub async fn revise_method(
    app: &App,
    actor: &Actor,
    given: Result<Revised, Error>,
) -> Outcome<ranking_method::Model> {
    policy::signed_in(actor, Action::RankingMethodRevise)?;
    let given = given?;
    let permit = leave(actor, Action::RankingMethodRevise)?;
    let newest = versions::all(app.db.read(), given.method).await?.pop();
    let newest = newest.ok_or_else(|| Error::broken("a method without a version"))?;
    if newest.version != given.expected_version {
        return Ok(Err(conflict(newest.version).into()));
    }
    let name = given.name.as_deref().map(|name| text::required_line("name", name, NAME_MAX));
    let name = accepted!(name.transpose()).unwrap_or_else(|| newest.name.clone());
    let old: Numbers = serde_json::from_str(&newest.numbers).map_err(Error::internal)?;
    let numbers = accepted!(rules::check_numbers(given.method.published().numbers, &old, &given.numbers));
    let formula = given.formula.as_deref().map(|words| text::required("formula", words, FORMULA_MAX));
    let formula = accepted!(formula.transpose()).unwrap_or_else(|| newest.formula.clone());
    accepted!(rules::check_formula(&formula, &numbers));
    if (&name, &formula, &numbers) == (&newest.name, &newest.formula, &old) {
        let message = "Nothing would change: give another name, formula or number.";
        return Ok(Err(UserError::whole(UserErrorCode::Invalid, message).into()));
    }

    let mut tx = app.db.begin(permit).await?;
    let from = versions::next_year(tx.at());
    let row = versions::row(given.method, newest.version + 1, &name, &formula, &numbers, from, tx.at())?;
    let row = match row.into_active_model().insert(tx.db()).await {
        Ok(row) => row,
        // Somebody else was faster.
        Err(error) if listed::is_duplicate(&error) => {
            return Ok(Err(conflict(newest.version + 1).into()));
        }
        Err(error) => return Err(error.into()),
    };
    let told = json!({
        "method": given.method.key(), "version": row.version, "numbers": numbers,
        "effectiveFrom": from.to_string(),
    });
    tx.record(Change::of(row.id, None, Some(told)));
    tx.commit().await?;
    Ok(Ok(row))
}

fn conflict(newest: i32) -> UserError {
    let message =
        format!("Version {newest} has been published meanwhile; look at it, and then revise that one.");
    UserError::of("expectedVersion", UserErrorCode::Conflict, message)
}
