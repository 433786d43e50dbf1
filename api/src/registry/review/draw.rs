//! The use case that draws experts by lot, which takes part in others' transactions, too.

use chrono::{DateTime, Days, Utc};
use entity::{
    PracticeState, Purpose, ReviewState,
    ids::{ExpertId, PersonId, PracticeId, ReviewDrawId, ReviewId},
    practice, review,
    review_draw::{self, Exclusions, Experts},
};
use rand::{TryRngCore, rngs::OsRng};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{
    lot, pool,
    rules::{self, Pool},
    service,
    write::change,
};
use crate::{
    app::App,
    auth::{Action, Actor, policy, visibility},
    db::{Change, Tx},
    error::{Error, Outcome, Rejected, UserError, UserErrorCode},
    registry::{
        assessment,
        expert::write::take_turn,
        practice::{rules as practice_rules, service as practices, write as practice_write},
    },
};

/// What a draw is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What for.
    pub purpose: Purpose,
    /// How many experts.
    pub count: usize,
    /// In the place of which reviews, as far as there are any.
    pub replaces: Vec<ReviewId>,
}

impl Asked {
    /// Somebody in the place of an expert who fell out.
    #[must_use]
    pub fn instead_of(review: ReviewId) -> Self {
        Self { purpose: Purpose::Replacement, count: 1, replaces: vec![review] }
    }

    /// One more expert, where the others disagree.
    #[must_use]
    pub fn third() -> Self {
        Self { purpose: Purpose::Third, count: 1, replaces: Vec::new() }
    }
}

/// A draw, and the reviews that it began.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What is kept of the draw.
    pub draw: review_draw::Model,
    /// The new reviews, in the order of the draw.
    pub reviews: Vec<review::Model>,
}

/// What came of asking for a draw.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Among whom would be drawn, and who is kept away; none where it did not come to that.
    pub pool: Option<Pool>,
    /// What was drawn: nothing in a dry run, and where there are too few.
    pub drawn: Option<Drawn>,
    /// Why nothing could be drawn.
    pub refused: Option<Rejected>,
}

impl From<UserError> for Attempt {
    fn from(error: UserError) -> Self {
        Self { pool: None, drawn: None, refused: Some(error.into()) }
    }
}

/// Draws experts for a submitted practice: the first ones, and later those who are missing. A dry run tells from which
/// pool would be drawn, and draws nobody.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn ask(
    app: &App,
    actor: &Actor,
    of: PracticeId,
    count: i32,
    dry_run: bool,
) -> Result<Attempt, Error> {
    policy::signed_in(actor, Action::ReviewDraw)?;
    let to = visibility::visible_practices(actor);
    let seen = practices::require(app.db.read(), &to, of).await?;
    let authors = practices::authors(app.db.read(), of).await?;
    let permit = policy::permit(actor, Action::ReviewDraw, &practices::place(&seen, authors.clone()))?;
    if actor.person().is_some_and(|person| authors.contains(&person)) {
        let message = "Nobody draws the experts of a practice of their own; the region's operator may.";
        return Ok(UserError::of("practiceId", UserErrorCode::NotEligible, message).into());
    }
    let count = match rules::check_asked(count) {
        Ok(count) => count,
        Err(error) => return Ok(error.into()),
    };
    if dry_run {
        return Ok(match plan(app.db.read(), &seen, count).await? {
            Err(error) => error.into(),
            Ok(_) => look(app.db.read(), &seen, count, actor.now).await?,
        });
    }
    let mut tx = app.db.begin(permit).await?;
    let practice = practice_write::lock(&tx, of).await?;
    if let Some(profile) = practice.profile_id {
        take_turn(&tx, profile).await?;
    }
    let asked = match plan(tx.db(), &practice, count).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(error.into()),
    };
    let looked = look(tx.db(), &practice, count, tx.at()).await?;
    let Attempt { pool: Some(pool), refused: None, .. } = looked else { return Ok(looked) };
    let drawn = draw_from(app, &mut tx, &practice, &pool, &asked).await?;
    tx.commit().await?;
    Ok(Attempt { pool: Some(pool), drawn: Some(drawn), refused: None })
}

/// What may be asked for, as the practice stands.
async fn plan(
    db: &impl ConnectionTrait,
    practice: &practice::Model,
    count: usize,
) -> Result<Result<Asked, UserError>, Error> {
    let submitted_at = match (practice.state, practice.submitted_at) {
        (PracticeState::Submitted, Some(at)) => at,
        _ => {
            let name = practice_rules::name(practice.state);
            let message = format!("The practice is {name}; experts are drawn for SUBMITTED ones only.");
            return Ok(Err(UserError::of("practiceId", UserErrorCode::WrongState, message)));
        }
    };
    let of_practice = || {
        review::Entity::find()
            .filter(review::Column::PracticeId.eq(practice.id))
            .filter(review::Column::AssignedAt.gte(submitted_at))
            .order_by_asc(review::Column::Id)
    };
    let standing = of_practice()
        .filter(review::Column::State.is_in([ReviewState::Assigned, ReviewState::Finished]))
        .all(db)
        .await?;
    let missing = of_practice().filter(review::vacant()).all(db).await?;
    let third = assessment::service::third_is_missing(db, practice.id).await?;
    let purpose = match rules::purpose(count, standing.len(), missing.len(), third) {
        Ok(purpose) => purpose,
        Err(error) => return Ok(Err(error)),
    };
    let replaces = missing.into_iter().map(|row| row.id).take(count).collect();
    Ok(Ok(Asked { purpose, count, replaces }))
}

/// The pool of the practice's profile, and whether it has enough experts.
async fn look(
    db: &impl ConnectionTrait,
    practice: &practice::Model,
    count: usize,
    at: DateTime<Utc>,
) -> Result<Attempt, Error> {
    let Some(profile) = practice.profile_id else { return Ok(without_profile().into()) };
    let pool = pool::of(db, practice, profile, at).await?;
    let enough = pool.eligible.len() >= count;
    let refused = (!enough).then(|| rules::too_few("count", count, &pool).into());
    Ok(Attempt { pool: Some(pool), drawn: None, refused })
}

fn without_profile() -> UserError {
    let message =
        "The practice is an institute's and belongs to no profile, so there is no pool to draw from.";
    UserError::of("practiceId", UserErrorCode::NotEligible, message)
}

/// Draws experts for a practice, as a part of a transaction that has [locked](practice_write::lock) it and goes on to
/// lock nothing that comes before it. Refuses, and writes nothing, where the pool has too few.
///
/// # Errors
/// `NOT_ELIGIBLE` within, the database's above.
pub async fn draw(app: &App, tx: &mut Tx, practice: &practice::Model, asked: &Asked) -> Outcome<Drawn> {
    let Some(profile) = practice.profile_id else { return Ok(Err(without_profile().into())) };
    take_turn(tx, profile).await?;
    let pool = pool::of(tx.db(), practice, profile, tx.at()).await?;
    if pool.eligible.len() < asked.count {
        return Ok(Err(rules::too_few("practiceId", asked.count, &pool).into()));
    }
    Ok(Ok(draw_from(app, tx, practice, &pool, asked).await?))
}

async fn draw_from(
    app: &App,
    tx: &mut Tx,
    practice: &practice::Model,
    pool: &Pool,
    asked: &Asked,
) -> Result<Drawn, Error> {
    let profile = practice.profile_id.ok_or_else(|| Error::broken("a draw without a profile"))?;
    let mut bits = [0; 32];
    OsRng.try_fill_bytes(&mut bits).map_err(Error::internal)?;
    let seed = lot::seed(bits);
    let drawn = lot::draw(&seed, &pool.eligible, asked.count);
    let row = review_draw::Model {
        id: ReviewDrawId::generate(),
        practice_id: practice.id,
        edition: edition(practice),
        profile_id: profile,
        purpose: asked.purpose,
        asked: i32::try_from(asked.count).unwrap_or(i32::MAX),
        algorithm: lot::ALGORITHM,
        seed,
        pool: Experts(pool.eligible.clone()),
        exclusions: Exclusions(pool.exclusions.clone()),
        drawn: Experts(drawn.clone()),
        drawn_by: tx.account(),
        drawn_at: tx.at(),
    };
    tx.insert_all::<review_draw::Entity>(vec![row.clone()]).await?;
    let persons = service::persons(tx.db(), &drawn).await?;
    let mut replaces = asked.replaces.iter().copied();
    let reviews = drawn.into_iter().map(|expert| {
        let person = persons.get(&expert).copied();
        let person = person.ok_or_else(|| Error::broken("an expert without a person"))?;
        Ok(begin(app, tx, practice, &row, (expert, person), replaces.next()))
    });
    let reviews = reviews.collect::<Result<Vec<_>, Error>>()?;
    tx.insert_all::<review::Entity>(reviews.clone()).await?;
    tx.record(told(&row, practice));
    for one in &reviews {
        tx.record(change(None, one));
    }
    Ok(Drawn { draw: row, reviews })
}

fn begin(
    app: &App,
    tx: &Tx,
    practice: &practice::Model,
    draw: &review_draw::Model,
    (expert, person): (ExpertId, PersonId),
    replaces: Option<ReviewId>,
) -> review::Model {
    let today = tx.at().date_naive();
    review::Model {
        id: ReviewId::generate(),
        practice_id: practice.id,
        edition: draw.edition,
        community_id: practice.community_id,
        region_id: practice.region_id,
        expert_id: expert,
        person_id: person,
        draw_id: draw.id,
        replaces,
        state: ReviewState::Assigned,
        assigned_at: tx.at(),
        due_on: today.checked_add_days(Days::new(app.config.review_days.into())).unwrap_or(today),
        ended_at: None,
        reason: None,
    }
}

/// The edition of the text that is assessed: editions bear the version that was handed in.
fn edition(practice: &practice::Model) -> i32 {
    practice.version
}

/// The journal's entry of a draw. Experts are not named to those who read the journal of a region: authors are among
/// them.
fn told(draw: &review_draw::Model, of: &practice::Model) -> Change {
    let after = json!({
        "practice": draw.practice_id,
        "purpose": draw.purpose,
        "asked": draw.asked,
        "digest": lot::digest(draw),
    });
    Change::of(draw.id, None, Some(after)).within(of.region_id, of.community_id).confidential()
}
