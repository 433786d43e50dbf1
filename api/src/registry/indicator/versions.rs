//! The figures and indicators that this program ships: entered at the start, where they are not there yet.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{AcademicYear, IndicatorDirection, IndicatorUnit, figure, ids::IndicatorId, indicator};
use sea_orm::{EntityTrait, IntoActiveModel, QuerySelect, sea_query::OnConflict};
use serde::Deserialize;

use super::figures::SHIPPED;
use crate::{
    auth::Permit,
    db::{Db, Tx},
    error::Error,
    registry::monitoring::amount::Amount,
};

/// The year from which shipped indicators hold: before all others.
pub const FIRST_YEAR: AcademicYear = AcademicYear(2000);

/// The codes of the catalogue's twenty indicators, in its order, and in what each is told: a share («доля») in percent, all
/// else by its number.
const CATALOGUE: [(&str, IndicatorUnit); 20] = [
    ("participating_organizations_share", IndicatorUnit::Percent),
    ("public_councils_share", IndicatorUnit::Percent),
    ("regulations_drafting", IndicatorUnit::Number),
    ("surveys_share", IndicatorUnit::Percent),
    ("grants_and_contests", IndicatorUnit::Number),
    ("teacher_contests", IndicatorUnit::Number),
    ("assisted_share", IndicatorUnit::Percent),
    ("expert_conclusions", IndicatorUnit::Number),
    ("guidelines", IndicatorUnit::Number),
    ("student_contests", IndicatorUnit::Number),
    ("online_resources", IndicatorUnit::Number),
    ("positive_resource_feedback_share", IndicatorUnit::Percent),
    ("trained_consultants", IndicatorUnit::Number),
    ("quality_assessors_share", IndicatorUnit::Percent),
    ("positive_feedback", IndicatorUnit::Number),
    ("municipal_events_growth", IndicatorUnit::Number),
    ("innovation_sites_growth", IndicatorUnit::Number),
    ("network_participants_growth", IndicatorUnit::Number),
    ("resource_centre_topics_growth", IndicatorUnit::Number),
    ("resource_centre_organizations_growth", IndicatorUnit::Number),
];

#[derive(Deserialize)]
struct FormulaRow {
    code: String,
    name: String,
    unit: IndicatorUnitWord,
    formula: String,
    planned: f64,
    comparison: Comparison,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IndicatorUnitWord {
    Percent,
    Number,
    Coefficient,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Comparison {
    AtLeast,
    AtMost,
}

#[derive(Deserialize)]
struct CatalogueRow {
    number: i32,
    name: String,
}

fn rows<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>, Error> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().map_err(Error::internal)
}

/// What is shipped: the five that are computed, and the twenty of the catalogue, whose values are entered.
fn shipped(now: DateTime<Utc>) -> Result<Vec<indicator::Model>, Error> {
    let base = |code: &str, name: &str, unit| indicator::Model {
        id: IndicatorId::generate(),
        code: code.to_owned(),
        version: 1,
        effective_from: FIRST_YEAR,
        region_id: None,
        number: None,
        name: name.to_owned(),
        unit,
        direction: IndicatorDirection::AtLeast,
        formula: None,
        planned: None,
        is_ended: false,
        created_at: now,
    };
    let mut all = Vec::new();
    for row in rows::<FormulaRow>(include_str!("data/formulas.csv"))? {
        let unit = match row.unit {
            IndicatorUnitWord::Percent => IndicatorUnit::Percent,
            IndicatorUnitWord::Number => IndicatorUnit::Number,
            IndicatorUnitWord::Coefficient => IndicatorUnit::Coefficient,
        };
        let direction = match row.comparison {
            Comparison::AtLeast => IndicatorDirection::AtLeast,
            Comparison::AtMost => IndicatorDirection::AtMost,
        };
        all.push(indicator::Model {
            direction,
            formula: Some(row.formula),
            planned: Amount::of_f64(row.planned).map(|planned| planned.0),
            ..base(&row.code, &row.name, unit)
        });
    }
    for (row, (code, unit)) in rows::<CatalogueRow>(include_str!("data/catalogue.csv"))?.iter().zip(CATALOGUE)
    {
        all.push(indicator::Model { number: Some(row.number), ..base(code, &row.name, unit) });
    }
    Ok(all)
}

/// Enters what is shipped and not there.
///
/// # Errors
/// The database's, or a fault of ours: the shipped files cannot be read.
pub async fn lay_down(db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
    let codes = |column| figure::Entity::find().select_only().column(column).into_tuple::<String>();
    let known: HashSet<String> = codes(figure::Column::Code).all(db.read()).await?.into_iter().collect();
    let there: HashSet<String> = indicator::Entity::find()
        .select_only()
        .column(indicator::Column::Code)
        .into_tuple()
        .all(db.read())
        .await?
        .into_iter()
        .collect();
    let mut indicators = shipped(now)?;
    let entered = indicators.iter().filter(|row| row.formula.is_none()).map(figure_of);
    let figures = SHIPPED.iter().map(|one| figure::Model {
        code: one.code.to_owned(),
        name: one.name.to_owned(),
        unit: one.unit,
        is_registered: one.is_registered,
        created_at: now,
    });
    let figures: Vec<_> = figures.chain(entered).filter(|row| !known.contains(&row.code)).collect();
    indicators.retain(|row| !there.contains(&row.code));
    if figures.is_empty() && indicators.is_empty() {
        return Ok(());
    }
    let tx = db.begin(Permit::system(now)).await?;
    insert(&tx, figures, indicators).await?;
    tx.commit_quietly().await
}

/// The figure that an entered indicator's value is.
#[must_use]
pub fn figure_of(row: &indicator::Model) -> figure::Model {
    figure::Model {
        code: row.code.clone(),
        name: row.name.clone(),
        unit: row.unit,
        is_registered: false,
        created_at: row.created_at,
    }
}

/// Of several processes that start at once, one enters them and the others find them.
async fn insert(
    tx: &Tx,
    figures: Vec<figure::Model>,
    indicators: Vec<indicator::Model>,
) -> Result<(), Error> {
    if !figures.is_empty() {
        figure::Entity::insert_many(figures.into_iter().map(IntoActiveModel::into_active_model))
            .on_conflict(OnConflict::column(figure::Column::Code).do_nothing().to_owned())
            .exec_without_returning(tx.db())
            .await?;
    }
    if !indicators.is_empty() {
        let key = [indicator::Column::Code, indicator::Column::Version];
        indicator::Entity::insert_many(indicators.into_iter().map(IntoActiveModel::into_active_model))
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(tx.db())
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::indicator::rules;

    #[test]
    fn what_is_shipped_can_be_computed_from_figures_that_are() {
        let all = shipped(DateTime::default()).unwrap();
        assert_eq!(all.len(), 25);
        let codes: HashSet<_> = all.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes.len(), 25);
        for row in &all {
            let Some(formula) = &row.formula else { continue };
            for figure in rules::parse(formula).unwrap().figures() {
                assert!(SHIPPED.iter().any(|one| one.code == figure), "{figure}");
            }
        }
    }
}
