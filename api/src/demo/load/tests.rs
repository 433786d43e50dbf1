//! The set as it stands in a database.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Instant,
};

use entity::{
    MemberState as State, PracticeState as Step, appointment, cluster, cluster_result, community,
    community_document, community_link, cooperation_agreement, counter, department, event, expert, grant,
    institute, journal, material, member, monitoring, municipality, organization, person, practice,
    practice_author, practice_decision, practice_tag, profile, ranking_revision, rating,
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::*;
use crate::{auth::credentials::Passwords, demo::DEMO_PASSWORD, registry::rating::rules::Tally};

struct Database {
    db: Db,
    store: Store,
    /// Kept as long as the database in it.
    _folder: tempfile::TempDir,
}

async fn empty() -> Database {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&Db::embedded(folder.path()), 2).await.unwrap();
    db.migrate().await.unwrap();
    let store = Store::open(None, folder.path()).unwrap();
    Database { db, store, _folder: folder }
}

fn now() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

async fn count<E>(db: &Db) -> usize
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    usize::try_from(E::find().count(db.read()).await.unwrap()).unwrap()
}

async fn all<E: EntityTrait>(db: &Db) -> Vec<E::Model> {
    E::find().all(db.read()).await.unwrap()
}

#[tokio::test]
async fn every_list_of_the_set_stands_in_the_database() {
    let Database { db, store, _folder } = &empty().await;
    assert!(is_empty(db).await.unwrap());
    let begun = Instant::now();
    let loaded = load(db, store, now()).await.unwrap();
    println!("loaded in {:?}", begun.elapsed());
    assert!(!is_empty(db).await.unwrap());

    let set = demo_set().unwrap();
    assert_eq!(count::<region::Entity>(db).await, set.regions.len());
    assert_eq!(count::<municipality::Entity>(db).await, set.municipalities.len());
    assert_eq!(count::<institute::Entity>(db).await, set.institutes.len());
    assert_eq!(count::<department::Entity>(db).await, set.departments.len());
    assert_eq!(count::<profile::Entity>(db).await, set.profiles.len());
    assert_eq!(count::<community::Entity>(db).await, set.communities.len());
    let organizations = set.organizations.len() + set.institutes.len();
    assert_eq!(count::<organization::Entity>(db).await, organizations);
    assert_eq!(count::<person::Entity>(db).await, set.people.len());
    assert_eq!(count::<member::Entity>(db).await, set.memberships.len());
    assert_eq!(count::<appointment::Entity>(db).await, set.appointments.len());
    assert_eq!(count::<practice::Entity>(db).await, set.practices.len());
    assert_eq!(count::<rating::Entity>(db).await, set.ratings.len());
    assert_eq!(count::<material::Entity>(db).await, set.materials.len());
    assert_eq!(count::<account::Entity>(db).await, set.accounts.len());
    assert_eq!(count::<grant::Entity>(db).await, 4);
    assert_eq!(count::<expert::Entity>(db).await, set.experts.len());
    assert_eq!(count::<cluster::Entity>(db).await, set.clusters.len());
    let results: usize = set.clusters.iter().map(|one| one.results.len() * 3).sum();
    assert_eq!(count::<cluster_result::Entity>(db).await, results);
    let sum = |of: fn(&crate::demo::Community) -> usize| set.communities.iter().map(of).sum::<usize>();
    assert_eq!(count::<community_link::Entity>(db).await, sum(|one| one.links.len()));
    assert_eq!(count::<community_document::Entity>(db).await, sum(|one| one.documents.len()));
    assert_eq!(count::<cooperation_agreement::Entity>(db).await, sum(|one| one.agreements.len()));
    let sum = |of: fn(&crate::demo::Practice) -> usize| set.practices.iter().map(of).sum::<usize>();
    assert_eq!(count::<practice_author::Entity>(db).await, sum(|one| one.authors.len()));
    assert_eq!(count::<practice_tag::Entity>(db).await, sum(|one| one.tags.len()));
    let closings = CLOSED.len();
    // What is entered by use cases is in the journal as they put it there.
    let by_use_cases = ["event", "indicator", "monitoring", "return"];
    let whole = journal::Entity::find().filter(journal::Column::SubjectType.is_not_in(by_use_cases));
    let whole = whole.count(db.read()).await.unwrap();
    assert_eq!(whole, (set.communities.len() + set.practices.len() + closings) as u64);
    assert_eq!(count::<ranking_revision::Entity>(db).await, closings);
    assert_eq!(count::<monitoring::Entity>(db).await, set.monitorings.len() + 1);
    assert_eq!(count::<event::Entity>(db).await, 48);

    assert_eq!((loaded.regions, loaded.communities, loaded.practices), (12, 70, 336));
    assert_eq!(loaded.practices + loaded.unfinished, set.practices.len());
    let active = member::Entity::find().filter(member::Column::State.eq(State::Active));
    assert_eq!(active.count(db.read()).await.unwrap(), loaded.members as u64);
    let role = |login: &str| loaded.accounts.iter().find(|one| one.login == login).unwrap().role.clone();
    assert_eq!(role("chair.chemistry"), "председатель сообщества «Учителя химии», Краснодарский край");
    assert_eq!(role("operator.kda"), "региональный оператор, Краснодарский край");
    assert_eq!(role("expert.chemistry"), "эксперт профиля «Учителя химии», Санкт-Петербург");
}

#[tokio::test]
async fn a_database_that_holds_something_is_left_as_it_is() {
    let Database { db, store, _folder } = &empty().await;
    load(db, store, now()).await.unwrap();
    assert!(matches!(load(db, store, now()).await, Err(LoadError::NotEmpty)));
    let journal = journal::Entity::find().order_by_desc(journal::Column::Seq).one(db.read()).await.unwrap();
    assert_eq!(journal.unwrap().seq, i64::try_from(count::<journal::Entity>(db).await).unwrap());
}

#[tokio::test]
async fn what_is_derived_agrees_with_the_rows_that_it_comes_from() {
    let Database { db, store, _folder } = &empty().await;
    load(db, store, now()).await.unwrap();
    let practices = all::<practice::Entity>(db).await;
    let members = all::<member::Entity>(db).await;
    for one in all::<community::Entity>(db).await {
        let is_its =
            |row: &&practice::Model| row.community_id == Some(one.id) && row.state == Step::Published;
        let practices = practices.iter().filter(is_its).count();
        let is_its = |row: &&member::Model| row.community_id == one.id && row.state == State::Active;
        let members = members.iter().filter(is_its).count();
        let counted = (one.practice_count, one.member_count);
        assert_eq!(counted, (practices as i64, members as i64), "{}", one.slug);
    }

    let mut ratings: HashMap<_, Vec<rating::Model>> = HashMap::new();
    for row in all::<rating::Entity>(db).await {
        ratings.entry(row.practice_id).or_default().push(row);
    }
    assert!(practices.iter().any(|one| one.stars_5 > one.rating_organizations));
    for one in practices {
        let given = ratings.remove(&one.id).unwrap_or_default();
        let stars = |stars| given.iter().filter(|row| row.stars == stars).count() as i64;
        let histogram = [one.stars_1, one.stars_2, one.stars_3, one.stars_4, one.stars_5];
        assert_eq!(histogram, [1, 2, 3, 4, 5].map(stars), "{}", one.title);
        let mut schools: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        for row in given {
            let (count, sum) = schools.entry(row.organization_id).or_default();
            (*count, *sum) = (*count + 1, *sum + i64::from(row.stars));
        }
        let mut tally = Tally::default();
        schools.into_values().for_each(|(count, sum)| tally.add(count, sum));
        assert_eq!((one.rating_organizations, one.rating_sum), (tally.organizations, tally.sum));
    }
}

#[tokio::test]
async fn a_practice_stands_where_its_last_decision_left_it() {
    let Database { db, store, _folder } = &empty().await;
    load(db, store, now()).await.unwrap();
    let mut decisions: HashMap<_, Vec<practice_decision::Model>> = HashMap::new();
    let by_id = practice_decision::Entity::find().order_by_asc(practice_decision::Column::Id);
    for row in by_id.all(db.read()).await.unwrap() {
        decisions.entry(row.practice_id).or_default().push(row);
    }
    let mut seen = HashSet::new();
    for one in all::<practice::Entity>(db).await {
        let way = decisions.remove(&one.id).unwrap_or_default();
        assert!(way.is_sorted_by_key(|step| step.decided_at));
        assert_eq!(way.last().map_or(Step::Draft, |step| step.state), one.state, "{}", one.title);
        assert!(way.iter().all(|step| step.decided_at >= one.created_at));
        let states: Vec<_> = way.iter().map(|step| step.state).collect();
        if one.state == Step::Published {
            assert_eq!(states, [Step::Submitted, Step::Approved, Step::Published]);
        }
        let needs_reason = matches!(one.state, Step::Returned | Step::Rejected | Step::Withdrawn);
        assert_eq!(way.iter().any(|step| step.reason.is_some()), needs_reason, "{}", one.title);
        seen.insert(states);
    }
    assert!(decisions.is_empty() && seen.len() >= 7, "{seen:?}");

    let numbers = counter::Entity::find_by_id(counter::PRACTICE_NUMBER).one(db.read()).await.unwrap();
    assert_eq!(numbers.unwrap().value, 336);
}

#[tokio::test]
async fn a_term_ends_the_day_after_its_last_and_a_successor_follows_without_a_gap() {
    let Database { db, store, _folder } = &empty().await;
    load(db, store, now()).await.unwrap();
    let chairs = appointment::Entity::find()
        .filter(appointment::Column::Office.eq(entity::Office::Chair))
        .all(db.read())
        .await
        .unwrap();
    let ended: Vec<_> = chairs.iter().filter_map(|one| Some((one.community_id, one.until?))).collect();
    assert!(!ended.is_empty());
    for (community, until) in ended {
        assert!(chairs.iter().any(|one| one.community_id == community && one.since == until));
    }
}

#[tokio::test]
async fn each_account_has_its_own_salt_and_the_one_password() {
    let Database { db, store, _folder } = &empty().await;
    load(db, store, now()).await.unwrap();
    let accounts = all::<account::Entity>(db).await;
    let hashes: HashSet<_> = accounts.iter().map(|one| &one.password_hash).collect();
    assert_eq!(hashes.len(), accounts.len());
    let passwords = Passwords::new().unwrap();
    for one in accounts {
        let hash = Some(one.password_hash);
        assert!(passwords.verify(DEMO_PASSWORD.to_owned(), hash).await.unwrap(), "{}", one.login);
    }
}

#[tokio::test]
async fn staff_work_at_their_institute_in_its_town() {
    let Database { db, store, _folder } = &empty().await;
    load(db, store, now()).await.unwrap();
    let operator = account::Entity::find().filter(account::Column::Login.eq("operator.kda"));
    let operator = operator.one(db.read()).await.unwrap().unwrap().person_id.unwrap();
    let (_, office) = person::Entity::find_by_id(operator)
        .find_also_related(organization::Entity)
        .one(db.read())
        .await
        .unwrap()
        .unwrap();
    let office = office.unwrap();
    assert_eq!(office.name, "Институт развития образования Краснодарского края");
    let town = municipality::Entity::find_by_id(office.municipality_id).one(db.read()).await.unwrap();
    assert_eq!(town.unwrap().name, "Краснодар");
}
