//! Batch loads: the mean by which every practice's rating is damped, states of closed years, and who stood where.

use std::collections::{HashMap, HashSet};

use async_graphql::dataloader::Loader;
use entity::{AcademicYear, ranking_revision};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    board::{self, At, Parameters, Period, Spec},
    formula::number,
    frozen::{self, Placed, Within},
    method::Method,
};
use crate::{
    db::{Reader, one_of},
    error::Error,
    registry::rating::rules::NO_RATINGS_MEAN,
};

/// By what the federation's ratings are damped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FederalMean;

/// What a rating is damped with: the mean of the scope, in micro-stars, and how many organizations' worth of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damping {
    /// `C`.
    pub mean: i64,
    /// `m`.
    pub organizations: i64,
}

impl Damping {
    /// As a board of ratings worked with.
    ///
    /// # Errors
    /// A fault of ours: the board is of another method.
    pub fn of(parameters: &Parameters) -> Result<Self, Error> {
        let organizations = number(&parameters.numbers, "damping")?;
        Ok(Self { mean: parameters.mean.unwrap_or(NO_RATINGS_MEAN), organizations })
    }
}

/// The federal board of ratings over all time.
#[must_use]
pub fn federal_rating(year: AcademicYear) -> Spec {
    Spec { method: Method::Rating, region: None, profile: None, period: Period::All(year) }
}

impl Loader<FederalMean> for Reader {
    type Value = Damping;
    type Error = Error;

    async fn load(&self, _: &[FederalMean]) -> Result<HashMap<FederalMean, Damping>, Error> {
        let spec = federal_rating(AcademicYear::of_date(self.today));
        let Some(head) = board::read(self.db.read(), &spec, At::Current, 1, 1).await? else {
            return Ok(HashMap::new());
        };
        Ok(HashMap::from([(FederalMean, Damping::of(&head.parameters)?)]))
    }
}

/// A revision of a closed year, or its newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RevisionOf(pub AcademicYear, pub Option<i32>);

impl Loader<RevisionOf> for Reader {
    type Value = ranking_revision::Model;
    type Error = Error;

    async fn load(&self, keys: &[RevisionOf]) -> Result<HashMap<RevisionOf, Self::Value>, Error> {
        let years: HashSet<_> = keys.iter().map(|key| key.0).collect();
        let rows = ranking_revision::Entity::find()
            .filter(one_of(self.db.read(), ranking_revision::Column::Year, years))
            .order_by_asc(ranking_revision::Column::Revision)
            .all(self.db.read())
            .await?;
        let of = |key: &RevisionOf| {
            let is_it = |row: &&ranking_revision::Model| {
                row.year == key.0 && key.1.is_none_or(|revision| row.revision == revision)
            };
            rows.iter().rfind(is_it).cloned()
        };
        Ok(keys.iter().filter_map(|key| Some((*key, of(key)?))).collect())
    }
}

/// Where somebody or something stood in the closed years, the earliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlacesOf {
    /// By which method.
    pub method: Method,
    /// Among whom.
    pub within: Within,
    /// Who or what.
    pub subject: Uuid,
}

impl Loader<PlacesOf> for Reader {
    type Value = Vec<Placed>;
    type Error = Error;

    async fn load(&self, keys: &[PlacesOf]) -> Result<HashMap<PlacesOf, Vec<Placed>>, Error> {
        // Mostly one method and one filter; a query with aliases may ask for several.
        let mut kinds: HashMap<_, Vec<Uuid>> = HashMap::new();
        for key in keys {
            kinds.entry((key.method, key.within)).or_default().push(key.subject);
        }
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for ((method, within), subjects) in kinds {
            for (subject, placed) in frozen::places_of(self.db.read(), method, within, subjects).await? {
                found.entry(PlacesOf { method, within, subject }).or_default().push(placed);
            }
        }
        Ok(found)
    }
}

/// Where somebody or something stands in a living board; nothing where the board is not kept yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlaceNow(pub Spec, pub Uuid);

impl Loader<PlaceNow> for Reader {
    /// None where it takes no part.
    type Value = Option<Placed>;
    type Error = Error;

    async fn load(&self, keys: &[PlaceNow]) -> Result<HashMap<PlaceNow, Option<Placed>>, Error> {
        let specs: HashMap<_, _> = keys.iter().map(|key| (key.0.key(), &key.0)).collect();
        let wanted: HashSet<_> = keys.iter().map(|key| key.1).collect();
        let boards = board::places(self.db.read(), specs.keys().cloned(), &wanted).await?;
        let place = |key: &PlaceNow| {
            let (total, places) = boards.get(&key.0.key())?;
            let placed = places.get(&key.1).map(|(rank, score)| Placed {
                year: key.0.period.year(),
                revision: None,
                rank: *rank,
                score: *score,
                total: *total,
            });
            Some((key.clone(), placed))
        };
        Ok(keys.iter().filter_map(place).collect())
    }
}
