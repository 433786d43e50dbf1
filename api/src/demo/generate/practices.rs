//! Practices with their authors, their places in the search, and their ratings.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Duration, NaiveTime, Utc};
use entity::{
    AcademicYear, PracticeState, counter,
    ids::{PracticeId, RatingId, TypedId},
    practice, practice_author, practice_tag, rating, search_term,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    GenerateError, Size, load_some,
    people::People,
    places::{BEGINNING, Places, between, dice, shuffled},
    shares::{Shares, unit},
};
use crate::{
    db::{Bulk, Tx},
    demo::{DemoSet, dice::Dice, load::keys::Series},
    error::Error,
    registry::{
        practice::rules::registry_number,
        rating::rules::Tally,
        search::{
            self,
            rules::{Place, weights},
            spelling,
        },
    },
};

/// In how many of a hundred cases a practice is published.
const PUBLISHED: usize = 95;

/// How long before now the last practice is begun: it is published within 37 days, and rated within 14 more.
const UNTIL_NOW: Duration = Duration::days(60);

/// A practice that is to be.
pub(super) struct Written {
    id: PracticeId,
    /// By the number of its community.
    community: usize,
    /// By the number of its author.
    author: usize,
    created_at: DateTime<Utc>,
    published_at: Option<DateTime<Utc>>,
    ratings: usize,
}

/// The words of which texts are made: the frequent ones first.
pub(super) struct Words {
    words: Vec<String>,
    frequency: Shares,
}

/// The words of the demonstration's own texts.
pub(super) fn words(set: &DemoSet) -> Words {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for one in &set.practices {
        for word in
            [&one.title, &one.summary, &one.body].into_iter().flat_map(|text| spelling::vocabulary(text))
        {
            *counted.entry(word).or_default() += 1;
        }
    }
    let mut words: Vec<_> = counted.into_iter().collect();
    words.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), word.clone()));
    let words: Vec<_> = words.into_iter().map(|(word, _)| word).collect();
    Words { frequency: Shares::of(words.len(), 0.7), words }
}

impl Words {
    fn some(&self, count: usize, dice: &mut Dice) -> String {
        let words = (0..count).filter_map(|_| self.words.get(self.frequency.pick(dice)));
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

pub(super) fn plan(size: Size, places: &mut Places, people: &People, now: DateTime<Utc>) -> Vec<Written> {
    let mut dice = dice(size, "practices");
    let shares = Shares::of(places.communities.len(), 0.9);
    let order = shuffled(places.communities.len(), &mut dice);
    let begun = BEGINNING.and_time(NaiveTime::MIN).and_utc();
    let mut series = Series::of::<PracticeId>();
    let mut written = Vec::with_capacity(size.practices);
    for number in 0..size.practices {
        let Some(community) = order.get(shares.pick(&mut dice)).copied() else { continue };
        let Some((first, count)) = people.of.get(community).copied().filter(|(_, count)| *count > 0) else {
            continue;
        };
        let created_at = between(begun, now - UNTIL_NOW, number, size.practices);
        let published = dice.chance(PUBLISHED);
        let published_at = published
            .then(|| created_at + Duration::hours(24 * 20 + i64::try_from(dice.below(400)).unwrap_or(0)));
        if published && let Some(row) = places.communities.get_mut(community) {
            row.practice_count += 1;
        }
        written.push(Written {
            id: series.next(created_at),
            community,
            author: first + dice.below(count),
            created_at,
            published_at,
            ratings: 0,
        });
    }
    for (row, (_, count)) in places.communities.iter_mut().zip(&people.of) {
        row.member_count = i64::try_from(*count).unwrap_or(0);
    }
    let published: Vec<_> = (0..written.len())
        .filter(|at| written.get(*at).is_some_and(|one| one.published_at.is_some()))
        .collect();
    let parts = Shares::of(published.len(), 0.7).split(size.ratings, people.ids.len() / 2);
    for (part, at) in parts.into_iter().zip(shuffled(published.len(), &mut dice)) {
        if let Some(one) = published.get(at).and_then(|at| written.get_mut(*at)) {
            one.ratings = part;
        }
    }
    written
}

/// A practice's ratings, each by another person, and what they add up to.
struct Rated {
    rows: Vec<rating::Model>,
    stars: [i64; 5],
    tally: Tally,
}

fn rate(of: &Written, people: &People, places: &Places, ids: &mut Series, dice: &mut Dice) -> Rated {
    let (mut rows, mut stars, mut by_organization) = (Vec::new(), [0; 5], HashMap::<u32, (i64, i64)>::new());
    let Some(published_at) = of.published_at else { return Rated { rows, stars, tally: Tally::default() } };
    let quality = 3.2 + 1.6 * unit(dice);
    // Going on in steps one may come round to somebody again, who is passed over.
    let all = people.ids.len();
    let (first, step) = (dice.below(all), 2 * dice.below(1_000) + 1);
    let mut met = BTreeSet::new();
    for nth in 0..of.ratings {
        let person = (first + nth * step) % all;
        let (Some(id), Some(work)) = (people.ids.get(person), people.organizations.get(person)) else {
            continue;
        };
        if person == of.author || !met.insert(person) {
            continue;
        }
        let given = (quality + 1.6 * (unit(dice) - 0.5)).round().clamp(1.0, 5.0);
        let place = (1..=5_usize).rfind(|stars| super::shares::float(*stars) <= given).unwrap_or(1);
        if let Some(count) = stars.get_mut(place - 1) {
            *count += 1;
        }
        let sum = by_organization.entry(*work).or_default();
        sum.0 += 1;
        sum.1 += i64::try_from(place).unwrap_or(0);
        let rated_at = published_at + Duration::minutes(i64::try_from(nth).unwrap_or(0) % 20_000);
        rows.push(rating::Model {
            id: ids.next(rated_at),
            practice_id: of.id,
            person_id: *id,
            organization_id: places.organizations.get(*work as usize).map(|row| row.id),
            stars: i32::try_from(place).unwrap_or(1),
            practice_version: 1,
            comment: None,
            rated_at,
            set_aside_at: None,
            set_aside_reason: None,
            finding_id: None,
        });
    }
    let mut tally = Tally::default();
    by_organization.into_values().for_each(|(count, stars)| tally.add(count, stars));
    Rated { rows, stars, tally }
}

#[derive(Default)]
struct Rows {
    practices: Vec<practice::Model>,
    authors: Vec<practice_author::Model>,
    tags: Vec<practice_tag::Model>,
    terms: Vec<search_term::Model>,
    ratings: Vec<rating::Model>,
}

impl Rows {
    /// Loads what there is, what is referred to first.
    async fn load(&mut self, bulk: &mut Bulk) -> Result<usize, Error> {
        let practices = load_some::<practice::Entity>(bulk, &mut self.practices).await?;
        load_some::<practice_author::Entity>(bulk, &mut self.authors).await?;
        load_some::<practice_tag::Entity>(bulk, &mut self.tags).await?;
        load_some::<search_term::Entity>(bulk, &mut self.terms).await?;
        Ok(practices + load_some::<rating::Entity>(bulk, &mut self.ratings).await?)
    }
}

pub(super) async fn load(
    bulk: &mut Bulk,
    size: Size,
    places: &Places,
    people: &People,
    written: &[Written],
    words: &Words,
    progress: &impl Fn(usize),
) -> Result<(), GenerateError> {
    let (mut texts, mut chance) = (dice(size, "texts"), dice(size, "ratings"));
    let mut ids = Series::of::<RatingId>();
    let mut rows = Rows::default();
    for (running, one) in (1..).zip(written) {
        let author = people.ids.get(one.author).copied();
        let community = places.communities.get(one.community).zip(author);
        let (community, author) = community.ok_or_else(|| Error::broken("a practice without its author"))?;
        let rated = rate(one, people, places, &mut ids, &mut chance);
        let [stars_1, stars_2, stars_3, stars_4, stars_5] = rated.stars;
        let tag = words.some(1, &mut texts);
        let row = practice::Model {
            id: one.id,
            number: one.published_at.map(|at| registry_number(AcademicYear::of(at).0, running)),
            title: format!("Практика {running}: {}", words.some(3, &mut texts)),
            summary: words.some(4, &mut texts),
            body: words.some(6, &mut texts),
            state: if one.published_at.is_some() { PracticeState::Published } else { PracticeState::Draft },
            version: 1,
            community_id: Some(community.id),
            department_id: None,
            region_id: community.region_id,
            profile_id: Some(community.profile_id),
            created_by: author,
            created_at: one.created_at,
            submitted_at: one.published_at.map(|_| one.created_at + Duration::days(7)),
            published_at: one.published_at,
            published_year: one.published_at.map(AcademicYear::of),
            listed_at: one.published_at.unwrap_or(one.created_at),
            stars_1,
            stars_2,
            stars_3,
            stars_4,
            stars_5,
            rating_organizations: rated.tally.organizations,
            rating_sum: rated.tally.sum,
        };
        let indexed = [
            (Place::Title, row.title.as_str()),
            (Place::Tags, tag.as_str()),
            (Place::Summary, row.summary.as_str()),
            (Place::Text, row.body.as_str()),
        ];
        rows.terms.extend(weights(&indexed).into_iter().map(|(stem, weight)| search_term::Model {
            term: stem.into_bytes(),
            subject_id: one.id.uuid(),
            weight,
        }));
        rows.practices.push(row);
        rows.authors.push(practice_author::Model { practice_id: one.id, person_id: author, position: 1 });
        rows.tags.push(practice_tag::Model { practice_id: one.id, tag, position: 0 });
        rows.ratings.extend(rated.rows);
        if rows.practices.len() + rows.ratings.len() >= super::AT_ONCE {
            progress(rows.load(bulk).await?);
        }
    }
    progress(rows.load(bulk).await?);
    Ok(())
}

/// What the registry writes by its own use cases: the communities in the search, the vocabulary, and where the numbers of
/// practices go on.
pub(super) async fn finish(tx: &Tx, places: &Places, words: &Words, size: Size) -> Result<(), Error> {
    for some in places.communities.chunks(500) {
        search::index::communities(tx.db(), some).await?;
    }
    spelling::learn(tx.db(), words.words.iter().cloned().collect()).await?;
    let last = i64::try_from(size.practices).unwrap_or(i64::MAX);
    counter::Entity::update_many()
        .col_expr(counter::Column::Value, Expr::value(last))
        .filter(counter::Column::Name.eq(counter::PRACTICE_NUMBER))
        .exec(tx.db())
        .await?;
    Ok(())
}
