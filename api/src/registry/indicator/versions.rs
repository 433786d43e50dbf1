//! Which version of which indicator holds where and when, and what is shipped. A version is never changed; the next one
//! is another row, and holds from the next academic year on at the earliest.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{
    AcademicYear, IndicatorDirection, IndicatorUnit, figure,
    ids::{FigureId, IndicatorId, RegionId},
    indicator, indicator_plan,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict,
};
use serde::Deserialize;

use super::{
    figures::SHIPPED,
    formula::Formula,
    rules::{FIRST_YEAR, InForce},
};
use crate::{
    auth::Permit,
    db::{Db, Tx},
    error::Error,
    registry::monitoring::amount::Amount,
};

/// The first academic year in which a new version may hold.
#[must_use]
pub fn next_year(now: DateTime<Utc>) -> AcademicYear {
    AcademicYear(AcademicYear::of(now).0 + 1)
}

/// What holds in a region in a year, with its plans: the computed ones first, then by number, then by code.
///
/// # Errors
/// The database's, or a fault of ours: a formula that was kept cannot be read.
pub async fn in_force(
    db: &impl ConnectionTrait,
    region: RegionId,
    year: AcademicYear,
) -> Result<Vec<InForce>, Error> {
    let rows = holding(db, region, year).await?;
    let planned = plans(db, region, year).await?;
    let mut read = Vec::new();
    for row in rows {
        let formula = row.formula.as_deref().map(Formula::parse).transpose();
        read.push((row, formula.map_err(|_| Error::broken("a formula that was kept cannot be read"))?));
    }
    let codes: BTreeSet<_> =
        read.iter().filter_map(|(_, formula)| formula.as_ref()).flat_map(Formula::figures).collect();
    let names = figure::Entity::find().filter(figure::Column::Code.is_in(codes)).all(db).await?;
    let names: BTreeMap<_, _> = names.into_iter().map(|row| (row.code, row.name)).collect();
    let in_force = read.into_iter().map(|(row, formula)| {
        let own = planned.get(&row.code);
        let figures = formula.iter().flat_map(Formula::figures);
        let figure_names =
            figures.filter_map(|code| Some((code.to_owned(), names.get(code)?.clone()))).collect();
        InForce {
            plan: own.map(|plan| plan.planned).or(row.planned).map(Amount),
            direction: own.and_then(|plan| plan.direction).unwrap_or(row.direction),
            is_plan_default: own.is_none() && row.planned.is_some(),
            formula,
            figure_names,
            code: row.code,
            version: row.version,
            number: row.number,
            name: row.name,
            unit: row.unit,
            formula_text: row.formula,
        }
    });
    Ok(in_force.collect())
}

/// The versions that hold in a region in a year, in the same order.
///
/// # Errors
/// The database's.
pub async fn holding(
    db: &impl ConnectionTrait,
    region: RegionId,
    year: AcademicYear,
) -> Result<Vec<indicator::Model>, Error> {
    let begun = indicator::Entity::of_region(region).filter(indicator::Column::FromYear.lte(year));
    let mut newest: HashMap<String, indicator::Model> = HashMap::new();
    for row in begun.all(db).await? {
        if newest.get(&row.code).is_none_or(|other| other.version < row.version) {
            newest.insert(row.code.clone(), row);
        }
    }
    let mut holding: Vec<_> = newest.into_values().filter(|row| !row.is_ended).collect();
    let place =
        |row: &indicator::Model| (row.formula.is_none(), row.number.is_none(), row.number, row.code.clone());
    holding.sort_by_cached_key(place);
    Ok(holding)
}

/// A region's own plans of a year, by the indicator's code.
///
/// # Errors
/// The database's.
pub async fn plans(
    db: &impl ConnectionTrait,
    region: RegionId,
    year: AcademicYear,
) -> Result<HashMap<String, indicator_plan::Model>, Error> {
    let rows = indicator_plan::Entity::find()
        .filter(indicator_plan::Column::RegionId.eq(region))
        .filter(indicator_plan::Column::Year.eq(year))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

#[derive(Deserialize)]
struct OfFormula {
    code: String,
    name: String,
    unit: String,
    formula: String,
    planned: f64,
    comparison: String,
}

#[derive(Deserialize)]
struct OfCatalogue {
    number: i32,
    code: String,
    unit: String,
    name: String,
}

/// The federation's indicators as this program ships them: five by formula, and the twenty of the catalogue, which are
/// entered.
///
/// # Errors
/// A fault of ours: a table that is compiled in cannot be read.
fn shipped(now: DateTime<Utc>) -> Result<Vec<indicator::Model>, Error> {
    let row = |code: String, name: String, unit: IndicatorUnit| indicator::Model {
        id: IndicatorId::generate(),
        region_id: None,
        code,
        version: 1,
        from_year: FIRST_YEAR,
        name,
        unit,
        direction: IndicatorDirection::AtLeast,
        formula: None,
        planned: None,
        number: None,
        is_ended: false,
        created_at: now,
    };
    let mut all = Vec::new();
    let formulas = csv::Reader::from_reader(include_str!("data/formulas.csv").as_bytes()).into_deserialize();
    for read in formulas {
        let read: OfFormula = read.map_err(Error::internal)?;
        let planned = Amount::of_f64(read.planned).ok_or_else(|| Error::broken("a plan that is shipped"))?;
        let direction = match read.comparison.as_str() {
            "at_most" => IndicatorDirection::AtMost,
            _ => IndicatorDirection::AtLeast,
        };
        let (formula, planned) = (Some(read.formula), Some(planned.0));
        all.push(indicator::Model {
            formula,
            planned,
            direction,
            ..row(read.code, read.name, unit(&read.unit))
        });
    }
    let catalogue =
        csv::Reader::from_reader(include_str!("data/catalogue.csv").as_bytes()).into_deserialize();
    for read in catalogue {
        let read: OfCatalogue = read.map_err(Error::internal)?;
        all.push(indicator::Model {
            number: Some(read.number),
            ..row(read.code, read.name, unit(&read.unit))
        });
    }
    Ok(all)
}

fn unit(word: &str) -> IndicatorUnit {
    match word.to_ascii_lowercase().as_str() {
        "percent" => IndicatorUnit::Percent,
        "coefficient" => IndicatorUnit::Coefficient,
        _ => IndicatorUnit::Number,
    }
}

/// The figure that holds the value of an entered indicator.
#[must_use]
pub fn own_figure(of: &indicator::Model) -> figure::Model {
    figure::Model {
        id: FigureId::generate(),
        code: of.code.clone(),
        name: of.name.clone(),
        unit: of.unit,
        is_registered: false,
        created_at: of.created_at,
    }
}

/// Enters the figures and indicators that the program ships and that are not there, as holding from the beginning.
///
/// # Errors
/// The database's.
pub async fn lay_down(db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
    let mut indicators = shipped(now)?;
    let counted = SHIPPED.iter().map(|one| figure::Model {
        id: FigureId::generate(),
        code: one.code.to_owned(),
        name: one.name.to_owned(),
        unit: one.unit,
        is_registered: one.is_registered,
        created_at: now,
    });
    let entered = indicators.iter().filter(|row| row.formula.is_none()).map(own_figure);
    let mut figures: Vec<_> = counted.chain(entered).collect();
    let codes: Vec<_> = figures.iter().map(|row| row.code.clone()).collect();
    let there = figure::Entity::find().filter(figure::Column::Code.is_in(codes)).all(db.read()).await?;
    figures.retain(|row| !there.iter().any(|other| other.code == row.code));
    let codes: Vec<_> = indicators.iter().map(|row| row.code.clone()).collect();
    let there = indicator::Entity::find().filter(indicator::Column::Code.is_in(codes)).all(db.read()).await?;
    indicators.retain(|row| !there.iter().any(|other| other.code == row.code));
    if figures.is_empty() && indicators.is_empty() {
        return Ok(());
    }
    let tx = db.begin(Permit::system(now)).await?;
    insert(&tx, figures, indicators).await?;
    tx.commit_quietly().await
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
        use indicator::Column::{Code, Version};
        indicator::Entity::insert_many(indicators.into_iter().map(IntoActiveModel::into_active_model))
            .on_conflict(OnConflict::columns([Code, Version]).do_nothing().to_owned())
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
    fn what_is_shipped_keeps_the_rules_and_names_known_figures() {
        let all = shipped(DateTime::UNIX_EPOCH).unwrap();
        let known: Vec<_> = SHIPPED.iter().map(|figure| figure.code.to_owned()).collect();
        assert_eq!(all.iter().filter(|row| row.formula.is_some()).count(), 5);
        let numbers: Vec<_> = all.iter().filter_map(|row| row.number).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
        for row in &all {
            assert_eq!(rules::check_code(&row.code).as_deref(), Ok(row.code.as_str()));
            if let Some(text) = &row.formula {
                let (text, formula) = rules::check_formula(text, row.unit).unwrap();
                rules::check_known(&text, &formula, &known).unwrap();
            }
        }
        let codes: BTreeSet<_> =
            all.iter().map(|row| row.code.as_str()).chain(SHIPPED.iter().map(|one| one.code)).collect();
        assert_eq!(codes.len(), all.len() + SHIPPED.len());
        let most = all.iter().find(|row| row.code == "teachers_per_methodist").unwrap();
        assert_eq!((most.direction, most.planned), (IndicatorDirection::AtMost, Some(200_000_000)));
        assert_eq!(all[0].planned, Some(500_000));
    }

    #[test]
    fn shares_of_the_catalogue_are_percentages() {
        for row in shipped(DateTime::UNIX_EPOCH).unwrap() {
            if row.number.is_some() && row.name.starts_with("доля") {
                assert_eq!(row.unit, IndicatorUnit::Percent, "{}", row.name);
            }
        }
    }
}
