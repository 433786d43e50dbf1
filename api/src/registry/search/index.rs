//! How the index is written: with every thing that is written, and as a whole when its version is not the program's.
//!
//! Whoever writes a practice's text, publishes it, or writes a community calls this in the same transaction, with the
//! row locked or new. Steps that only change who may see a thing need nothing: that is asked of the thing itself.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{
    PracticeState, community, counter,
    ids::{PracticeId, TypedId},
    practice, practice_tag, profile, region, search_term,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::{
    rules::{Place, weights},
    spelling,
};
use crate::{
    auth::Permit,
    db::{BINDS, Db, Tx, insert_all},
    error::Error,
};

/// The version of the index: of how words are folded, stemmed, weighed and kept. Raise it with any change of these, and
/// every database makes its index anew.
pub const VERSION: i64 = 1;

/// How many things are indexed in a transaction when the index is made anew.
const BATCH: u64 = 200;

/// A thing as the index sees it.
struct Subject<'a> {
    id: Uuid,
    texts: Vec<(Place, &'a str)>,
    /// Whether everybody may see it: then others may be told its words.
    public: bool,
}

/// Indexes a practice by its text as it is now.
///
/// # Errors
/// The database's.
pub async fn practice(
    db: &impl ConnectionTrait,
    row: &practice::Model,
    tags: &[String],
) -> Result<(), Error> {
    practices(db, &[(row, tags.join(" "))]).await
}

/// Indexes practices, each with its tags in one text.
///
/// # Errors
/// The database's.
pub async fn practices(db: &impl ConnectionTrait, rows: &[(&practice::Model, String)]) -> Result<(), Error> {
    let subjects = rows.iter().map(|(row, tags)| Subject {
        id: row.id.uuid(),
        texts: vec![
            (Place::Title, row.title.as_str()),
            (Place::Tags, tags),
            (Place::Summary, &row.summary),
            (Place::Text, &row.body),
        ],
        public: row.state == PracticeState::Published,
    });
    write(db, subjects.collect()).await
}

/// Indexes communities by their names and those of their profiles and regions.
///
/// # Errors
/// The database's.
pub async fn communities(db: &impl ConnectionTrait, rows: &[community::Model]) -> Result<(), Error> {
    let of: BTreeSet<_> = rows.iter().map(|row| row.profile_id).collect();
    let profiles = profile::Entity::find().filter(profile::Column::Id.is_in(of)).all(db).await?;
    let profiles: HashMap<_, _> = profiles.into_iter().map(|row| (row.id, row.name)).collect();
    let of: BTreeSet<_> = rows.iter().map(|row| row.region_id).collect();
    let regions = region::Entity::find().filter(region::Column::Id.is_in(of)).all(db).await?;
    let regions: HashMap<_, _> = regions.into_iter().map(|row| (row.id, row.name)).collect();
    let subjects = rows.iter().map(|row| {
        let about = [profiles.get(&row.profile_id), regions.get(&row.region_id)];
        let about = about.into_iter().flatten().map(|name| (Place::Summary, name.as_str()));
        Subject {
            id: row.id.uuid(),
            texts: [(Place::Title, row.name.as_str()), (Place::Tags, &row.slug)]
                .into_iter()
                .chain(about)
                .collect(),
            public: true,
        }
    });
    write(db, subjects.collect()).await
}

/// Indexes the communities of a profile or region that has another name now. They are locked first: whoever changes one
/// of them at the same moment goes before or after, and the second sees what the first wrote.
///
/// # Errors
/// The database's.
pub async fn communities_of(
    tx: &Tx,
    column: community::Column,
    id: impl Into<sea_orm::Value>,
) -> Result<(), Error> {
    let rows = community::Entity::find()
        .filter(column.eq(id))
        .order_by_asc(community::Column::Id)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    communities(tx.db(), &rows).await
}

/// Writes what the index holds of these things, in the place of what it held.
async fn write(db: &impl ConnectionTrait, subjects: Vec<Subject<'_>>) -> Result<(), Error> {
    use search_term::{Column, Entity, Model};
    let ids: Vec<_> = subjects.iter().map(|subject| subject.id).collect();
    for ids in ids.chunks(BINDS) {
        Entity::delete_many().filter(Column::SubjectId.is_in(ids.iter().copied())).exec(db).await?;
    }
    let mut rows = Vec::new();
    let mut words = BTreeSet::new();
    for Subject { id, texts, public } in subjects {
        let weights = weights(&texts).into_iter();
        rows.extend(weights.map(|(stem, weight)| Model { term: stem.into_bytes(), subject_id: id, weight }));
        let told = texts.iter().filter(|(place, _)| public && *place != Place::Text);
        words.extend(told.flat_map(|(_, text)| spelling::vocabulary(text)));
    }
    insert_all::<Entity>(db, rows).await?;
    spelling::learn(db, words).await
}

/// Whether the index is of this program's version.
///
/// # Errors
/// The database's.
pub async fn is_current(db: &Db) -> Result<bool, Error> {
    Ok(version(db.read()).await? == VERSION)
}

async fn version(db: &impl ConnectionTrait) -> Result<i64, Error> {
    let found = counter::Entity::find_by_id(counter::SEARCH).one(db).await?;
    found.map(|row| row.value).ok_or_else(|| Error::broken("a counter is missing"))
}

/// Makes the index anew where it is of another version, batch after batch; does nothing where it is not. Others may read
/// and write meanwhile. Cut off, it begins anew the next time; of two processes each does all of it, in turns.
///
/// # Errors
/// The database's.
pub async fn bring_up_to_date(db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
    if is_current(db).await? {
        return Ok(());
    }
    let mut after = PracticeId(Uuid::nil());
    loop {
        let tx = turn(db, now).await?;
        let rows = practice::Entity::find()
            .filter(practice::Column::Id.gt(after))
            .order_by_asc(practice::Column::Id)
            .limit(BATCH)
            .lock_exclusive()
            .all(tx.db())
            .await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        let tags = practice_tag::Entity::find()
            .filter(practice_tag::Column::PracticeId.is_in(rows.iter().map(|row| row.id)))
            .all(tx.db())
            .await?;
        let mut of: HashMap<_, String> = HashMap::new();
        for tag in tags {
            let text = of.entry(tag.practice_id).or_default();
            text.push(' ');
            text.push_str(&tag.tag);
        }
        let rows: Vec<_> = rows.iter().map(|row| (row, of.remove(&row.id).unwrap_or_default())).collect();
        practices(tx.db(), &rows).await?;
        tx.commit_quietly().await?;
    }
    let tx = turn(db, now).await?;
    let rows =
        community::Entity::find().order_by_asc(community::Column::Id).lock_exclusive().all(tx.db()).await?;
    communities(tx.db(), &rows).await?;
    let version = counter::ActiveModel { name: Set(counter::SEARCH.to_owned()), value: Set(VERSION) };
    version.update(tx.db()).await?;
    tx.commit_quietly().await
}

/// A transaction that keeps others who make the index anew waiting until it ends.
async fn turn(db: &Db, now: DateTime<Utc>) -> Result<Tx, Error> {
    let tx = db.begin(Permit::system(now)).await?;
    counter::Entity::find_by_id(counter::SEARCH).lock_exclusive().one(tx.db()).await?;
    Ok(tx)
}
