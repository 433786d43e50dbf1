//! Ratings in the schema.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::{ids::PracticeId, practice, rating};

use super::{
    loader::{FirstRatingsOf, RatingBy, RatingCountOf},
    rules::{self, Tally},
    service,
};
use crate::{
    auth::visibility,
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
    },
    registry::{
        edition::graphql::{PracticeEdition, edition_at},
        integrity::graphql::IntegrityFinding,
        practice::graphql::Practice,
        ranking,
    },
};

/// How teachers have rated a practice.
pub struct RatingSummary {
    histogram: [i64; 5],
    tally: Tally,
}

impl RatingSummary {
    /// As the practice's row tells.
    #[must_use]
    pub fn of(row: &practice::Model) -> Self {
        Self {
            histogram: [row.stars_1, row.stars_2, row.stars_3, row.stars_4, row.stars_5],
            tally: Tally { organizations: row.rating_organizations, sum: row.rating_sum },
        }
    }
}

/// How teachers have rated a practice.
#[Object]
impl RatingSummary {
    /// How many ratings there are.
    async fn count(&self) -> i64 {
        self.histogram.iter().sum()
    }
    /// The plain mean of all stars; null while there is no rating.
    async fn mean(&self) -> Option<f64> {
        let count: i64 = self.histogram.iter().sum();
        let stars: i64 = self.histogram.iter().zip(1..).map(|(count, stars)| count * stars).sum();
        (count > 0).then(|| rules::shown(rules::divide(stars * rules::MICRO, count)))
    }
    /// The mean that the federal ranking goes by: over organizations, damped with some organizations' worth
    /// of the federation's mean (ten, unless the method says otherwise). A hundred fives from one school count as one five.
    async fn damped(&self, ctx: &Context<'_>) -> Result<f64, Error> {
        let damping = ranking::graphql::federal_damping(Caller::of(ctx)?).await?;
        Ok(rules::shown(rules::damped(self.tally, damping.mean, damping.organizations)))
    }
    /// How many gave 1, 2, 3, 4 and 5 stars: five numbers.
    async fn histogram(&self) -> Vec<i64> {
        self.histogram.to_vec()
    }
    /// From how many organizations the ratings come.
    async fn organizations(&self) -> i64 {
        self.tally.organizations
    }
}

/// A teacher's rating of a practice, without the teacher's name.
#[derive(Clone)]
pub struct Rating(rating::Model);

impl From<rating::Model> for Rating {
    fn from(row: rating::Model) -> Self {
        Self(row)
    }
}

/// A teacher's rating of a practice, without the teacher's name.
#[Object]
impl Rating {
    /// The rating's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Of what.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Practice, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.practice_id).await?;
        found.map(Practice).ok_or_else(|| Error::broken("a rating without its practice"))
    }
    /// 1 to 5.
    async fn stars(&self) -> i32 {
        self.0.stars
    }
    /// In the rater's own words.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }
    /// When it was given, or last changed.
    async fn rated_at(&self) -> DateTime<Utc> {
        self.0.rated_at
    }
    /// Which version of the text it judged.
    async fn version(&self) -> i32 {
        self.0.practice_version
    }
    /// The text that it judged; null where the caller may not see it any more.
    async fn edition(&self, ctx: &Context<'_>) -> Result<Option<PracticeEdition>, Error> {
        edition_at(Caller::of(ctx)?, self.0.practice_id, self.0.practice_version).await
    }
    /// That it was set aside, and why: then it counts nowhere, and only the registrar, the auditor and who gave it see
    /// it. Null for ratings that count.
    async fn set_aside(&self) -> Option<RatingSetAside> {
        self.0.set_aside_at.map(|_| RatingSetAside(self.0.clone()))
    }
}

/// That a rating was set aside.
pub struct RatingSetAside(rating::Model);

/// That a rating was set aside.
#[Object]
impl RatingSetAside {
    /// When.
    async fn at(&self) -> Option<DateTime<Utc>> {
        self.0.set_aside_at
    }
    /// Why.
    async fn reason(&self) -> Option<&str> {
        self.0.set_aside_reason.as_deref()
    }
    /// For which finding; null where there is none, and for who gave the rating.
    async fn finding(&self, ctx: &Context<'_>) -> Result<Option<IntegrityFinding>, Error> {
        let Some(id) = self.0.finding_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(IntegrityFinding))
    }
}

connection!(RatingConnection, RatingEdge, Rating, "ratings, the newest first");

/// A page of a practice's ratings that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn ratings_page(
    ctx: &Context<'_>,
    of: &practice::Model,
    page: &Page,
) -> Result<RatingConnection, Error> {
    let caller = Caller::of(ctx)?;
    let list = List::of("ratings", &of.id);
    let to = visibility::visible_ratings(&caller.actor);
    let rest = || service::list(&caller.app.db, &to, of.id, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstRatingsOf(of.id, first), rest).await?;
    let total = total_of_parent(ctx, RatingCountOf(of.id)).await?;
    Ok(RatingConnection(Slice::counted(list, rows, |row| (row.rated_at, row.id), Rating::from, total)?))
}

/// The caller's own rating of a practice.
///
/// # Errors
/// The database's.
pub async fn viewer_rating(caller: &Caller, of: PracticeId) -> Result<Option<Rating>, Error> {
    let Some(person) = caller.actor.person() else { return Ok(None) };
    Ok(caller.loader.load_one(RatingBy(person, of)).await?.map(Into::into))
}
