//! Reads what the check looks at. Of ratings the database first tells who and what comes into question at all; only
//! that is read in full. Texts are read one after the other, and only their sketches are kept.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    PracticeState,
    ids::{CommunityId, PersonId, PracticeId, RatingId},
    practice, practice_author, rating,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, Query, SelectStatement},
};

use super::{
    rules::{self, Favour, Found, Given},
    shingles::{self, Sketch},
};
use crate::error::Error;

/// Persons or practices whose ratings are read at once.
const AT_ONCE: usize = 200;
/// Texts that are read at once.
const TEXTS_AT_ONCE: u64 = 200;

/// All that there is to find at the moment.
///
/// # Errors
/// The database's.
pub(super) async fn everything(db: &impl ConnectionTrait) -> Result<Vec<Found>, Error> {
    let mut found = serial(db).await?;
    found.extend(bursts(db).await?);
    found.extend(rings(db).await?);
    found.extend(copies(db).await?);
    Ok(found)
}

/// The ratings that count, of practices in the registry.
fn ratings() -> SelectStatement {
    let practice = |column| Expr::col((practice::Entity, column));
    Query::select()
        .from(rating::Entity)
        .inner_join(
            practice::Entity,
            practice(practice::Column::Id).equals((rating::Entity, rating::Column::PracticeId)),
        )
        .and_where(practice(practice::Column::State).eq(PracticeState::Published))
        .and_where(rating::Column::SetAsideAt.is_null())
        .to_owned()
}

#[derive(FromQueryResult)]
struct Row {
    id: RatingId,
    person_id: PersonId,
    practice_id: PracticeId,
    community_id: Option<CommunityId>,
    stars: i32,
    rated_at: DateTime<Utc>,
}

impl Row {
    fn given(&self) -> Given {
        Given {
            rating: self.id,
            by: self.person_id,
            practice: self.practice_id,
            stars: self.stars,
            at: self.rated_at,
        }
    }
}

/// Ratings in full, of those that `condition` lets through.
async fn in_full(db: &impl ConnectionTrait, condition: Condition) -> Result<Vec<Row>, Error> {
    use rating::Column;
    let mut select = ratings();
    for column in [Column::Id, Column::PersonId, Column::PracticeId, Column::Stars, Column::RatedAt] {
        select.column((rating::Entity, column));
    }
    select.column((practice::Entity, practice::Column::CommunityId)).cond_where(condition);
    let statement = db.get_database_backend().build(&select);
    Ok(Row::find_by_statement(statement).all(db).await?)
}

fn of_persons(persons: &[PersonId]) -> Condition {
    Condition::all().add(rating::Column::PersonId.is_in(persons.iter().copied()))
}

#[derive(FromQueryResult)]
struct ReaderOfOne {
    person_id: PersonId,
    community_id: CommunityId,
}

async fn serial(db: &impl ConnectionTrait) -> Result<Vec<Found>, Error> {
    let (person, community) =
        ((rating::Entity, rating::Column::PersonId), (practice::Entity, practice::Column::CommunityId));
    let mut select = ratings();
    select
        .column(person)
        .column(community)
        .and_where(Expr::col(community).is_not_null())
        .group_by_columns([person])
        .group_by_columns([community])
        .and_having(
            Expr::col((rating::Entity, rating::Column::Id)).count().gte(number(rules::SERIAL_RATINGS)),
        );
    let statement = db.get_database_backend().build(&select);
    let questionable: BTreeSet<_> = ReaderOfOne::find_by_statement(statement)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.person_id, row.community_id))
        .collect();
    let persons: Vec<_> =
        questionable.iter().map(|(person, _)| *person).collect::<BTreeSet<_>>().into_iter().collect();
    let mut found = Vec::new();
    for some in persons.chunks(AT_ONCE) {
        let mut given: BTreeMap<(PersonId, CommunityId), Vec<Given>> = BTreeMap::new();
        for row in in_full(db, of_persons(some)).await? {
            let of = row.community_id.map(|community| (row.person_id, community));
            if let Some(of) = of.filter(|of| questionable.contains(of)) {
                given.entry(of).or_default().push(row.given());
            }
        }
        found.extend(given.into_iter().filter_map(|((by, of), given)| rules::serial(by, of, &given)));
    }
    Ok(found)
}

#[derive(FromQueryResult)]
struct Rated {
    practice_id: PracticeId,
}

async fn bursts(db: &impl ConnectionTrait) -> Result<Vec<Found>, Error> {
    let practice = (rating::Entity, rating::Column::PracticeId);
    let mut select = ratings();
    select.column(practice).group_by_columns([practice]).and_having(
        Expr::col((rating::Entity, rating::Column::Id)).count().gte(number(rules::BURST_RATINGS)),
    );
    let statement = db.get_database_backend().build(&select);
    let mut rated: Vec<_> =
        Rated::find_by_statement(statement).all(db).await?.into_iter().map(|row| row.practice_id).collect();
    rated.sort_unstable();
    let mut found = Vec::new();
    // Fewer at once: each may have very many.
    for some in rated.chunks(AT_ONCE / 10) {
        let rows =
            in_full(db, Condition::all().add(rating::Column::PracticeId.is_in(some.iter().copied()))).await?;
        let mut given: BTreeMap<PracticeId, (Option<CommunityId>, Vec<Given>)> = BTreeMap::new();
        for row in rows {
            given.entry(row.practice_id).or_insert((row.community_id, Vec::new())).1.push(row.given());
        }
        found.extend(given.into_iter().filter_map(|(of, (owner, given))| rules::burst(of, owner, &given)));
    }
    Ok(found)
}

#[derive(FromQueryResult)]
struct FavourRow {
    by_person: PersonId,
    to_person: PersonId,
}

async fn rings(db: &impl ConnectionTrait) -> Result<Vec<Found>, Error> {
    let by = (rating::Entity, rating::Column::PersonId);
    let to = (practice_author::Entity, practice_author::Column::PersonId);
    let mut select = ratings();
    select
        .expr_as(Expr::col(by), "by_person")
        .expr_as(Expr::col(to), "to_person")
        .inner_join(
            practice_author::Entity,
            Expr::col((practice_author::Entity, practice_author::Column::PracticeId))
                .equals((rating::Entity, rating::Column::PracticeId)),
        )
        .and_where(rating::Column::Stars.gte(rules::RING_STARS))
        .group_by_columns([by])
        .group_by_columns([to])
        .and_having(Expr::col((rating::Entity, rating::Column::Id)).count().gte(rules::RING_RATINGS));
    let statement = db.get_database_backend().build(&select);
    let favours: Vec<_> = FavourRow::find_by_statement(statement)
        .all(db)
        .await?
        .into_iter()
        .map(|row| Favour { by: row.by_person, to: row.to_person })
        .collect();
    let mut found = Vec::new();
    for ring in rules::rings(&favours) {
        let people: Vec<_> = ring.iter().copied().collect();
        let high = of_persons(&people).add(rating::Column::Stars.gte(rules::RING_STARS));
        let given: Vec<_> = in_full(db, high).await?.iter().map(Row::given).collect();
        let inside: HashSet<PracticeId> = practice_author::Entity::find()
            .select_only()
            .column(practice_author::Column::PracticeId)
            .filter(practice_author::Column::PersonId.is_in(people))
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        found.extend(rules::closed_ring(&ring, &given, &inside));
    }
    Ok(found)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[derive(Clone, FromQueryResult)]
struct Text {
    id: PracticeId,
    version: i32,
    title: String,
    summary: String,
    body: String,
    community_id: Option<CommunityId>,
    created_at: DateTime<Utc>,
}

impl Text {
    fn shingles(&self) -> Option<HashSet<u64>> {
        shingles::shingles(&[&self.title, &self.summary, &self.body])
    }
}

/// A text without its words.
struct Sketched {
    id: PracticeId,
    version: i32,
    community: Option<CommunityId>,
    created_at: DateTime<Utc>,
    sketch: Sketch,
}

fn texts() -> sea_orm::Select<practice::Entity> {
    use practice::Column;
    // What is back with its authors is being worked on, what was refused or taken back is nobody's gain.
    let states = [PracticeState::Submitted, PracticeState::Approved, PracticeState::Published];
    practice::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Version,
            Column::Title,
            Column::Summary,
            Column::Body,
            Column::CommunityId,
            Column::CreatedAt,
        ])
        .filter(Column::State.is_in(states))
}

async fn copies(db: &impl ConnectionTrait) -> Result<Vec<Found>, Error> {
    let mut sketched: Vec<Sketched> = Vec::new();
    let mut after: Option<PracticeId> = None;
    loop {
        let rows = texts()
            .filter(Condition::all().add_option(after.map(|after| practice::Column::Id.gt(after))))
            .order_by_asc(practice::Column::Id)
            .limit(TEXTS_AT_ONCE)
            .into_model::<Text>()
            .all(db)
            .await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        sketched.extend(apart(move || rows.into_iter().filter_map(sketch).collect::<Vec<_>>()).await?);
    }
    sketched.sort_by_key(|text| (text.created_at, text.id));
    let (sketched, pairs) = apart(move || {
        let sketches: Vec<_> = sketched.iter().map(|text| text.sketch.clone()).collect();
        let pairs = shingles::likely_copies(&sketches);
        (sketched, pairs)
    })
    .await?;
    let mut found = Vec::new();
    for some in pairs.chunks(AT_ONCE / 2) {
        let pairs: Vec<_> = some
            .iter()
            .filter_map(|(copy, original)| Some((sketched.get(*copy)?, sketched.get(*original)?)))
            .map(|(copy, original)| (copy.id, copy.version, copy.community, original.id))
            .collect();
        let ids: BTreeSet<_> = pairs.iter().flat_map(|(copy, _, _, original)| [*copy, *original]).collect();
        let rows = texts().filter(practice::Column::Id.is_in(ids)).into_model::<Text>().all(db).await?;
        // The sketches only guess; the words decide.
        let sure = apart(move || {
            let words: HashMap<_, _> =
                rows.iter().filter_map(|text| Some((text.id, text.shingles()?))).collect();
            let compared = pairs.into_iter().filter_map(|(copy, version, owner, original)| {
                let similarity = shingles::similarity(words.get(&copy)?, words.get(&original)?);
                rules::near_copy(copy, version, owner, original, similarity)
            });
            compared.collect::<Vec<_>>()
        });
        found.extend(sure.await?);
    }
    Ok(found)
}

fn sketch(text: Text) -> Option<Sketched> {
    let sketch = Sketch::of(&text.shingles()?);
    Some(Sketched {
        id: text.id,
        version: text.version,
        community: text.community_id,
        created_at: text.created_at,
        sketch,
    })
}

/// Does work that keeps a processor busy where it keeps no request waiting.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}
