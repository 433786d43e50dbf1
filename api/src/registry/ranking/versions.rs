//! The versions of the methods: which one holds in which academic year. The first ones are those that this program
//! ships; a new formula in code, like new numbers and words of the registrar's, holds from the next year on. A version
//! never changes, so a process may remember it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};
use entity::{AcademicYear, ids::MethodId, ranking_method};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict};

use super::method::{Method, Numbers};
use crate::{
    auth::Permit,
    db::{Db, Tx},
    error::Error,
};

/// The first academic year of which a ranking may be asked, and in which the shipped versions hold.
pub const FIRST_YEAR: AcademicYear = AcademicYear(2000);

/// A version of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Of which method.
    pub method: Method,
    /// Grows.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// How it computes, in words, with its numbers in it.
    pub formula: String,
    /// The numbers.
    pub numbers: Numbers,
    /// The first academic year in which it holds.
    pub effective_from: AcademicYear,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

impl Version {
    /// A row as a version; none of a method that this program does not know.
    ///
    /// # Errors
    /// A fault of ours: the row's numbers cannot be read.
    pub fn of(row: ranking_method::Model) -> Result<Option<Self>, Error> {
        let Some(method) = Method::of_key(&format!("{}.{}", row.ranks, row.code)) else { return Ok(None) };
        let numbers: Numbers = serde_json::from_str(&row.numbers).map_err(Error::internal)?;
        let ranking_method::Model { version, name, effective_from, published_at, .. } = row;
        let formula = in_words(&row.formula, &numbers);
        Ok(Some(Self { method, version, name, formula, numbers, effective_from, published_at }))
    }
}

/// The formula with the numbers in the places of their names.
fn in_words(formula: &str, numbers: &Numbers) -> String {
    let filled = |text: String, (name, value): (&String, &i64)| {
        text.replace(&format!("{{{name}}}"), &value.to_string())
    };
    numbers.iter().fold(formula.to_owned(), filled)
}

/// The versions that this process has seen.
#[derive(Debug, Default)]
pub struct Known(RwLock<HashMap<(Method, i32), Arc<Version>>>);

impl Known {
    /// A version of a method. One statement, the first time.
    ///
    /// # Errors
    /// The database's, or a fault of ours: there is no such version.
    pub async fn version(&self, db: &Db, method: Method, version: i32) -> Result<Arc<Version>, Error> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&(method, version)).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let rows =
            of_method(method).filter(ranking_method::Column::Version.eq(version)).one(db.read()).await?;
        let found = rows.map(Version::of).transpose()?.flatten();
        let found =
            Arc::new(found.ok_or_else(|| Error::broken("a board of an unknown version of its method"))?);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert((method, version), Arc::clone(&found));
        Ok(found)
    }
}

fn of_method(method: Method) -> sea_orm::Select<ranking_method::Entity> {
    let published = method.published();
    ranking_method::Entity::find()
        .filter(ranking_method::Column::Ranks.eq(published.ranks.word()))
        .filter(ranking_method::Column::Code.eq(published.code))
}

/// The version of a method that holds in a year.
///
/// # Errors
/// The database's, or a fault of ours: none holds, or its formula is not in this program.
pub async fn holding(
    db: &impl ConnectionTrait,
    method: Method,
    year: AcademicYear,
) -> Result<Version, Error> {
    let row = of_method(method)
        .filter(ranking_method::Column::EffectiveFrom.lte(Ord::max(year, FIRST_YEAR)))
        .order_by_desc(ranking_method::Column::Version)
        .one(db)
        .await?
        .ok_or_else(|| Error::broken("no version of a method holds"))?;
    if row.formula_version != method.published().version {
        return Err(Error::broken("this program does not have the formula of a year"));
    }
    Version::of(row)?.ok_or_else(|| Error::broken("no version of a method holds"))
}

/// All versions of a method, oldest first.
///
/// # Errors
/// The database's.
pub async fn all(db: &impl ConnectionTrait, method: Method) -> Result<Vec<ranking_method::Model>, Error> {
    Ok(of_method(method).order_by_asc(ranking_method::Column::Version).all(db).await?)
}

/// Enters the versions that the program ships and that are not there: in a new registry as holding from the beginning,
/// later from the next academic year on.
///
/// # Errors
/// The database's.
pub async fn lay_down(db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
    let there = ranking_method::Entity::find().all(db.read()).await?;
    let mut missing = Vec::new();
    for method in Method::ALL {
        let published = method.published();
        let of_it: Vec<_> = there
            .iter()
            .filter(|row| (row.ranks.as_str(), row.code.as_str()) == (published.ranks.word(), published.code))
            .collect();
        if of_it.iter().any(|row| row.formula_version == published.version) {
            continue;
        }
        let last = of_it.iter().map(|row| row.version).max();
        let numbers = published.numbers.iter().map(|number| (number.name.to_owned(), number.value)).collect();
        missing.push(row(
            method,
            last.map_or(published.version, |last| Ord::max(last + 1, published.version)),
            published.name,
            published.formula,
            &numbers,
            if last.is_none() { FIRST_YEAR } else { next_year(now) },
            now,
        )?);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let tx = db.begin(Permit::system(now)).await?;
    insert(&tx, missing).await?;
    tx.commit_quietly().await
}

/// A version as a row.
///
/// # Errors
/// A fault of ours: its numbers cannot be written.
pub(super) fn row(
    method: Method,
    version: i32,
    name: &str,
    formula: &str,
    numbers: &Numbers,
    effective_from: AcademicYear,
    now: DateTime<Utc>,
) -> Result<ranking_method::Model, Error> {
    let published = method.published();
    Ok(ranking_method::Model {
        id: MethodId::generate(),
        ranks: published.ranks.word().to_owned(),
        code: published.code.to_owned(),
        version,
        formula_version: published.version,
        name: name.to_owned(),
        formula: formula.to_owned(),
        numbers: serde_json::to_string(numbers).map_err(Error::internal)?,
        effective_from,
        published_at: now,
    })
}

/// Of several processes that start at once, one enters the versions and the others find them.
async fn insert(tx: &Tx, rows: Vec<ranking_method::Model>) -> Result<(), Error> {
    use ranking_method::Column::{Code, Ranks, Version};
    let rows = rows.into_iter().map(sea_orm::IntoActiveModel::into_active_model);
    ranking_method::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns([Ranks, Code, Version]).do_nothing().to_owned())
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// The year after the running one.
#[must_use]
pub fn next_year(now: DateTime<Utc>) -> AcademicYear {
    AcademicYear(AcademicYear::of(now).0 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_formula_hold_its_numbers() {
        let numbers = Numbers::from([("damping".into(), 12), ("other".into(), 3)]);
        assert_eq!(in_words("({damping}·C + n·R) / ({damping} + n)", &numbers), "(12·C + n·R) / (12 + n)");
    }
}
