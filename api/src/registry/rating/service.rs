//! The use case of rating, and the reads of ratings.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::{
    MemberState, PracticeState,
    ids::{OrganizationId, PersonId, PracticeId, RatingId},
    member, person, practice, rating,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::LockType,
};
use serde_json::json;

use super::{
    loader,
    rules::{self, Tally},
};
use crate::{
    app::App,
    auth::{Action, Actor, policy, visibility},
    db::{
        Change, Db, Tx,
        keyset::{self, List, Page, Rows},
    },
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::practice::{rules as practice_rules, service as practices, write},
    text,
};

/// Gives `stars` to a published practice, or changes the rating given before.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` for those who are no member anywhere.
pub async fn rate(
    app: &App,
    actor: &Actor,
    id: PracticeId,
    stars: i32,
    comment: Option<String>,
) -> Outcome<practice::Model> {
    policy::signed_in(actor, Action::PracticeRate)?;
    let seen = practices::require(app.db.read(), &visibility::visible_practices(actor), id).await?;
    let authors = practices::authors(app.db.read(), id).await?;
    let permit = policy::permit(actor, Action::PracticeRate, &practices::place(&seen, authors.clone()))?;
    let rater = actor.person().ok_or_else(|| Error::broken("a member without a person"))?;
    let mut errors = Vec::new();
    if !(1..=5).contains(&stars) {
        let message = format!("`stars` must lie between 1 and 5, not be {stars}.");
        errors.push(UserError::of("stars", UserErrorCode::Invalid, message));
    }
    let comment = match comment.filter(|comment| !comment.trim().is_empty()) {
        None => None,
        Some(comment) => match text::required("comment", &comment, practice_rules::REASON_MAX) {
            Ok(comment) => Some(comment),
            Err(error) => {
                errors.push(error);
                None
            }
        },
    };
    if !errors.is_empty() {
        return Ok(Err(errors.into()));
    }
    let not_eligible =
        |message: &str| Ok(Err(UserError::of("practiceId", UserErrorCode::NotEligible, message).into()));
    if authors.contains(&rater) {
        return not_eligible("Nobody rates a practice of their own.");
    }
    if seen.community_id.is_some() && actor.rights.iter().any(|right| right.community == seen.community_id) {
        return not_eligible("Nobody rates a practice of their own community.");
    }

    let since = member_since(app, rater).await?;
    accepted!(rules::long_enough(since, actor.now.date_naive(), app.config.rating_member_days));

    let mut tx = app.db.begin(permit).await?;
    let row = write::lock(&tx, id).await?;
    if row.state != PracticeState::Published {
        let message =
            format!("The practice is {}; only PUBLISHED ones are rated.", practice_rules::name(row.state));
        return Ok(Err(UserError::of("practiceId", UserErrorCode::WrongState, message).into()));
    }
    let organization = organization_of(&tx, rater).await?;
    let former = rating::Entity::find()
        .filter(rating::Column::PracticeId.eq(id))
        .filter(rating::Column::PersonId.eq(rater))
        .one(tx.db())
        .await?;
    if former.as_ref().is_some_and(|old| old.stars == stars && old.comment == comment) {
        // The same again changes nothing, and moves nothing into another year.
        return Ok(Ok(row));
    }
    let today = given_today(&tx, rater, id).await?;
    accepted!(rules::not_too_many(today, app.config.ratings_per_day));
    let before = former.as_ref().map(|old| json!({ "stars": old.stars, "comment": old.comment }));
    let given = rating::ActiveModel {
        id: Set(former.as_ref().map_or_else(RatingId::generate, |old| old.id)),
        practice_id: Set(id),
        person_id: Set(rater),
        organization_id: Set(organization),
        stars: Set(stars),
        practice_version: Set(row.version),
        comment: Set(comment.clone()),
        rated_at: Set(tx.at()),
        // One that was set aside stays so, whatever its stars are now.
        set_aside_at: Set(former.as_ref().and_then(|old| old.set_aside_at)),
        set_aside_reason: Set(former.as_ref().and_then(|old| old.set_aside_reason.clone())),
        finding_id: Set(former.as_ref().and_then(|old| old.finding_id)),
    };
    let given = if former.is_some() { given.update(tx.db()).await? } else { given.insert(tx.db()).await? };
    let row = summarize(&tx, row).await?;
    let after = json!({ "practice": id, "stars": stars, "comment": comment });
    // Ratings are shown without their raters; the journal names them to the auditor alone.
    tx.record(
        Change::of(given.id, before, Some(after)).within(row.region_id, row.community_id).confidential(),
    );
    tx.commit().await?;
    Ok(Ok(row))
}

/// Since when the rater is a member: by the earliest of the registrations in force.
async fn member_since(app: &App, rater: PersonId) -> Result<NaiveDate, Error> {
    let earliest = member::Entity::find()
        .filter(member::Column::PersonId.eq(rater))
        .filter(member::Column::State.eq(MemberState::Active))
        .order_by_asc(member::Column::JoinedOn)
        .one(app.db.read())
        .await?;
    // Whose registration ended a moment ago has none, and begins today at the earliest.
    Ok(earliest.map_or_else(|| app.clock.now().date_naive(), |row| row.joined_on))
}

/// How many other practices the rater has rated since midnight UTC. The rater's row is kept from others until the
/// transaction ends, so that two ratings at the same moment count one another.
async fn given_today(tx: &Tx, rater: PersonId, other_than: PracticeId) -> Result<u64, Error> {
    person::Entity::find_by_id(rater).lock(LockType::NoKeyUpdate).one(tx.db()).await?;
    let midnight = tx.at().date_naive().and_time(NaiveTime::MIN).and_utc();
    let given = rating::Entity::find()
        .filter(rating::Column::PersonId.eq(rater))
        .filter(rating::Column::RatedAt.gte(midnight))
        .filter(rating::Column::PracticeId.ne(other_than))
        .count(tx.db())
        .await?;
    Ok(given)
}

/// Where the rater works: as the person says, else as a registration in force says.
async fn organization_of(tx: &Tx, rater: PersonId) -> Result<Option<OrganizationId>, Error> {
    let own = person::Entity::find_by_id(rater).one(tx.db()).await?.and_then(|row| row.organization_id);
    if own.is_some() {
        return Ok(own);
    }
    let registered = member::Entity::find()
        .filter(member::Column::PersonId.eq(rater))
        .filter(member::Column::State.eq(MemberState::Active))
        .filter(member::Column::OrganizationId.is_not_null())
        .order_by_asc(member::Column::JoinedOn)
        .order_by_asc(member::Column::Id)
        .one(tx.db())
        .await?;
    Ok(registered.and_then(|row| row.organization_id))
}

#[derive(FromQueryResult)]
struct Group {
    organization_id: Option<OrganizationId>,
    stars: i32,
    ratings: i64,
}

/// Recomputes the practice's summary from its ratings that count.
///
/// # Errors
/// The database's.
pub(crate) async fn summarize(tx: &Tx, row: practice::Model) -> Result<practice::Model, Error> {
    let groups = rating::Entity::counted()
        .select_only()
        .column(rating::Column::OrganizationId)
        .column(rating::Column::Stars)
        .column_as(rating::Column::Id.count(), "ratings")
        .filter(rating::Column::PracticeId.eq(row.id))
        .group_by(rating::Column::OrganizationId)
        .group_by(rating::Column::Stars)
        .into_model::<Group>()
        .all(tx.db())
        .await?;
    let mut histogram = [0_i64; 5];
    // Raters without a known organization count together as one.
    let mut organizations: BTreeMap<Option<OrganizationId>, (i64, i64)> = BTreeMap::new();
    for group in groups {
        if let Some(count) = usize::try_from(group.stars - 1).ok().and_then(|index| histogram.get_mut(index))
        {
            *count += group.ratings;
        }
        let entry = organizations.entry(group.organization_id).or_default();
        entry.0 += group.ratings;
        entry.1 += group.ratings * i64::from(group.stars);
    }
    let mut tally = Tally::default();
    for (count, stars) in organizations.into_values() {
        tally.add(count, stars);
    }
    let mut row = row.into_active_model();
    let [one, two, three, four, five] = histogram;
    row.stars_1 = Set(one);
    row.stars_2 = Set(two);
    row.stars_3 = Set(three);
    row.stars_4 = Set(four);
    row.stars_5 = Set(five);
    row.rating_organizations = Set(tally.organizations);
    row.rating_sum = Set(tally.sum);
    Ok(row.update(tx.db()).await?)
}

/// Ratings that the caller may see, of practices that it may see.
#[must_use]
pub fn visible(actor: &Actor) -> Select<rating::Entity> {
    loader::visible(&visibility::visible_ratings(actor), &visibility::visible_practices(actor))
}

/// A page of a practice's ratings that the caller may see, the newest first; the practice is one that it may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn list(
    db: &Db,
    to: &rating::Visible,
    of: PracticeId,
    list: List,
    page: &Page,
) -> Result<Rows<rating::Model>, Error> {
    let select = rating::Entity::visible(to).filter(rating::Column::PracticeId.eq(of));
    let columns = (rating::Column::RatedAt, rating::Column::Id);
    keyset::read::<_, (DateTime<Utc>, RatingId)>(db.read(), select, columns, true, list, page).await
}
